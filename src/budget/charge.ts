import type { Authentication } from "../auth/authenticate.ts";
import type { Viewer } from "../auth/viewer.ts";
import type { Config } from "../config.ts";
import { soon, type Soon } from "../soon.ts";
import type { Budget } from "./budget.ts";
import { raised, type Holder, type Level } from "./level.ts";

/** What every request of a viewer pays when it comes in: all that one which is refused costs. */
const ADMISSION_POINTS = 1;

/**
 * What one request takes out of the budgets of its key or person and its workspace: a point when it comes in,
 * the rest of what it asks for when it has passed the gates; what it does not use goes back.
 */
export class Charge {
  readonly #budget: Budget;
  readonly #holders: readonly Holder[];
  #levels: readonly Level[];
  #paid = ADMISSION_POINTS;
  /** Points of the operation; one at least. */
  requested = ADMISSION_POINTS;
  /** Of these, what it used: known when it has been executed. */
  actual = ADMISSION_POINTS;

  private constructor(budget: Budget, holders: readonly Holder[], levels: readonly Level[]) {
    this.#budget = budget;
    this.#holders = holders;
    this.#levels = levels;
  }

  /** Lets a request in, or throws RATE_LIMITED. Undefined when nobody is known to ask. */
  static admit(
    budget: Budget,
    asking: Pick<Authentication, "viewer" | "person">,
    rate: Config["rate"],
  ): Soon<Charge | undefined> {
    const holders = holdersOf(asking, rate);
    if (holders.length === 0) return undefined;
    const taken = budget.take(holders, ADMISSION_POINTS);
    return soon(taken, (levels) => new Charge(budget, holders, levels));
  }

  /**
   * Takes what the operation asks for, or throws RATE_LIMITED and has everything given back: a
   * client that comes too early would never get in if it paid for that. What costs more than a whole
   * budget needs a whole budget.
   */
  take(points: number): Soon<void> {
    this.requested = Math.max(ADMISSION_POINTS, points);
    const most = Math.min(...this.#holders.map(({ limit }) => limit));
    const rest = Math.min(this.requested, most) - this.#paid;
    if (rest <= 0) return;
    const before = { levels: this.#levels, points: this.#paid };
    return soon(this.#budget.take(this.#holders, rest, before), (levels) => {
      this.#levels = levels;
      this.#paid += rest;
    });
  }

  /** Gives back what the operation did not use; nobody waits for it. */
  settle(actual: number): void {
    this.actual = Math.min(Math.max(ADMISSION_POINTS, actual), this.requested);
    const unused = this.#paid - this.actual;
    if (unused <= 0) return;
    this.#paid = this.actual;
    void this.#budget.giveBack({ levels: this.#levels, points: unused });
    this.#levels = this.#levels.map((level) => raised(level, unused));
  }

  /** Both budgets, the one with less left first. */
  get levels(): readonly Level[] {
    return this.#levels;
  }

  /** The budget that has less left. */
  get tightest(): Level {
    const [level] = this.#levels;
    if (!level) throw new Error("a charge has holders");
    return level;
  }
}

/** A viewer is remembered for some seconds, and what belongs to one with it. */
const remembered = new WeakMap<Viewer, readonly Holder[]>();

function holdersOf(
  asking: Pick<Authentication, "viewer" | "person">,
  rate: Config["rate"],
): readonly Holder[] {
  const { viewer } = asking;
  const known = viewer && remembered.get(viewer);
  if (known) return known;
  const holders = makeHolders(asking, rate);
  if (viewer) remembered.set(viewer, holders);
  return holders;
}

/** A person has one budget, in whichever of their workspaces they are. */
function makeHolders(
  { viewer, person }: Pick<Authentication, "viewer" | "person">,
  rate: Config["rate"],
): Holder[] {
  const workspace = viewer && {
    kind: "workspace" as const,
    id: viewer.workspaceId,
    limit: rate.workspacePoints,
  };
  const own: Holder | undefined = person
    ? { kind: "person", id: person.userId, limit: rate.keyPoints }
    : viewer && {
        kind: "key",
        id: `${viewer.workspaceId}:${viewer.id}`,
        limit: viewer.limits.ratePoints ?? rate.keyPoints,
      };
  return [own, workspace].filter((holder) => holder !== undefined);
}
