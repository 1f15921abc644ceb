import { sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { columnsOf, propertyOf, statement, value } from "../db/statement.ts";
import { defineLoader } from "./define.ts";

type TenantTable = PgTable & { workspaceId: PgColumn };

/**
 * Rows of a table by a unique key, its id unless told. One statement for all keys; null for a key
 * that has no row in the workspace.
 */
export function byId<Row extends object>(
  name: string,
  table: TenantTable,
  key: PgColumn = (table as unknown as { id: PgColumn }).id,
) {
  const property = propertyOf(table, key) as keyof Row;
  const query = statement<Row>(sql`select ${columnsOf(table)} from ${table}
    where ${table.workspaceId} = ${value("workspaceId", "uuid")}
      and ${key} = any(${value("keys", "uuid[]")})`);

  return defineLoader<string, Row | null>(async ({ session }, keys) => {
    const rows = await session.run(query, { keys }, { loader: name, keys: keys.length });
    const byKey = new Map<string, Row>();
    for (const row of rows) byKey.set(row[property] as string, row);
    return keys.map((wanted) => byKey.get(wanted) ?? null);
  });
}
