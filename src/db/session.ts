import { SqlRecord } from "../insight/sql-record.ts";
import type { Lease, Pool } from "./pool.ts";
import { bind, type Statement, type Values } from "./statement.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

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
  #opening: Promise<{ lease: Lease; begun: Promise<unknown> }> | undefined;
  #running = new Set<{ cancel(): void }>();
  #lastEnd = 0;
  #closed = false;

  constructor(pool: Pool, workspaceId: string, statementTimeoutMs: number) {
    // SET takes no parameters, so this check is what stands between a value and the statement.
    if (!UUID.test(workspaceId)) throw new Error("a workspace id must be a UUID");
    this.#pool = pool;
    this.workspaceId = workspaceId;
    this.#begin =
      "begin isolation level repeatable read read only; " +
      `set local app.workspace_id = '${workspaceId}'; ` +
      `set local statement_timeout = ${Math.trunc(statementTimeoutMs)}`;
  }

  /**
   * Runs one statement of the snapshot. The value `workspaceId` is always filled in from the session.
   * Throws PoolError without a connection, PostgresError for what the database refuses.
   */
  async run<Row>(statement: Statement<Row>, values: Values, asking: Asking): Promise<Row[]> {
    if (this.#closed) throw ended();
    this.#opening ??= this.#open();
    const { lease, begun } = await this.#opening;
    if (this.#closed) throw ended();

    const sent = performance.now();
    const query = lease.sql.unsafe(
      statement.text,
      bind(statement, { ...values, workspaceId: this.workspaceId }) as string[],
      { prepare: true },
    );
    this.#running.add(query);
    let rows = 0;
    try {
      // Without the BEGIN the statement would have run outside of any workspace and found nothing.
      const [result] = await Promise.all([query, begun]);
      rows = result.length;
      return result as unknown as Row[];
    } finally {
      this.#running.delete(query);
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
      throw ended();
    }
    // BEGIN, two SETs, and the COMMIT that follows the answer.
    this.record.overhead += 4;
    const begun = lease.sql.unsafe(this.#begin).simple();
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
    if (!this.#opening) return;
    const opened = await this.#opening.catch(() => undefined);
    if (!opened) return;
    for (const query of this.#running) query.cancel();
    try {
      await opened.lease.sql.unsafe("commit").simple();
      opened.lease.release();
    } catch {
      opened.lease.release(true);
    }
  }
}

const ended = () => new Error("the request has ended");
