import { SqlRecord } from "../insight/sql-record.ts";
import type { Soon } from "../soon.ts";
import { aloneText } from "./alone.ts";
import { missingMigrations } from "./migrate.ts";
import { NotMigratedError, namesUnknown } from "./not-migrated-error.ts";
import type { Lease, Pool } from "./pool.ts";
import { bind, type Statement, type Values } from "./statement.ts";
import { isUuid } from "./uuid.ts";

/** Who asks a statement: goes into the record. */
export interface Asking {
  loader: string;
  arguments?: string;
  keys: number;
}

/**
 * A query's only door to SQL: one read-only snapshot on one connection, for one workspace.
 *
 * The connection is taken on first use. BEGIN, SET LOCAL and SAVEPOINT travel in one message, together
 * with the first statement, so that they cost no round trip; the only statement of a query needs none of
 * them ({@link aloneText}), and shares a connection with such statements of others ({@link Pool.tryShare}).
 * A statement that fails takes nothing with it: the next one starts again at the savepoint, with the same
 * snapshot. {@link close} gives the connection back, always.
 */
export class ReadSession {
  readonly workspaceId: string;
  readonly record = new SqlRecord();
  readonly #pool: Pool;
  readonly #patienceMs: number;
  #leasing: Soon<Lease> | undefined;
  /** Settles when PostgreSQL has answered the BEGIN. */
  #begun: Promise<unknown> | undefined;
  /** While a connection is waited for. */
  #waiting: AbortController | undefined;
  #isOnly = false;
  /** Tells whoever waits for the only statement that the session is closed. */
  #abandon: (() => void) | undefined;
  #running = 0;
  #failed = false;
  #closed = false;
  #reason: Error | undefined;

  constructor(pool: Pool, workspaceId: string) {
    // SET takes no parameters, so this check is what stands between a value and the statement.
    if (!isUuid(workspaceId)) throw new Error("a workspace id must be a UUID");
    this.#pool = pool;
    this.workspaceId = workspaceId;
    this.#patienceMs = pool.patienceMs;
  }

  /**
   * Says that no more than one statement will come, which then needs no transaction around it. Should
   * another one come, it has a snapshot of its own.
   */
  expectOne(): void {
    this.#isOnly = true;
  }

  /** Why it was closed, when that was not because the request had ended. */
  get closedBy(): Error | undefined {
    return this.#reason;
  }

