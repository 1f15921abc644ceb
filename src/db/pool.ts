import { Connection, isStale, type BoundValues } from "./connection.ts";
import { PoolError } from "./pool-error.ts";
import { Share } from "./share.ts";

/** One connection, lent. Give it back exactly once. */
export interface Lease {
  /**
   * Asks PostgreSQL, behind what was asked before; always settles. See {@link Connection.ask}. What was prepared
   * for a table that has changed since is asked once more.
   */
  ask<Row>(text: string, values: BoundValues | undefined, patienceMs: number): Promise<Row[]>;
  /** When the last statement asked of it ended, as `performance.now()` tells time: kept by whoever asks. */
  lastEnd: number;
  /** How much of what was asked of it has not been answered yet. */
  unanswered(): number;
  /** Calls back once when all has been answered, or the connection is lost. */
  onceAnswered(tell: () => void): void;
  /** Gives it back. `broken`: its state is in doubt or something still runs, so it is thrown away. */
  release(broken?: boolean): void;
}

interface Waiter {
  resolve(lease: Lease): void;
  reject(error: unknown): void;
  timer: NodeJS.Timeout;
}

interface Slot {
  connection: Connection;
  state: "connecting" | "idle" | "lent";
  idleTimer?: NodeJS.Timeout;
}

export interface PoolOptions {
  url: string;
  role: string;
  size: number;
  acquireTimeoutMs: number;
  idleTimeoutMs: number;
  /** The longest that one statement may run. */
  statementTimeoutMs: number;
}

/** How long opening a connection may take; whoever waits for it gives up by the acquire timeout. */
const OPEN_TIMEOUT_MS = 5_000;

/** How much longer than the statement timeout an answer may take before the connection counts as lost. */
const SILENCE_MS = 1_000;

/** How long a closing pool waits for what is still lent. */
const CLOSE_PATIENCE_MS = 5_000;

