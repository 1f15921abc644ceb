import { RateLimiterRes } from "rate-limiter-flexible";
import {
  levelAt,
  msOf,
  raised,
  returnable,
  windowSecondsOf,
  type Holder,
  type Level,
} from "./level.ts";
import { allSoon, type Soon } from "../soon.ts";
import { LocalBuckets } from "./local-buckets.ts";
import type { Redis } from "./redis.ts";
import { sharedBuckets } from "./shared-buckets.ts";
import { tooFast } from "./too-fast.ts";

type Limiter = LocalBuckets | ReturnType<typeof sharedBuckets>;

/** Where a holder's points are. */
interface Bucket {
  limiter: Limiter;
  name: string;
}

interface Poured {
  level: Level;
  /** How long until the points would fit, in ms; 0 when they did. */
  wait: number;
}

/** Points that were taken, and how full the budgets were then. */
export interface Taken {
  levels: readonly Level[];
  points: number;
}

/** The rate budgets: a leaky bucket of complexity points for each holder. */
export class Budget {
  readonly #redis: Redis | undefined;
  /** By limit and window: a limiter has one of each for all its buckets. */
  readonly #limiters = new Map<string, Limiter>();
  readonly #buckets = new WeakMap<Holder, Bucket>();

  constructor(redis?: Redis) {
    this.#redis = redis;
  }

  /**
   * Takes points out of all these budgets, or out of none: then it throws RATE_LIMITED, and what the
   * same request took before goes back as well. Answers with what is left, the least first; at once where
   * the buckets are this process' own.
   */
  take(holders: readonly Holder[], points: number, before?: Taken): Soon<readonly Level[]> {
    return allSoon(
      holders.map((holder) => this.#pour(holder, points)),
      (poured) => {
        const slowest = poured.reduce((one, other) => (other.wait > one.wait ? other : one));
        if (slowest.wait === 0) {
          const levels = poured.map(({ level }) => level);
          return levels.sort((one, other) => one.remaining - other.remaining);
        }
        const levels = poured.filter(({ wait }) => wait === 0).map(({ level }) => level);
        const backs = [this.giveBack({ levels, points }), before && this.giveBack(before)];
        return allSoon(backs, () => {
          throw tooFast(raised(slowest.level, before?.points ?? 0), slowest.wait);
        });
      },
    );
  }

  /** Gives points back that were taken and not used, as far as they have not leaked out since. */
  giveBack({ levels, points }: Taken): unknown {
    const backs = levels.map((level) => {
      const back = returnable(level, points);
      if (back <= 0) return undefined;
      const { limiter, name } = this.#bucket(level.holder);
      return limiter instanceof LocalBuckets
        ? limiter.pour(name, -back)
        : limiter.reward(name, back);
    });
    return allSoon<unknown, unknown>(backs, () => undefined);
  }

  #pour(holder: Holder, points: number): Soon<Poured> {
    const { limiter, name } = this.#bucket(holder);
    if (limiter instanceof LocalBuckets) {
      const consumed = Math.ceil(limiter.pour(name, points));
      return poured(holder, points, consumed, consumed > holder.limit);
    }
    return limiter.consume(name, points).then(
      ({ consumedPoints }) => poured(holder, points, consumedPoints, false),
      (refused: unknown) => {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        return poured(holder, points, refused.consumedPoints, true);
      },
    );
  }

  #bucket(holder: Holder): Bucket {
    let bucket = this.#buckets.get(holder);
    if (!bucket) {
      bucket = { limiter: this.#limiter(holder), name: `${holder.kind}:${holder.id}` };
      this.#buckets.set(holder, bucket);
    }
    return bucket;
  }

  #limiter(holder: Holder): Limiter {
    const { limit } = holder;
    const windowSeconds = windowSecondsOf(holder);
    const name = `${limit}/${windowSeconds}`;
    const limiter =
      this.#limiters.get(name) ??
      (this.#redis
        ? sharedBuckets(this.#redis, limit, windowSeconds)
        : new LocalBuckets(limit, windowSeconds));
    this.#limiters.set(name, limiter);
    return limiter;
  }
}

function poured(holder: Holder, points: number, consumed: number, isTooMuch: boolean): Poured {
  if (!isTooMuch) return { level: levelAt(holder, consumed), wait: 0 };
  return {
    level: levelAt(holder, consumed - points),
    wait: Math.max(1, msOf(consumed - holder.limit, holder)),
  };
}
