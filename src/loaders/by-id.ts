import { sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { columnsOf, propertyOf, statement, value, type Statement } from "../db/statement.ts";
import { defineLoader } from "./define.ts";
import { remember } from "./remember.ts";
import { leavesOut, type LeftOut, type Reads } from "./selected-columns.ts";

type TenantTable = PgTable & { workspaceId: PgColumn };

/**
 * Rows of a table by a unique key, its id unless told. One statement for all keys; null for a key
 * that has no row in the workspace.
 */
export function byId<Row extends object>(
  name: string,
  table: TenantTable,
  {
    key = (table as unknown as { id: PgColumn }).id,
    reads,
  }: { key?: PgColumn; reads?: Reads } = {},
) {
  const property = propertyOf(table, key) as keyof Row;
  const leftOutBy = leavesOut(table, reads, [key]);
  const queries = new Map<string, Statement<Row>>();
  const queryOf = (leftOut: LeftOut) =>
    remember(queries, leftOut.key, () =>
      statement<Row>(sql`select ${columnsOf(table, leftOut.names)} from ${table}
    where ${table.workspaceId} = ${value("workspaceId", "uuid")}
      and ${key} = any(${value("keys", "uuid[]")})`),
    );

  return defineLoader<string, Row | null>(async (context, keys) => {
    const query = queryOf(leftOutBy(context));
    const rows = await context.session.run(query, { keys }, { loader: name, keys: keys.length });
    const byKey = new Map<string, Row>();
    for (const row of rows) byKey.set(row[property] as string, row);
    return keys.map((wanted) => byKey.get(wanted) ?? null);
  });
}
