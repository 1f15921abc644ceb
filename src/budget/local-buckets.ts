import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

interface Bucket {
  /** Points in it at that moment; they leak out evenly. */
  level: number;
  at: number;
}

/** Whoever makes up names (addresses, say) cannot fill the memory: the longest unused bucket goes. */
const MOST_BUCKETS = 100_000;

/**
 * Leaky buckets in this process: `limit` points fit, and they leak out evenly in `windowSeconds`.
 * The package's own memory limiter has fixed windows, which give a whole minute's points back at once.
 */
export class LocalBuckets extends RateLimiterMemory {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  constructor(limit: number, windowSeconds: number, now = () => performance.now()) {
    super({ points: limit, duration: windowSeconds });
    this.#now = now;
  }

  /** Rejects with a RateLimiterRes, and keeps the bucket as it was, when the points do not fit. */
  override consume(key: string | number, points = 1): Promise<RateLimiterRes> {
    const level = this.pour(String(key), points);
    return level > this.points
      ? Promise.reject(this.#resultOf(level))
      : Promise.resolve(this.#resultOf(level));
  }

  override reward(key: string | number, points = 1): Promise<RateLimiterRes> {
    return Promise.resolve(this.#resultOf(this.pour(String(key), -points)));
  }

  /**
   * Points that the bucket has with these ones in it, which may be below zero. More than its limit: they
   * do not fit, and it has been kept as it was.
   */
  pour(key: string, points: number): number {
    const now = this.#now();
    const level = Math.max(0, this.#levelOf(key, now) + points);
    if (points <= 0 || level <= this.points) this.#fill(key, level, now);
    return level;
  }

  /** How many buckets are kept. */
  get size(): number {
    return this.#buckets.size;
  }

  #levelOf(key: string, now: number) {
    const bucket = this.#buckets.get(key);
    if (!bucket) return 0;
    const leaked = ((now - bucket.at) * this.points) / (this.duration * 1000);
    return Math.max(0, bucket.level - leaked);
  }

  /** The buckets stand in the order of their use: the first are the first to be empty. */
  #fill(key: string, level: number, now: number) {
    this.#buckets.delete(key);
    this.#buckets.set(key, { level, at: now });
    for (const [name, { at }] of this.#buckets) {
      if (now - at < this.duration * 1000 && this.#buckets.size <= MOST_BUCKETS) break;
      this.#buckets.delete(name);
    }
  }

  #resultOf(level: number) {
    const full = Math.ceil(level);
    const msUntilEmpty = Math.ceil((level * this.duration * 1000) / this.points);
    return new RateLimiterRes(Math.max(0, this.points - full), msUntilEmpty, full);
  }
}
