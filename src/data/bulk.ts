import { getTableColumns, getTableName } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { copyChunks, copyInto, type CopyRow } from "../db/copy.ts";
import type { WorkspaceTransaction } from "../db/workspace-transaction.ts";
import { insertWithSetChecks, setChecksOf, type SetChecks } from "./foreign-keys.ts";

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/**
 * Loads rows of one table in bulk: `add` as often as needed, in one transaction of one workspace.
 *
 * COPY is refused on tables with row-level security, so rows go by COPY into a temporary table without
 * indexes and from there, in one statement, to where they belong: the policies hold for them as for any
 * other row. The workspace is not in the rows; it is the transaction's, written into the statement.
 */
export class BulkLoad {
  readonly #transaction: WorkspaceTransaction;
  readonly #workspaceId: string;
  readonly #table: PgTable;
  readonly #keys: "by row" | "as a set";
  readonly #staging: string;
  readonly #make: string;
  readonly #target: string;
  readonly #insert: string;
  readonly #empty: string;
  #made = false;
  #checks: SetChecks | undefined;
  /** Rows loaded so far. */
  count = 0;

  /**
   * `columns` are the table's own, by their names in TypeScript, in the order of the rows' values.
   * Foreign keys are looked up "as a set" where the login may ask for it: faster, and as strict.
   */
  constructor(
    transaction: WorkspaceTransaction,
    workspaceId: string,
    table: PgTable,
    columns: readonly string[],
    keys: "by row" | "as a set" = "by row",
  ) {
    const known = getTableColumns(table);
    const names = columns.map((name) => {
      const column = known[name];
      if (!column || name === "workspaceId") throw new Error(`no column ${name} to load`);
      return quote(column.name);
    });
    const list = names.join(", ");
    const source = quote(getTableName(table));
    const staging = `pg_temp.${quote(`staging_${getTableName(table)}`)}`;
    this.#transaction = transaction;
    this.#workspaceId = workspaceId;
    this.#table = table;
    this.#keys = keys;
    this.#staging = staging;
    this.#make =
      `create temporary table ${staging} on commit drop as ` +
      `select ${list} from ${source} where workspace_id = '${workspaceId}' with no data`;
    this.#target = `${staging} (${list})`;
    this.#insert =
      `insert into ${source} (workspace_id, ${list}) ` +
      `select '${workspaceId}'::uuid, ${list} from ${staging}`;
    this.#empty = `truncate ${staging}`;
  }

  /** Loads some rows; what they refer to must have been loaded before, or be among them. */
  async add(rows: Iterable<CopyRow> & { readonly length: number }): Promise<void> {
    if (rows.length === 0) return;
    if (this.#made) await this.#transaction.unsafe(this.#empty).simple();
    else await this.#stage();
    await copyInto(this.#transaction, this.#target, copyChunks(rows));
    const inserted = await this.#move();
    if (inserted !== rows.length) {
      throw new Error(`${rows.length} rows were sent, ${inserted} loaded`);
    }
    this.count += rows.length;
  }

  async #stage(): Promise<void> {
    await this.#transaction.unsafe(this.#make).simple();
    this.#made = true;
    if (this.#keys === "by row") return;
    const [transaction, workspaceId] = [this.#transaction, this.#workspaceId];
    this.#checks = await setChecksOf(transaction, workspaceId, this.#table, this.#staging);
  }

  async #move(): Promise<number> {
    if (this.#checks) return insertWithSetChecks(this.#transaction, this.#insert, this.#checks);
    return (await this.#transaction.unsafe(this.#insert).simple()).count;
  }
}
