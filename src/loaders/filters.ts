import { sql, type SQL } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { value, type Values } from "../db/statement.ts";
import { badUserInput } from "../errors.ts";
import { rowId } from "./global-id.ts";

/** The most values that one condition of a filter may have. */
export const MAX_FILTER_VALUES = 100;

/**
 * A condition in use. Its SQL depends on `shape` alone, its values travel apart, so that a
 * connection has a bounded number of statement texts.
 */
export interface Condition {
  shape: string;
  values: Values;
  /** Holds for a row of the table that fits; the whole condition when counting. */
  predicate: SQL;
  /** How a page is read, when an index serves it and not the predicate. */
  paging?: FanOut;
  /** The bounds that the predicate sets, for pages that are ordered by that column. */
  range?: Range;
}

/** Bounds of a column, from `from` up to but without `to`, and what must hold besides. */
export interface Range {
  column: PgColumn;
  from?: SQL;
  to?: SQL;
  and: SQL[];
}

/**
 * Reads a page once for each of several values and merges, so that each read is one range of an
 * index: with `column = any(…)` PostgreSQL would sort all rows that fit.
 */
export interface FanOut {
  column: PgColumn;
  /** A query with one column, `value`. */
  values: SQL;
  /** Rows are found through this table. */
  link?: Link;
}

/** A table that leads to the rows, with the order repeated in it: post_tags leads to posts. */
export interface Link {
  table: PgTable & { workspaceId: PgColumn };
  /** The linked row's id. */
  id: PgColumn;
  /** What the link is ordered by: equal to the row's own sort value. */
  sort: PgColumn;
}

/** One field of a filter input: what the client gave becomes a condition, null and undefined none. */
export type FilterField = (name: string, input: unknown) => Condition | undefined;

/** The column has one of the values. `of` names the type whose global ids they are. */
export function anyOf(column: PgColumn, options: { of?: string } = {}): FilterField {
  return (name, input) => {
    const list = readList(name, input, options.of);
    if (!list) return undefined;
    const type = column.getSQLType();
    const only = list.length === 1 ? list[0] : undefined;
    if (only !== undefined) {
      const predicate = sql`${column} = ${value(name, type)}`;
      return { shape: `${name}:one`, values: { [name]: only }, predicate };
    }
    const values = value(name, `${type}[]`);
    return {
      shape: `${name}:many`,
      values: { [name]: list },
      predicate: sql`${column} = any(${values})`,
      paging: { column, values: sql`select unnest(${values}) as value` },
    };
  };
}

/** The column has one of the values; for small tables, where no index needs to serve it. */
export function amongOf(column: PgColumn): FilterField {
  return (name, input) => {
    const list = readList(name, input);
    if (!list) return undefined;
    const predicate = sql`${column} = any(${value(name, `${column.getSQLType()}[]`)})`;
    return { shape: name, values: { [name]: list }, predicate };
  };
}

/** The row that `column` refers to has one of the values in `match`: posts by their account's network. */
export function anyOfReferenced(
  column: PgColumn,
  referenced: PgTable & { workspaceId: PgColumn; id: PgColumn },
  match: PgColumn,
): FilterField {
  return (name, input) => {
    const list = readList(name, input);
    if (!list) return undefined;
    const values = sql`select ${referenced.id} as value from ${referenced}
      where ${referenced.workspaceId} = ${value("workspaceId", "uuid")}
        and ${match} = any(${value(name, `${match.getSQLType()}[]`)})`;
    return {
      shape: name,
      values: { [name]: list },
      predicate: sql`${column} in (${values})`,
      paging: { column, values },
    };
  };
}

/** A row of the link table joins this row to one of the values: posts by tag. */
export function anyOfLinked(
  id: PgColumn,
  link: Link,
  column: PgColumn,
  options: { of: string },
): FilterField {
  return (name, input) => {
    const list = readList(name, input, options.of);
    if (!list) return undefined;
    const values = value(name, `${column.getSQLType()}[]`);
    return {
      shape: name,
      values: { [name]: list },
      predicate: sql`exists (select 1 from ${link.table}
        where ${link.table.workspaceId} = ${value("workspaceId", "uuid")}
          and ${link.id} = ${id} and ${column} = any(${values}))`,
      paging: { column, values: sql`select unnest(${values}) as value`, link },
    };
  };
}

/** The moment lies in a DateTimeRange. `and` narrows the rows that the range speaks of. */
export function between(column: PgColumn, options: { and?: SQL } = {}): FilterField {
  return (name, input) => {
    if (input == null) return undefined;
    const { from, to } = input as { from?: string | null; to?: string | null };
    if (from == null && to == null) return undefined;
    const range: Range = { column, and: options.and ? [options.and] : [] };
    const parts = [...range.and];
    const values: Record<string, string> = {};
    if (from != null) {
      values[`${name}From`] = from;
      range.from = value(`${name}From`, "timestamptz");
      parts.push(sql`${column} >= ${range.from}`);
    }
    if (to != null) {
      values[`${name}To`] = to;
      range.to = value(`${name}To`, "timestamptz");
      parts.push(sql`${column} < ${range.to}`);
    }
    const shape = `${name}:${Object.keys(values).join()}`;
    return { shape, values, predicate: sql.join(parts, sql` and `), range };
  };
}

/** True: the column is null. False: it is not. */
export function isNull(column: PgColumn): FilterField {
  return (name, input) => {
    if (input == null) return undefined;
    return input === true
      ? { shape: `${name}:null`, values: {}, predicate: sql`${column} is null` }
      : { shape: `${name}:given`, values: {}, predicate: sql`${column} is not null` };
  };
}

function readList(name: string, input: unknown, globalIdsOf?: string): string[] | undefined {
  if (input == null) return undefined;
  const list = [...new Set(input as string[])];
  if (list.length > MAX_FILTER_VALUES) {
    throw badUserInput(
      `filter.${name} has ${list.length} values; it may have at most ${MAX_FILTER_VALUES}`,
    );
  }
  // Sorted, so that the same values in another order are the same arguments.
  return (globalIdsOf ? list.map((globalId) => rowId(globalId, globalIdsOf)) : list).sort();
}
