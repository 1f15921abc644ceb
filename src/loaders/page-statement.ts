import { sql, type SQL } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { columnsOf, propertyOf, statement, value, type Statement } from "../db/statement.ts";
import type { Condition, FanOut, FilterField, Link } from "./filters.ts";

/** An ordering: one NOT NULL column and a direction; the id breaks ties in the same direction. */
export interface Ordering {
  by: PgColumn;
  direction: "asc" | "desc";
}

/** Which rows a connection pages. See {@link connection}. */
export interface ConnectionDefinition {
  /** `Account.posts`: for the log, the insight and the cursors. */
  name: string;
  table: PgTable & { workspaceId: PgColumn; id: PgColumn };
  /** The column that holds the parent's id; without one the workspace is the parent. */
  parent?: PgColumn;
  /** When the parent's column is one of a table that leads to the rows. */
  through?: Link;
  orders: Record<string, Ordering>;
  filters?: Record<string, FilterField>;
}

/** What makes the text of a page's statement, besides the conditions. */
export interface PageShape {
  order: string;
  backward: boolean;
  after: boolean;
  before: boolean;
}

const workspace = value("workspaceId", "uuid");
const all = (conditions: SQL[]) => sql.join(conditions, sql` and `);

/**
 * The statement of a page, for any number of parents: top-N for each by LATERAL.
 *
 * Each read is one range of an index that leads with the workspace and ends with the sort: its cost
 * grows with the rows asked for. `row_number()` would number every row of every parent.
 */
export function pageStatement<Row>(
  definition: ConnectionDefinition,
  shape: PageShape,
  conditions: Condition[],
): Statement<Row> {
  const { table, parent } = definition;
  const fanOuts = conditions.flatMap(({ paging }) => paging ?? []);
  const link = definition.through ?? fanOuts.find((fanOut) => fanOut.link)?.link;
  const { by, direction } = orderingOf(definition, shape.order);
  const [sort, id] = link ? [link.sort, link.id] : [by, table.id];
  const down = (direction === "desc") !== shape.backward;
  const way = down ? sql`desc` : sql`asc`;

  const where = [
    ...(link ? [sql`${link.table.workspaceId} = ${workspace}`] : []),
    sql`${table.workspaceId} = ${workspace}`,
    ...(parent ? [sql`${parent} = parent.key`] : []),
    ...conditions.filter(({ paging }) => !paging).map(({ predicate }) => predicate),
    ...keyset(shape, sort, id, direction === "desc"),
  ];
  const groups = byColumn(fanOuts);
  where.push(...groups.map(({ column, name }) => sql`${column} = ${name}.value`));

  const branch = sql`select ${columnsOf(table)} from ${rowsOf(table, link)}
    where ${all(where)} order by ${sort} ${way}, ${id} ${way} limit ${value("limit", "int")}`;
  const page =
    groups.length === 0 ? branch : merge(branch, groups, propertyOf(table, by), way, Boolean(link));

  return statement<Row>(
    parent
      ? sql`select parent.key as "parentKey", page.*
          from unnest(${value("parents", "uuid[]")}) as parent(key)
          cross join lateral (${page}) as page`
      : page,
  );
}

/** The statement of the totals, for any number of parents. Its cost grows with what it counts. */
export function totalStatement(
  definition: ConnectionDefinition,
  conditions: Condition[],
): Statement<{ parentKey: string; total: number }> {
  const { table, parent, through } = definition;
  const where = all([
    ...(through ? [sql`${through.table.workspaceId} = ${workspace}`] : []),
    sql`${table.workspaceId} = ${workspace}`,
    ...(parent ? [sql`${parent} = parent.key`] : []),
    ...conditions.map(({ predicate }) => predicate),
  ]);
  const count = sql`select count(*) as total from ${rowsOf(table, through)} where ${where}`;
  return statement(
    parent
      ? sql`select parent.key as "parentKey", counted.total
          from unnest(${value("parents", "uuid[]")}) as parent(key)
          cross join lateral (${count}) as counted`
      : sql`select '' as "parentKey", counted.total from (${count}) as counted`,
  );
}

/** The ordering of a name. The schema's enums and the definitions are held together by a test. */
export function orderingOf(definition: ConnectionDefinition, order: string): Ordering {
  const ordering = definition.orders[order];
  if (!ordering) throw new Error(`${definition.name} has no ordering ${order}`);
  return ordering;
}

function rowsOf(table: ConnectionDefinition["table"], link: Link | undefined): SQL {
  if (!link) return sql`${table}`;
  return sql`${link.table} join ${table}
    on ${table.workspaceId} = ${link.table.workspaceId} and ${table.id} = ${link.id}`;
}

/** Row comparison, because it is an index condition; `a < x or (a = x and b < y)` is a filter. */
function keyset(shape: PageShape, sort: PgColumn, id: PgColumn, descending: boolean): SQL[] {
  const beyond = (cursor: "after" | "before") => {
    const less = descending === (cursor === "after");
    return sql`(${sort}, ${id}) ${less ? sql`<` : sql`>`} (${value(`${cursor}Sort`, sort.getSQLType())}, ${value(`${cursor}Id`, "uuid")})`;
  };
  return [...(shape.after ? [beyond("after")] : []), ...(shape.before ? [beyond("before")] : [])];
}

interface Group {
  column: PgColumn;
  name: SQL;
  values: SQL;
}

/** Two conditions on one column are read once, for the values that fit both. */
function byColumn(fanOuts: FanOut[]): Group[] {
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
function merge(branch: SQL, groups: Group[], sort: string, way: SQL, repeats: boolean): SQL {
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
