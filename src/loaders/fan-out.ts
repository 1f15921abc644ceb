import { sql, type SQL } from "drizzle-orm";
import { getTableConfig, type PgColumn, type PgTable } from "drizzle-orm/pg-core";
import { value } from "../db/statement.ts";
import type { Condition, FanOut } from "./filters.ts";
import type { ConnectionDefinition } from "./page-definition.ts";

/**
 * The conditions whose values are read one by one: as many as an index serves, so that each value is
 * one range of it. Read one by one without such an index, every value would cost a walk of its own
 * over the same rows. A condition with a link always is; the others then lie behind the link.
 */
export function fannedOut(
  { table, parent }: ConnectionDefinition,
  conditions: Condition[],
  sort: PgColumn,
  id: PgColumn,
): FanOut[] {
  const candidates = conditions.flatMap(({ paging }) => paging ?? []);
  const linked = candidates.filter(({ link }) => link);
  if (linked.length > 0) return linked;
  const served = subsets(candidates).find((fanOuts) =>
    isServed(
      table,
      new Set([...(parent ? [parent] : []), ...fanOuts.map(({ column }) => column)]),
      sort,
      id,
    ),
  );
  return served ?? [];
}

/** Whether an index leads with the workspace and these columns, in any order, and ends with the sort. */
function isServed(table: PgTable, columns: Set<PgColumn>, sort: PgColumn, id: PgColumn): boolean {
  const names = new Set([...columns].map(({ name }) => name));
  return getTableConfig(table).indexes.some(({ config }) => {
    if (config.where) return false;
    const indexed = config.columns.map((column) => ("name" in column ? column.name : undefined));
    const found = indexed.slice(1, 1 + names.size);
    const rest = indexed.slice(1 + names.size);
    return (
      found.every((name) => name !== undefined && names.has(name)) &&
      rest[0] === sort.name &&
      rest[1] === id.name
    );
  });
}

/** All subsets that are not empty, the largest first. */
function subsets<Item>(items: Item[]): Item[][] {
  const all = items.reduce<Item[][]>(
    (sets, item) => [...sets, ...sets.map((set) => [...set, item])],
    [[]],
  );
  return all.filter((set) => set.length > 0).sort((one, other) => other.length - one.length);
}

/** A column that is read once for each of its values. */
export interface Group {
  column: PgColumn;
  name: SQL;
  values: SQL;
}

/** Two conditions on one column are read once, for the values that fit both. */
export function byColumn(fanOuts: FanOut[]): Group[] {
  const columns = [...new Set(fanOuts.map(({ column }) => column))];
  return columns.map((column, index) => ({
    column,
    name: sql.raw(`fan${index}`),
    values: sql.join(
      fanOuts.filter((fanOut) => fanOut.column === column).map(({ values }) => values),
      sql` intersect `,
    ),
  }));
}

/** Sorts at most (values × page size) rows: bounded by what was asked for, not by the table. */
export function merge(branch: SQL, groups: Group[], sort: string, way: SQL, repeats: boolean): SQL {
  const order = sql`merged.${sql.identifier(sort)} ${way}, merged."id" ${way}`;
  const from = sql.join(
    groups.map(({ name, values }) => sql`(${values}) as ${name}`),
    sql` cross join `,
  );
  // A post that has two of the tags is read twice.
  const distinct = repeats ? sql`distinct on (merged.${sql.identifier(sort)}, merged."id")` : sql``;
  return sql`select ${distinct} merged.* from ${from} cross join lateral (${branch}) as merged
    order by ${order} limit ${value("limit", "int")}`;
}
