import { connect, type Client, type ReservedClient } from "./client.ts";
import { PoolError } from "./pool-error.ts";
import { RowTap } from "./row-tap.ts";

/** The values of one statement with $1, $2 …; a message without them may hold several statements. */
export type BoundValues = readonly (string | number | boolean | null)[];

/** How many statements stay prepared on one connection: more than an application uses. */
const MOST_PREPARED = 200;

/** What is waiting for an answer, in the order of asking. */
interface Asked {
  fail(error: PoolError): void;
  cancel(): Promise<void> | undefined;
}

export interface ConnectionOptions {
  url: string;
  role: string;
  /** How long opening it may take. */
  openTimeoutMs: number;
  /** How long one statement may run. */
  statementTimeoutMs: number;
}

/**
 * One connection to PostgreSQL: opened once, never opened again, given up at the first doubt.
 *
 * It stands between us and seven traps of postgres.js 3.4.9. On a connection that was lost, the next
 * query of a reserved handle is an uncaught exception, or waits for ever; queries that were queued
 * behind another one are never answered; `cancel()` of a query that is not running yet leaves the
 * answers shifted by one, so that a query gets the rows of the one before, or stops the queue for
 * good; `reserve()` at the moment in which an idle connection is closed never resolves; a cancel that cannot connect
 * is an unhandled rejection; what it asks again by itself ({@link notAgain}) shifts answers as well. So nothing is sent
 * on a lost connection, a loss fails everything that waits, only the running query is cancelled, and
 * nothing is asked of a connection after a cancel.
 */
export class Connection {
  readonly #client: Client;
  readonly #tap = new RowTap();
  readonly #openTimeoutMs: number;
  readonly #asked = new Set<Asked>();
  readonly #prepared = new Set<string>();
  #reserved: ReservedClient | undefined;
  #lost: PoolError | undefined;
  #silence: NodeJS.Timeout | undefined;
  /** By when an answer must have come, and when that is looked at: as `performance.now()` tells time. */
  #answerBy = 0;
  #checkAt = Infinity;
  #ended: Promise<void> | undefined;
  /** Told once when the connection is lost. */
  onLoss: (() => void) | undefined;
  /** Told once when all that was asked has been answered, or the connection is lost. */
  onceAnswered: (() => void) | undefined;

