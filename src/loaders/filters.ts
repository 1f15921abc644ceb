import { sql, type SQL } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { value, type Values } from "../db/statement.ts";
import { badUserInput } from "../errors.ts";
import { rowId } from "./global-id.ts";

/** The most values that one condition of a filter may have. */
export const MAX_FILTER_VALUES = 100;

/** The most combinations that the lists of one filter may make: each is a range of an index. */
const MAX_COMBINATIONS = 1000;

/** Where a column is read: its own table, or the link that repeats it and leads to the rows. */
export type At = (column: PgColumn) => PgColumn;

/**
 * A condition in use. Its SQL depends on `shape` alone, its values travel apart, so that a
 * connection has a bounded number of statement texts.
 */
export interface Condition {
  shape: string;
  values: Values;
  /** Holds for a row that fits. */
  predicate: (at: At) => SQL;
  /** The column that the predicate holds to certain values, so that an index can serve it. */
  choice?: Choice;
  /** The bounds that the predicate sets, for pages that are ordered by that column. */
  range?: Range;
}

/** Bounds of a column, from `from` up to but without `to`, and what must hold besides. */
export interface Range {
  column: PgColumn;
  besides: (at: At) => SQL[];
  from?: SQL;
  to?: SQL;
}

/** The values that a column may have. */
export interface Choice {
  column: PgColumn;
  /** How many values. */
  count: number;
  /** Whether the shape allows for several, so that what is read must be merged. */
  isList: boolean;
  /** A query with one column, `value`. */
  values?: SQL;
  /** Rows are found through this table. */
  link?: Link;
  narrowing?: Narrowing;
}

/** Where the values of another column are given too, those that do not fit are left out beforehand. */
export interface Narrowing {
  column: PgColumn;
  narrow: (values: SQL) => SQL;
}

/** A table that leads to the rows and repeats their columns: post_tags leads to posts. */
export interface Link {
  table: PgTable & { workspaceId: PgColumn };
  /** The rows' columns, and the link's that are equal to them: the id and what is sorted by at least. */
  columns: ReadonlyMap<PgColumn, PgColumn>;
  /**
   * It repeats nothing else, so that other conditions are looked up row by row, in its order: PostgreSQL is not
   * left a choice, which knows too little of what goes together.
   */
  isWalked?: true;
}

/** A row of a link, by its key: never a join, which PostgreSQL might begin at the wrong end. */
export const isLinked = (query: SQL): SQL => sql`coalesce((${query} limit 1), false)`;

/** One field of a filter input: what the client gave becomes a condition, null and undefined none. */
export type FilterField = (name: string, input: unknown) => Condition | undefined;

/**
 * The column has one of the values. `of` names the type, or types, whose global ids they are. `refersTo` is the
 * column of which this one is a copy, and `by` refers to its row: posts.network, by posts.account_id.
 */
export function anyOf(
  column: PgColumn,
  options: {
    of?: string | readonly string[];
    copies?: { by: PgColumn; of: Referenced; match: PgColumn };
  } = {},
): FilterField {
  return (name, input) => {
    const list = readList(name, input, options.of);
    if (!list) return undefined;
    const type = column.getSQLType();
    const { copies } = options;
    const matching = (match: PgColumn) => sql`${match} = any(${value(name, `${type}[]`)})`;
    const narrowing = copies && {
      narrowing: { column: copies.by, narrow: narrowBy(copies.of, matching(copies.match)) },
    };
    const only = list.length === 1 && !narrowing ? list[0] : undefined;
    if (only !== undefined) {
      const one = value(name, type);
      return {
        shape: `${name}:one`,
        values: { [name]: only },
        predicate: (at) => sql`${at(column)} = ${one}`,
        choice: { column, count: 1, isList: false, values: sql`select ${one} as value` },
      };
    }
    const values = sql`select unnest(${value(name, `${type}[]`)}) as value`;
    return {
      shape: `${name}:many`,
      values: { [name]: list },
      predicate: (at) => matching(at(column)),
      choice: { column, count: list.length, isList: true, values, ...narrowing },
    };
  };
}

type Referenced = PgTable & { workspaceId: PgColumn; id: PgColumn };

