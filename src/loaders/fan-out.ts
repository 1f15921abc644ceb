import { sql, type SQL } from "drizzle-orm";
import { getTableConfig, type PgColumn, type PgTable } from "drizzle-orm/pg-core";
import { value } from "../db/statement.ts";
import type { At, Choice, Condition } from "./filters.ts";

/** A column that is read once for each of its values. */
export interface Group {
  column: PgColumn;
  name: SQL;
  values: SQL;
}

/** How conditions are read from one index. */
export interface FanOut {
  groups: Group[];
  /** The conditions that hold for all that the groups read. */
  held: ReadonlySet<Condition>;
}

/**
 * Reads a page once for each combination of several columns' values and merges, so that each read is
 * one range of an index: with `column = any(…)` PostgreSQL would sort all rows that fit.
 *
 * The columns are those of the index that holds most of what the conditions and the parent fix. A
 * column of a closed list of words that it has besides is read for each of its words.
 */
export function fanOut(
  index: { table: PgTable; sort: PgColumn; id: PgColumn },
  parent: PgColumn | undefined,
  conditions: Condition[],
  at: At,
): FanOut {
  const chosen = conditions.filter(hasChoice);
  if (chosen.length === 0) return { groups: [], held: new Set() };
  const given = new Set(chosen.map(({ choice }) => at(choice.column)));
  if (parent) given.add(parent);
  const columns = servingColumns(index, given);

  const groups: Group[] = [];
  const held = new Set<Condition>();
  for (const column of columns) {
    if (column === parent) continue;
    const own = chosen.filter(({ choice }) => at(choice.column) === column);
    const narrowing = chosen.filter(
      ({ choice }) =>
        choice.narrowing &&
        at(choice.narrowing.column) === column &&
        !columns.includes(at(choice.column)),
    );
    const listed = own.filter(({ choice }) => choice.values);
    const isMerged = narrowing.length > 0 || listed.some(({ choice }) => choice.isList);
    if (own.length > 0 && !isMerged) continue;
    let values = intersection(own.length > 0 ? listed : [], column);
    for (const { choice } of narrowing) values = choice.narrowing?.narrow(values) ?? values;
    groups.push({ column, name: sql.raw(`fan${groups.length}`), values });
    for (const condition of [...listed, ...narrowing]) held.add(condition);
  }
  return { groups, held };
}

type Chosen = Condition & { choice: Choice };

const hasChoice = (condition: Condition): condition is Chosen => condition.choice !== undefined;

/** Two conditions on one column are read once, for the values that fit both; none for all its words. */
function intersection(conditions: Chosen[], column: PgColumn): SQL {
  const queries = conditions.flatMap(({ choice }) => choice.values ?? []);
  if (queries.length > 0) return sql.join(queries, sql` intersect `);
  const rows = wordsOf(column)?.map((word) => `('${word}'::${column.getSQLType()})`);
  return sql.raw(`select * from (values ${rows?.join(", ")}) as words(value)`);
}

/** The columns between the workspace and the sort, of the index that serves the given columns best. */
function servingColumns(
  { table, sort, id }: { table: PgTable; sort: PgColumn; id: PgColumn },
  given: ReadonlySet<PgColumn>,
): PgColumn[] {
  const config = getTableConfig(table);
  const candidates = config.indexes.flatMap(({ config: { columns, where } }) => {
    const names = columns.map((column) => ("name" in column ? column.name : undefined));
    const isSorted = names.at(-2) === sort.name && names.at(-1) === id.name;
    if (where || !isSorted) return [];
    const between = config.columns.filter(({ name }) => names.slice(1, -2).includes(name));
    const isOpen = between.some((column) => !given.has(column) && !wordsOf(column));
    return isOpen ? [] : [between];
  });
  const waste = (columns: PgColumn[]) =>
    [...given].filter((column) => !columns.includes(column)).length * 100 +
    columns.filter((column) => !given.has(column)).length;
  return candidates.sort((one, other) => waste(one) - waste(other))[0] ?? [];
}

/** Every value that the column can have; undefined when they are not a closed list. */
function wordsOf(column: PgColumn): readonly string[] | undefined {
  return column.dataType === "boolean" ? ["false", "true"] : column.enumValues;
}

/** Sorts at most (combinations × page size) rows: bounded by what was asked for, not by the table. */
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