  constructor({ url, role, openTimeoutMs, statementTimeoutMs }: ConnectionOptions) {
    this.#openTimeoutMs = openTimeoutMs;
    this.#client = connect(url, {
      role,
      max: 1,
      connectTimeoutMs: openTimeoutMs,
      statementTimeoutMs,
      // The pool decides when an idle connection goes.
      idleTimeoutMs: 0,
      fetchTypes: false,
      // Planning costs more than most statements; test/plans.test.ts looks at the plans for all values.
      plansOnce: true,
      tap: this.#tap,
      onClose: () => void this.#lose(new Error("PostgreSQL closed the connection")),
    });
  }

  /** Whether it is of no use any more. */
  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** How much of what was asked has not been answered. */
  get unanswered(): number {
    return this.#asked.size;
  }

  /**
   * Whether it holds so many prepared statements that a new connection is better. Each takes some
   * 100 kB of the server's memory, postgres.js never lets one go, and clients choose among hundreds.
   */
  get isWorn(): boolean {
    return this.#prepared.size > MOST_PREPARED;
  }

  /** Connects and logs in. Throws what stood in the way. */
  async open(): Promise<void> {
    // `reserve()` of a client that is not connected yet never resolves without its types query.
    const connected = this.#track(
      this.#client.unsafe("select 1").simple() as PromiseLike<unknown> as Query<unknown>,
      this.#openTimeoutMs,
    );
    try {
      await connected;
    } catch (error) {
      throw error instanceof PoolError ? error.cause : error;
    }
    if (this.#lost) throw this.#lost.cause;
    this.#reserved = await this.#client.reserve();
  }

  /**
   * Asks PostgreSQL, behind what was asked before. Settles whatever becomes of the connection:
   * throws PostgresError for what PostgreSQL refuses, {@link PoolError} when the connection is lost, or
   * silent for longer than the patience.
   */
  ask<Row>(text: string, values: BoundValues | undefined, patienceMs: number): Promise<Row[]> {
    if (this.#lost) return Promise.reject(this.#lost);
    if (!this.#reserved) return Promise.reject(new Error("the connection is not open"));
    if (values) this.#prepared.add(text);
    const query = values
      ? this.#reserved.unsafe(text, values as string[], { prepare: true })
      : this.#reserved.unsafe(text).simple();
    if (values) void Object.defineProperty(query, "retried", notAgain);
    const rows = this.#tap.rowsOf<Row>(query);
    return this.#track<Row[]>(query as PromiseLike<unknown> as Query<Row[]>, patienceMs, rows);
  }

  /** Closes it: politely when nothing runs, else after cancelling what does. Resolves when it is closed. */
  end(): Promise<void> {
    return (this.#ended ??= this.#end());
  }

  async #end() {
    const [running] = this.#asked;
    // The request to cancel goes over a connection of its own, which may fail as well.
    if (running && this.#reserved && !this.#lost) {
      running.cancel()?.catch(() => undefined);
    }
    const clean = !running && !this.#lost;
    if (clean) this.#reserved?.release();
    this.#lose(new Error("the connection was given up"));
    await this.#client.end({ timeout: clean ? 1 : 0 }).catch(() => undefined);
  }

  /** Answers with `rows`, where they are elsewhere than in the query's own result. */
  #track<Value>(query: Query<Value>, patienceMs: number, rows?: Value): Promise<Value> {
    return new Promise((resolve, reject) => {
      const asked: Asked = { fail: reject, cancel: () => query.canceller?.(query) };
      this.#asked.add(asked);
      this.#expectAnswer(patienceMs);
      const settle = () => {
        this.#asked.delete(asked);
        this.#expectAnswer(patienceMs);
        if (this.#asked.size === 0) this.#tellAnswered();
      };
      query.then(
        (value) => {
          settle();
          resolve(rows ?? value);
        },
        (error: unknown) => {
          settle();
          reject(isLoss(error) ? this.#lose(error) : error);
        },
      );
    });
  }

  /**
   * A server that vanished from the network says nothing: TCP notices after minutes. The timer is not
   * set anew for each answer: when it is due, it waits for the rest.
   */
  #expectAnswer(patienceMs: number) {
    this.#answerBy = performance.now() + patienceMs;
    if (this.#answerBy < this.#checkAt) this.#checkIn(patienceMs, patienceMs);
  }

  #checkIn(ms: number, patienceMs: number) {
    clearTimeout(this.#silence);
    this.#checkAt = performance.now() + ms;
    this.#silence = setTimeout(() => {
      this.#checkAt = Infinity;
      if (this.#asked.size === 0 || this.#lost) return;
      const restMs = this.#answerBy - performance.now();
      if (restMs > 0) this.#checkIn(restMs, patienceMs);
      else this.#lose(new Error(`PostgreSQL has not answered in ${patienceMs} ms`));
    }, ms).unref();
  }

  #lose(cause: unknown): PoolError {
    if (this.#lost) return this.#lost;
    const lost = new PoolError("lost", cause);
    this.#lost = lost;
    clearTimeout(this.#silence);
    for (const asked of this.#asked) asked.fail(lost);
    this.#asked.clear();
    this.onLoss?.();
    this.#tellAnswered();
    return lost;
  }

  #tellAnswered() {
    const tell = this.onceAnswered;
    this.onceAnswered = undefined;
    tell?.();
  }
}

/** A query of postgres.js. */
interface Query<Value> extends PromiseLike<Value> {
  /** What its `cancel()` calls, which tells nobody when that fails: an unhandled rejection. */
  canceller: ((query: Query<Value>) => Promise<void>) | null;
}

/**
 * Keeps postgres.js from asking a statement again that PostgreSQL calls stale ({@link isStale}): it does so
 * without regard to what was sent behind it, whose answers it then takes for those of others. It forgets
 * that the statement was prepared, notes the error here, and would ask again unless it was cancelled.
 */
const notAgain: PropertyDescriptor &
  ThisType<{ cancelled: unknown; reject(error: unknown): void }> = {
  get: () => undefined,
  set(error: unknown) {
    this.cancelled = true;
    this.reject(error);
  },
};

/** Whether a statement was prepared for what has changed, or is not prepared any more: asked again, it is prepared anew. */
export const isStale = (error: unknown) =>
  error instanceof Error && "routine" in error && STALE.has(String(error.routine));

/** Functions of PostgreSQL's that find out. */
const STALE = new Set(["FetchPreparedStatement", "RevalidateCachedQuery", "transformAssignedExpr"]);

/** Errors of the connection, by their codes: postgres.js' own, and the operating system's. */
export function isLoss(error: unknown): boolean {
  if (!(error instanceof Error) || error.name === "PostgresError" || !("code" in error))
    return false;
  return /^(CONNECT(ION)?_|E[A-Z]+$|ERR_)/.test(String(error.code));
}
