import type { Batch, SqlRecord } from "../insight/sql-record.ts";
import type { Lease, Pool } from "./pool.ts";
import { bind, type Statement, type Values } from "./statement.ts";
import { isUuid } from "./uuid.ts";

/** A mutation's only door to SQL: one transaction of one workspace. See {@link inWriteSession}. */
export class WriteSession {
  readonly workspaceId: string;
  readonly #lease: Lease;
  readonly #record: SqlRecord;
  readonly #patienceMs: number;

  constructor(lease: Lease, workspaceId: string, record: SqlRecord, patienceMs: number) {
    this.#lease = lease;
    this.workspaceId = workspaceId;
    this.#record = record;
    this.#patienceMs = patienceMs;
  }

  /**
   * Runs one statement of the transaction. The value `workspaceId` is always filled in from the session.
   * Throws PostgresError for what the database refuses, and PoolError when the connection is lost.
   */
  async run<Row>(statement: Statement<Row>, values: Values, name: string): Promise<Row[]> {
    const bound = bind(statement, { ...values, workspaceId: this.workspaceId });
    const sent = performance.now();
    const batch: Batch = {
      loader: name,
      // Two writes with one name are two writes, and no batch that split.
      arguments: String(this.#record.batches.length),
      keys: 1,
      rows: 0,
      ms: 0,
      sentAt: sent,
      startedAt: sent,
      statement,
      // There may be secrets among them.
      bound: undefined,
      failure: undefined,
    };
    this.#record.batches.push(batch);
    try {
      const rows = await this.#lease.ask<Row>(statement.text, bound, this.#patienceMs);
      batch.rows = rows.length;
      return rows;
    } catch (error) {
      batch.failure = error;
      throw error;
    } finally {
      batch.ms = performance.now() - sent;
    }
  }
}

/**
 * Runs `work` in one read-write transaction of a workspace: committed when it resolves, rolled back when
 * it throws. Throws {@link PoolError} without a connection, or when it is lost: during the COMMIT nobody
 * can tell then whether it took place, which is what idempotency keys are for.
 */
export async function inWriteSession<Result>(
  pool: Pool,
  workspaceId: string,
  record: SqlRecord,
  work: (session: WriteSession) => Promise<Result>,
): Promise<Result> {
  // SET takes no parameters, so this check is what stands between a value and the statement.
  if (!isUuid(workspaceId)) throw new Error("a workspace id must be a UUID");
  const lease = await pool.acquire();
  // BEGIN, SET, and the COMMIT or ROLLBACK.
  record.overhead += 3;
  let broken = true;
  try {
    const begin = `begin isolation level read committed read write; set local app.workspace_id = '${workspaceId}'`;
    await lease.ask(begin, undefined, pool.patienceMs);
    try {
      const result = await work(new WriteSession(lease, workspaceId, record, pool.patienceMs));
      await lease.ask("commit", undefined, pool.patienceMs);
      broken = false;
      return result;
    } catch (error) {
      await lease.ask("rollback", undefined, pool.patienceMs).then(
        () => (broken = false),
        () => undefined,
      );
      throw error;
    }
  } finally {
    lease.release(broken);
  }
}
