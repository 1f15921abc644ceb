import { sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { columnsOf, propertyOf, statement, value } from "../db/statement.ts";
import { defineLoader } from "./define.ts";
import { SelectingStatements, type LeftOut, type Reads } from "./selected-columns.ts";

type TenantTable = PgTable & { workspaceId: PgColumn };

const idOf = (table: TenantTable) => (table as unknown as { id: PgColumn }).id;

/**
 * Rows of a table by a unique key, its id unless told. One statement for all keys; null for a key
 * that has no row in the workspace.
 */
export function byId<Row extends object>(
  name: string,
  table: TenantTable,
  { key = idOf(table), reads }: { key?: PgColumn; reads?: Reads } = {},
) {
  const property = propertyOf(table, key) as keyof Row;
  const statements = new SelectingStatements<Row>(table, reads, [idOf(table), key]);
  // A list of one costs PostgreSQL a sixth more.
  const byKey = (leftOut: LeftOut) =>
    statement<Row>(sql`select ${columnsOf(table, leftOut)} from ${table}
      where ${table.workspaceId} = ${value("workspaceId", "uuid")} and ${key} = ${value("key", "uuid")}`);
  // Not `= any($1)`: where most workspaces are small, PostgreSQL plans to read the whole workspace for it.
  const byKeys = (leftOut: LeftOut) =>
    statement<Row>(sql`select found.*
      from unnest(${value("keys", "uuid[]")}) as wanted(key)
      cross join lateral (
        select ${columnsOf(table, leftOut)} from ${table}
        where ${table.workspaceId} = ${value("workspaceId", "uuid")} and ${key} = wanted.key
        limit 1) as found`);

  return defineLoader<string, Row | null>(async (context, keys) => {
    const [first] = keys;
    const [query, values] =
      keys.length === 1 && first !== undefined
        ? [statements.of(context, "one", byKey), { key: first }]
        : [statements.of(context, "", byKeys), { keys }];
    const rows = await context.session.run(query, values, { loader: name, keys: keys.length });
    return inOrder(rows, keys, (row) => row[property] as string);
  });
}

/**
 * The row of each key. Rows come in the order of the keys, though nobody promises it: for a Map V8 would
 * look up each key's text in a table of all texts.
 */
export function inOrder<Row>(
  rows: readonly Row[],
  keys: readonly string[],
  keyOf: (row: Row) => string,
): (Row | null)[] {
  let next = 0;
  const found = keys.map((wanted) => {
    const row = rows[next];
    if (row === undefined || keyOf(row) !== wanted) return null;
    next += 1;
    return row;
  });
  if (next === rows.length) return found;
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((wanted) => byKey.get(wanted) ?? null);
}