/**
 * Lends single connections with a bounded wait, first come first served.
 *
 * A connection in doubt is thrown away, never mended: the next one to need it gets a new one. New ones
 * are opened on the pool's own account, so that whoever waits is served by the first that is free.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #slots = new Set<Slot>();
  /** The last one given back is the first one lent, so that a quiet pool shrinks. */
  readonly #idle: Slot[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #ending = new Set<Promise<void>>();
  #share: Share | undefined;
  #connecting = 0;
  /** Why the last attempt to open a connection failed. */
  #obstacle: unknown;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Connections lent out or being opened, idle ones, and operations that wait for one. */
  get state() {
    return {
      busy: this.#slots.size - this.#idle.length,
      idle: this.#idle.length,
      waiting: this.#waiters.size,
      size: this.#options.size,
    };
  }

  /** How long to wait for a statement's answer: PostgreSQL itself ends one that takes too long. */
  get patienceMs(): number {
    return this.#options.statementTimeoutMs + SILENCE_MS;
  }

  /** Lends a connection that is idle. */
  tryAcquire(): Lease | undefined {
    return this.#lendIdle();
  }

  /** Lends an idle connection to one statement that is a transaction of its own, and to others: see {@link Share}. */
  tryShare(): Lease | undefined {
    if (this.#share?.isOpen && !this.#closed) return this.#share.join();
    const lease = this.tryAcquire();
    this.#share = lease && new Share(lease);
    return this.#share?.lease;
  }

  /**
   * Lends a connection. Throws {@link PoolError} within the acquire timeout, and the signal's reason
   * when whoever waits gives up before; `signal` is asked for when there is something to wait for.
   */
  async acquire(signal?: () => AbortSignal): Promise<Lease> {
    if (this.#closed) throw closedError();
    const idle = this.#lendIdle();
    if (idle) return idle;
    const lease = this.#wait(signal?.());
    this.#grow();
    return lease;
  }

  /** Closes every connection; what is still lent gets five seconds. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiters) this.#refuse(waiter, closedError());
    for (const slot of this.#slots) if (slot.state !== "lent") this.#discard(slot);
    const deadline = Date.now() + CLOSE_PATIENCE_MS;
    while (this.#slots.size > 0 && Date.now() < deadline) await sleep(10);
    for (const slot of this.#slots) this.#discard(slot);
    await Promise.all(this.#ending);
  }

  #lendIdle(): Lease | undefined {
    const idle = this.#closed ? undefined : this.#idle.pop();
    return idle && this.#lend(idle);
  }

  #wait(signal: AbortSignal | undefined): Promise<Lease> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // With nothing lent, nobody was in the way: it is the database that does not answer.
        const lent = this.#slots.size > this.#connecting;
        this.#refuse(waiter, new PoolError(lent ? "exhausted" : "unreachable", this.#obstacle));
      }, this.#options.acquireTimeoutMs);
      const waiter: Waiter = { resolve, reject, timer };
      this.#waiters.add(waiter);
      signal?.addEventListener("abort", () => this.#refuse(waiter, signal.reason), { once: true });
    });
  }

  #refuse(waiter: Waiter, error: unknown) {
    if (!this.#waiters.delete(waiter)) return;
    clearTimeout(waiter.timer);
    waiter.reject(error);
  }

  /** Opens connections while more wait than are on their way and the size allows it. */
  #grow() {
    while (this.#connecting < this.#waiters.size && this.#slots.size < this.#options.size) {
      void this.#open();
    }
  }

  async #open() {
    const { url, role, statementTimeoutMs } = this.#options;
    const openTimeoutMs = OPEN_TIMEOUT_MS;
    const connection = new Connection({ url, role, openTimeoutMs, statementTimeoutMs });
    const slot: Slot = { connection, state: "connecting" };
    this.#slots.add(slot);
    this.#connecting += 1;
    try {
      await connection.open();
    } catch (error) {
      this.#connecting -= 1;
      this.#obstacle = error;
      this.#discard(slot);
      // Others may still get theirs, or one that is lent comes back; with none there is nothing to wait for.
      if (this.#slots.size > 0) return;
      for (const waiter of this.#waiters) {
        this.#refuse(waiter, new PoolError("unreachable", error));
      }
      return;
    }
    this.#connecting -= 1;
    if (!this.#slots.has(slot)) return;
    this.#obstacle = undefined;
    connection.onLoss = () => {
      // A lease finds out by itself, and gives back.
      if (slot.state === "idle") this.#discard(slot);
    };
    this.#pass(slot);
  }

  #lend(slot: Slot): Lease {
    const { connection } = slot;
    slot.state = "lent";
    let released = false;
    return {
      lastEnd: 0,
      unanswered: () => connection.unanswered,
      onceAnswered: (tell) => (connection.onceAnswered = tell),
      ask: (text, values, patienceMs) => {
        if (released) return Promise.reject(new Error("the connection has been given back"));
        const answer = connection.ask<never>(text, values, patienceMs);
        if (!values) return answer;
        return answer.catch((error: unknown) => {
          // By now it may be somebody else's, in a transaction of another workspace.
          if (released || !isStale(error)) throw error;
          return connection.ask(text, values, patienceMs);
        });
      },
      release: (broken = false) => {
        if (released) return;
        released = true;
        if (broken || this.#closed || connection.isLost || connection.isWorn) this.#discard(slot);
        else this.#pass(slot);
        this.#grow();
      },
    };
  }

  #pass(slot: Slot) {
    const [next] = this.#waiters;
    if (next) {
      this.#waiters.delete(next);
      clearTimeout(next.timer);
      next.resolve(this.#lend(slot));
      return;
    }
    slot.state = "idle";
    this.#idle.push(slot);
    // Being lent does not stop the timer: that would cost two of them a request.
    slot.idleTimer ??= setTimeout(() => {
      if (slot.state === "idle") this.#discard(slot);
    }, this.#options.idleTimeoutMs).unref();
    slot.idleTimer.refresh();
  }

  #discard(slot: Slot) {
    if (!this.#slots.delete(slot)) return;
    clearTimeout(slot.idleTimer);
    const place = this.#idle.indexOf(slot);
    if (place >= 0) this.#idle.splice(place, 1);
    const ending = slot.connection.end();
    this.#ending.add(ending);
    void ending.finally(() => this.#ending.delete(ending));
  }
}

const closedError = () => new PoolError("unreachable", new Error("the server is stopping"));

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