  /**
   * Runs one statement of the snapshot. The value `workspaceId` is always filled in from the session.
   * Throws PoolError without a connection, NotMigratedError and PostgresError for what the database
   * refuses, and the reason of its closing, {@link RequestEndedError} unless told, when nobody waits for
   * the rows any more.
   */
  async run<Row>(statement: Statement<Row>, values: Values, asking: Asking): Promise<Row[]> {
    if (this.#closed) throw this.#end();
    const bound = bind(statement, { ...values, workspaceId: this.workspaceId });
    const alone = this.#isOnly ? aloneText(statement) : undefined;
    this.#isOnly = false;
    const shared = alone === undefined ? undefined : this.#pool.tryShare();
    const leasing = shared ?? (this.#leasing ??= this.#pool.tryAcquire() ?? this.#lease());
    const lease = leasing instanceof Promise ? await leasing : leasing;
    if (this.#closed) throw this.#end();

    const sent = performance.now();
    this.#running += 1;
    let rows = 0;
    let failure: unknown;
    try {
      const result = await (alone === undefined
        ? this.#ask<Row>(lease, statement.text, bound)
        : this.#askAlone<Row>(lease, alone, bound));
      rows = result.length;
      return result;
    } catch (error) {
      failure = error;
      if (this.#closed) throw this.#end();
      throw namesUnknown(error) ? await this.#explain(lease, error) : error;
    } finally {
      this.#running -= 1;
      const end = performance.now();
      // Statements of one connection run one after the other: a later one began when the last ended.
      const startedAt = Math.max(sent, lease.lastEnd);
      if (!this.#closed) lease.lastEnd = end;
      // There is nobody left to tell: an error for nobody, with its stack, would be made at each close.
      if (alone !== undefined) this.#abandon = undefined;
      shared?.release(this.#closed);
      this.record.batches.push({
        loader: asking.loader,
        arguments: asking.arguments ?? "",
        keys: asking.keys,
        rows,
        ms: end - startedAt,
        sentAt: sent,
        startedAt,
        statement,
        bound: JSON.stringify(values),
        failure,
      });
    }
  }

  /** Asks the only statement. When the session is closed nobody waits for it, though the connection may go on. */
  #askAlone<Row>(lease: Lease, text: string, bound: ReturnType<typeof bind>): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      this.#abandon = () => reject(this.#end());
      const settled = () => {
        // It was in the way of others for so long.
        if (this.#closed) lease.lastEnd = performance.now();
      };
      lease.ask<Row>(text, bound, this.#patienceMs).then(
        (rows) => {
          settled();
          resolve(rows);
        },
        (error: unknown) => {
          settled();
          reject(error);
        },
      );
    });
  }

  /**
   * Asks one statement. It may have been sent behind one that fails, and so find the transaction
   * aborted; then it is asked once more. Once anything has failed, each starts from the savepoint.
   */
  async #ask<Row>(lease: Lease, text: string, bound: ReturnType<typeof bind>): Promise<Row[]> {
    const begun = (this.#begun ??= this.#sendBegin(lease));
    const fromClean = this.#failed;
    if (fromClean) this.#rollBack(lease);
    try {
      const asked = lease.ask<Row>(text, bound, this.#patienceMs);
      // Without the BEGIN the statement would have run outside of any workspace and found nothing.
      const [result] = await Promise.all([asked, begun]);
      return result;
    } catch (error) {
      this.#failed = true;
      if (fromClean || this.#closed || !isAborted(error)) throw error;
      return this.#ask<Row>(lease, text, bound);
    }
  }

  /** What a missing table or column means: that migrations are missing, or a mistake of ours. */
  async #explain(lease: Lease, error: unknown): Promise<unknown> {
    if (this.#begun) this.#rollBack(lease);
    const missing = await missingMigrations((text) => {
      this.record.overhead += 1;
      return lease.ask(text, undefined, this.#patienceMs);
    }).catch(() => 0);
    return missing > 0 ? new NotMigratedError(missing, error) : error;
  }

  /** Nothing is lost by it: all that a read has done so far is to read. */
  #rollBack(lease: Lease) {
    this.record.overhead += 1;
    lease.ask("rollback to savepoint clean", undefined, this.#patienceMs).catch(() => undefined);
  }

  async #lease(): Promise<Lease> {
    const lease = await this.#pool.acquire(() => {
      this.#waiting = new AbortController();
      return this.#waiting.signal;
    });
    this.#waiting = undefined;
    if (!this.#closed) return lease;
    lease.release();
    throw this.#end();
  }

  #sendBegin(lease: Lease): Promise<unknown> {
    // BEGIN, SET, SAVEPOINT, and the COMMIT.
    this.record.overhead += 4;
    const begin =
      "begin isolation level repeatable read read only; " +
      `set local app.workspace_id = '${this.workspaceId}'; savepoint clean`;
    const begun = lease.ask(begin, undefined, this.#patienceMs);
    begun.catch(() => undefined);
    return begun;
  }

  /**
   * Ends the snapshot and gives the connection back; what still runs is cancelled. Idempotent.
   * Nobody needs to wait for it: the answer does not depend on the commit of a read.
   * `reason` is what whoever waits for rows is told.
   */
  async close(reason?: Error): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#reason = reason;
    this.#waiting?.abort(this.#end());
    this.#abandon?.();
    await this.#giveBack();
  }

  /**
   * Ends the snapshot and gives the connection back, so that the next statement sees what others, or
   * this request itself, have written meanwhile. Throws like {@link run} when the session is closed.
   */
  async renew(): Promise<void> {
    if (this.#closed) throw this.#end();
    await this.#giveBack();
    this.#failed = false;
    this.#isOnly = false;
  }

  async #giveBack() {
    const [leasing, begun] = [this.#leasing, this.#begun];
    this.#leasing = undefined;
    this.#begun = undefined;
    const lease = leasing instanceof Promise ? await leasing.catch(() => undefined) : leasing;
    if (!lease) return;
    if (this.#running === 0 && begun) this.#commit(lease);
    lease.release(this.#running > 0);
  }

  /** Whoever has the connection next asks behind it: after a COMMIT the transaction is over, or the connection lost. */
  #commit(lease: Lease) {
    lease.ask("commit", undefined, this.#patienceMs).catch(() => undefined);
  }

  #end(): Error {
    return this.#reason ?? new RequestEndedError();
  }
}

/** in_failed_sql_transaction: another statement had failed before. */
const isAborted = (error: unknown) =>
  error instanceof Error && "code" in error && error.code === "25P02";

/** Nobody waits for the answer any more. */
export class RequestEndedError extends Error {
  constructor() {
    super("the request has ended");
  }
}

/** The operation as a whole took too long. */
export class OutOfTimeError extends Error {
  constructor(timeoutMs: number) {
    super(`the operation took longer than ${timeoutMs} ms`);
  }
}
