import { connect, type Client, type ReservedClient } from "./client.ts";
import { PoolError } from "./pool-error.ts";

interface Waiter {
  resolve(slot: Slot): void;
  timer: NodeJS.Timeout;
}

interface Slot {
  client: Client;
}

/** One connection, lent. Give it back exactly once; `broken` when its state is in doubt. */
export interface Lease {
  sql: ReservedClient;
  release(broken?: boolean): void;
}

export interface PoolOptions {
  url: string;
  role: string;
  size: number;
  acquireTimeoutMs: number;
  idleTimeoutMs: number;
}

/**
 * Lends single connections with a bounded wait.
 *
 * Each slot is a postgres.js client of its own with one connection, because of two traps:
 * `sql.reserve()` of a shared client waits for ever when all are busy, and a reserved connection
 * that broke goes back among the open ones. Here a slot in doubt is thrown away.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #idle: Slot[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #slots = new Set<Slot>();
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Connections lent out, idle, and operations that wait for one. */
  get state() {
    return {
      busy: this.#slots.size - this.#idle.length,
      idle: this.#idle.length,
      waiting: this.#waiters.size,
      size: this.#options.size,
    };
  }

  /** Lends a connection. Throws {@link PoolError} within the acquire timeout. */
  async acquire(): Promise<Lease> {
    const deadline = Date.now() + this.#options.acquireTimeoutMs;
    const slot = this.#take() ?? (await this.#wait());
    try {
      const sql = await withDeadline(slot.client.reserve(), deadline);
      return { sql, release: once((broken) => this.#giveBack(slot, sql, broken)) };
    } catch (error) {
      this.#discard(slot);
      throw new PoolError("unreachable", error);
    }
  }

  /** Closes every connection; what is still lent gets five seconds. */
  async close() {
    this.#closed = true;
    await Promise.all([...this.#slots].map((slot) => slot.client.end({ timeout: 5 })));
  }

  #take(): Slot | undefined {
    if (this.#closed) throw new PoolError("unreachable");
    const slot = this.#idle.pop();
    if (slot || this.#slots.size >= this.#options.size) return slot;
    return this.#add();
  }

  #add(): Slot {
    const { url, role, acquireTimeoutMs, idleTimeoutMs } = this.#options;
    const client = connect(url, {
      role,
      max: 1,
      connectTimeoutMs: acquireTimeoutMs,
      idleTimeoutMs,
    });
    const slot = { client };
    this.#slots.add(slot);
    return slot;
  }

  #wait(): Promise<Slot> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new PoolError("exhausted"));
      }, this.#options.acquireTimeoutMs);
      const waiter: Waiter = { resolve, timer };
      this.#waiters.add(waiter);
    });
  }

  #giveBack(slot: Slot, sql: ReservedClient, broken = false) {
    if (broken || this.#closed) return this.#discard(slot);
    sql.release();
    this.#pass(slot);
  }

  #discard(slot: Slot) {
    this.#slots.delete(slot);
    void slot.client.end({ timeout: 0 }).catch(() => undefined);
    if (this.#waiters.size > 0 && !this.#closed) this.#pass(this.#add());
  }

  #pass(slot: Slot) {
    const [next] = this.#waiters;
    if (!next) {
      this.#idle.push(slot);
      return;
    }
    this.#waiters.delete(next);
    clearTimeout(next.timer);
    next.resolve(slot);
  }
}

function once(release: (broken?: boolean) => void) {
  let released = false;
  return (broken?: boolean) => {
    if (released) return;
    released = true;
    release(broken);
  };
}

async function withDeadline<Value>(promise: Promise<Value>, deadline: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error("connecting took too long")),
      Math.max(1, deadline - Date.now()),
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
