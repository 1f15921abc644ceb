import type { Lease } from "./pool.ts";

/** So many statements share a connection at most: each waits for those before it. */
const MOST_TOGETHER = 4;

/**
 * One connection, lent to several statements at once, of which each is a transaction of its own. Those of one
 * turn of the event loop share it: they go out in one write and wake PostgreSQL once.
 *
 * Given back as `broken`, a statement is abandoned. PostgreSQL cancels whatever runs just then, so it is
 * cancelled only when it is all that there is on the connection; otherwise it ends by itself.
 */
export class Share {
  readonly lease: Lease;
  readonly #lent: Lease;
  #borrowers = 1;
  #isOver = false;
  #isAbandoned = false;

  constructor(lent: Lease) {
    this.#lent = lent;
    this.lease = { ...lent, release: (broken) => this.#release(broken) };
    // By then postgres.js has written, except what was asked by a timer or an immediate.
    setImmediate(() => (this.#isOver = true));
  }

  /** Whether others may join. Not when one has been answered: then the turn has been a long one. */
  get isOpen(): boolean {
    return !this.#isOver && this.#borrowers < MOST_TOGETHER;
  }

  join(): Lease {
    this.#borrowers += 1;
    return this.lease;
  }

  #release(broken = false) {
    this.#isOver = true;
    this.#isAbandoned ||= broken;
    this.#borrowers -= 1;
    if (this.#borrowers > 0) return;
    const unanswered = this.#isAbandoned ? this.#lent.unanswered() : 0;
    if (unanswered > 1) this.#lent.onceAnswered(() => this.#lent.release());
    else this.#lent.release(unanswered > 0);
  }
}