/** Of the rows that are named by id, those that match. */
const narrowBy = (referenced: Referenced, match: SQL) => (values: SQL) =>
  sql`select named.value from (${values}) as named join ${referenced}
    on ${referenced.workspaceId} = ${value("workspaceId", "uuid")}
      and ${referenced.id} = named.value and ${match}`;

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
      predicate: (at) => {
        const found = sql`select true from ${link.table}
          where ${link.table.workspaceId} = ${value("workspaceId", "uuid")}
            and ${link.columns.get(id)} = ${at(id)} and ${column} = any(${values})`;
        return at(id) === id ? sql`exists (${found})` : isLinked(found);
      },
      choice: {
        column,
        count: list.length,
        isList: true,
        values: sql`select unnest(${values}) as value`,
        link,
      },
    };
  };
}

/** The column is true, or it is false. */
export function isTrue(column: PgColumn): FilterField {
  return (name, input) => {
    if (input == null) return undefined;
    const wanted = value(name, "boolean");
    return {
      shape: name,
      values: { [name]: input === true },
      predicate: (at) => sql`${at(column)} = ${wanted}`,
      choice: { column, count: 1, isList: false, values: sql`select ${wanted} as value` },
    };
  };
}

/** The moment lies in a DateTimeRange. `only` narrows it to the rows of one word: to what is published. */
export function between(
  column: PgColumn,
  options: { only?: { column: PgColumn; word: string } } = {},
): FilterField {
  const { only } = options;
  return (name, input) => {
    if (input == null) return undefined;
    const { from, to } = input as { from?: string | null; to?: string | null };
    if (from == null && to == null) return undefined;
    const values: Record<string, string> = {};
    const besides = (at: At) =>
      only ? [sql`${at(only.column)} = ${sql.raw(`'${only.word}'`)}`] : [];
    const range: Range = { column, besides };
    if (from != null) {
      values[`${name}From`] = from;
      range.from = value(`${name}From`, "timestamptz");
    }
    if (to != null) {
      values[`${name}To`] = to;
      range.to = value(`${name}To`, "timestamptz");
    }
    return {
      shape: `${name}:${Object.keys(values).join()}`,
      values,
      predicate: (at) =>
        sql.join(
          [
            ...besides(at),
            ...(range.from ? [sql`${at(column)} >= ${range.from}`] : []),
            ...(range.to ? [sql`${at(column)} < ${range.to}`] : []),
          ],
          sql` and `,
        ),
      range,
      ...(only ? { choice: { column: only.column, count: 1, isList: false } } : {}),
    };
  };
}

/** Refuses lists that together would be read as more ranges than any page is worth. */
export function checkCombinations(conditions: Condition[]) {
  const lists = new Map<PgColumn, { name: string; count: number }>();
  for (const { choice, shape } of conditions) {
    if (!choice || conditions.some((other) => other.choice?.column === choice.narrowing?.column)) {
      continue;
    }
    const known = lists.get(choice.column);
    if (known && known.count <= choice.count) continue;
    lists.set(choice.column, { name: shape.split(":", 1)[0] ?? "", count: choice.count });
  }
  const combinations = [...lists.values()].reduce((product, { count }) => product * count, 1);
  if (combinations <= MAX_COMBINATIONS) return;
  const names = [...lists.values()].map(({ name, count }) => `${count} ${name}`);
  throw badUserInput(
    `filter combines ${names.join(" with ")}, which are ${combinations} combinations; ` +
      `at most ${MAX_COMBINATIONS} may be: give fewer values`,
  );
}

function readList(
  name: string,
  input: unknown,
  globalIdsOf?: string | readonly string[],
): string[] | undefined {
  if (input == null) return undefined;
  const given = input as string[];
  if (given.length > MAX_FILTER_VALUES) {
    throw badUserInput(
      `filter.${name} has ${given.length} values; it may have at most ${MAX_FILTER_VALUES}`,
    );
  }
  const list = [...new Set(given)];
  // Sorted, so that the same values in another order are the same arguments.
  return (globalIdsOf ? list.map((globalId) => rowId(globalId, globalIdsOf)) : list).sort();
}
