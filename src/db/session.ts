import { SqlRecord } from "../insight/sql-record.ts";
import type { Lease, Pool } from "./pool.ts";
import { bind, type Statement, type Values } from "./statement.ts";
import { isUuid } from "./uuid.ts";

/** How much longer than the statement timeout an answer may take before the connection counts as lost. */
const SILENCE_MS = 1_000;

/** Who asks a statement: goes into the record. */
export interface Asking {
  loader: string;
  arguments?: string;
  keys: number;
}

/**
 * A query's only door to SQL: one read-only snapshot on one connection, for one workspace.
 *
 * The connection is taken on first use. BEGIN and the SET LOCALs travel in one message, together
 * with the first statement, so that they cost no round trip. {@link close} gives it back, always.
 */
export class ReadSession {
  readonly workspaceId: string;
  readonly record = new SqlRecord();
  readonly #pool: Pool;
  readonly #begin: string;
  readonly #patienceMs: number;
  #opening: Promise<{ lease: Lease; begun: Promise<unknown> }> | undefined;
  #running = 0;
  #lastEnd = 0;
  #closed = false;
  #failure: Error | undefined;

  constructor(pool: Pool, workspaceId: string, statementTimeoutMs: number) {
    // SET takes no parameters, so this check is what stands between a value and the statement.
    if (!isUuid(workspaceId)) throw new Error("a workspace id must be a UUID");
    this.#pool = pool;
    this.workspaceId = workspaceId;
    // PostgreSQL ends a statement that takes too long; this is for when it does not answer at all.
    this.#patienceMs = statementTimeoutMs + SILENCE_MS;
    this.#begin =
      "begin isolation level repeatable read read only; " +
      `set local app.workspace_id = '${workspaceId}'; ` +
      `set local statement_timeout = ${Math.trunc(statementTimeoutMs)}`;
  }

  /**
   * Runs one statement of the snapshot. The value `workspaceId` is always filled in from the session.
   * Throws PoolError without a connection, PostgresError for what the database refuses, and
   * {@link RequestEndedError} when nobody waits for the rows any more.
   */
  async run<Row>(statement: Statement<Row>, values: Values, asking: Asking): Promise<Row[]> {
    if (this.#closed) throw new RequestEndedError();
    this.#opening ??= this.#open();
    const { lease, begun } = await this.#opening;
    if (this.#closed) throw new RequestEndedError();
    if (this.#failure) throw this.#failure;

    const bound = bind(statement, { ...values, workspaceId: this.workspaceId });
    const sent = performance.now();
    this.#running += 1;
    let rows = 0;
    try {
      const asked = lease.ask<Row>(statement.text, bound, this.#patienceMs);
      // Without the BEGIN the statement would have run outside of any workspace and found nothing.
      const [result] = await Promise.all([asked, begun]);
      rows = result.length;
      return result;
    } catch (error) {
      if (this.#closed) throw new RequestEndedError();
      // An error ends the snapshot: whatever is asked after it fails for this reason.
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
      throw this.#failure;
    } finally {
      this.#running -= 1;
      const end = performance.now();
      // Statements of one connection run one after the other: a later one began when the last ended.
      const ms = end - Math.max(sent, this.#lastEnd);
      this.#lastEnd = end;
      this.record.batches.push({ arguments: "", ...asking, rows, ms });
    }
  }

  async #open() {
    const lease = await this.#pool.acquire();
    if (this.#closed) {
      lease.release();
      throw new RequestEndedError();
    }
    // BEGIN, two SETs, and the COMMIT that follows the answer.
    this.record.overhead += 4;
    const begun = lease.ask(this.#begin, undefined, this.#patienceMs);
    begun.catch(() => undefined);
    return { lease, begun };
  }

  /**
   * Ends the snapshot and gives the connection back; what still runs is cancelled. Idempotent.
   * Nobody needs to wait for it: the answer does not depend on the commit of a read.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const opened = await this.#opening?.catch(() => undefined);
    if (!opened) return;
    const { lease } = opened;
    if (this.#running > 0) {
      lease.release(true);
      return;
    }
    try {
      await lease.ask("commit", undefined, this.#patienceMs);
      lease.release();
    } catch {
      lease.release(true);
    }
  }
}

/** Nobody waits for the answer any more. */
export class RequestEndedError extends Error {
  constructor() {
    super("the request has ended");
  }
}
