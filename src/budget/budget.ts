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
import { LocalBuckets } from "./local-buckets.ts";
import type { Redis } from "./redis.ts";
import { sharedBuckets } from "./shared-buckets.ts";
import { tooFast } from "./too-fast.ts";

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
  readonly #limiters = new Map<string, LocalBuckets | ReturnType<typeof sharedBuckets>>();

  constructor(redis?: Redis) {
    this.#redis = redis;
  }

  /**
   * Takes points out of all these budgets, or out of none: then it throws RATE_LIMITED, and what the
   * same request took before goes back as well. Answers with what is left, the least first.
   */
  async take(holders: readonly Holder[], points: number, before?: Taken): Promise<Level[]> {
    const poured = await Promise.all(holders.map((holder) => this.#pour(holder, points)));
    const slowest = poured.reduce((one, other) => (other.wait > one.wait ? other : one));
    if (slowest.wait > 0) {
      const levels = poured.filter(({ wait }) => wait === 0).map(({ level }) => level);
      await Promise.all([this.giveBack({ levels, points }), before && this.giveBack(before)]);
      throw tooFast(raised(slowest.level, before?.points ?? 0), slowest.wait);
    }
    return poured.map(({ level }) => level).sort((one, other) => one.remaining - other.remaining);
  }

  /** Gives points back that were taken and not used, as far as they have not leaked out since. */
  async giveBack({ levels, points }: Taken): Promise<void> {
    await Promise.all(
      levels.map(async (level) => {
        const back = returnable(level, points);
        if (back > 0) await this.#limiter(level.holder).reward(nameOf(level.holder), back);
      }),
    );
  }

  async #pour(holder: Holder, points: number): Promise<Poured> {
    const { limit } = holder;
    try {
      const { consumedPoints } = await this.#limiter(holder).consume(nameOf(holder), points);
      return { level: levelAt(holder, consumedPoints), wait: 0 };
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const { consumedPoints } = refused;
      return {
        level: levelAt(holder, consumedPoints - points),
        wait: Math.max(1, msOf(consumedPoints - limit, holder)),
      };
    }
  }

  #limiter(holder: Holder) {
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

const nameOf = ({ kind, id }: Holder) => `${kind}:${id}`;
