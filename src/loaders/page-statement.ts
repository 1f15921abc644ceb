import { sql, type SQL } from "drizzle-orm";
import { columnsOf, propertyOf, statement, value, type Statement } from "../db/statement.ts";
import { fanOut, merge } from "./fan-out.ts";
import type { At, Condition, Link } from "./filters.ts";
import { bounds } from "./page-bounds.ts";
import { orderingOf, type ConnectionDefinition, type PageShape } from "./page-definition.ts";

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
  leftOut: ReadonlySet<string>,
): Statement<Row> {
  const { table, parent } = definition;
  const { by, direction, isUnique } = orderingOf(definition, shape.order);
  const link = definition.through ?? linkOf(conditions);
  const at: At = (column) => link?.columns.get(column) ?? column;
  const [sort, id] = [at(by), at(table.id)];
  const parentColumn = parent && at(parent);
  const down = (direction === "desc") !== shape.backward;
  const way = down ? sql`desc` : sql`asc`;
  const index = { table: link?.table ?? table, sort, id };
  const { groups, held } = fanOut(index, parentColumn, conditions, at);
  const ranges = conditions.flatMap(({ range }) => (range?.column === by ? range : []));

  const where = [
    ...(link ? [sql`${link.table.workspaceId} = ${workspace}`] : []),
    sql`${table.workspaceId} = ${workspace}`,
    ...(definition.only ? [definition.only] : []),
    ...(parentColumn ? [sql`${parentColumn} = parent.key`] : []),
    ...groups.map(({ column, name }) => sql`${column} = ${name}.value`),
    ...conditions.flatMap((condition) => {
      const { range, predicate } = condition;
      if (held.has(condition)) return [];
      return range && ranges.includes(range) ? range.besides(at) : predicate(at);
    }),
    ...bounds(shape, ranges, sort, isUnique ? undefined : id, direction === "desc"),
  ];

  const order = isUnique ? sql`${sort} ${way}` : sql`${sort} ${way}, ${id} ${way}`;
  const branch = sql`select ${columnsOf(table, leftOut)}
    from ${link?.isWalked ? walk(table, link) : rowsOf(table, link)}
    where ${all(where)} order by ${order} limit ${value("limit", "int")}`;
  const page =
    groups.length === 0 ? branch : merge(branch, groups, propertyOf(table, by), way, Boolean(link));

  return statement<Row>(
    parent
      ? sql`select parent.place::int as "parentPlace", page.*
          from unnest(${value("parents", "uuid[]")}) with ordinality as parent(key, place)
          cross join lateral (${page}) as page`
      : page,
  );
}

/** The statement of the totals, for any number of parents. Its cost grows with what it counts. */
export function totalStatement(
  definition: ConnectionDefinition,
  conditions: Condition[],
): Statement<{ parentKey: string; total: number }> {
  const { table, parent, through, only } = definition;
  // Through several of the link's ranges a row might come twice.
  const link = through ?? linkOf(conditions.filter(({ choice }) => !choice?.isList));
  const at: At = (column) => link?.columns.get(column) ?? column;
  const where = all([
    ...(link ? [sql`${link.table.workspaceId} = ${workspace}`] : []),
    sql`${table.workspaceId} = ${workspace}`,
    ...(only ? [only] : []),
    ...(parent ? [sql`${parent} = parent.key`] : []),
    ...conditions.map(({ predicate }) => predicate(at)),
  ]);
  const count = sql`select count(*) as total from ${rowsOf(table, link)} where ${where}`;
  return statement(
    parent
      ? sql`select parent.key as "parentKey", counted.total
          from unnest(${value("parents", "uuid[]")}) as parent(key)
          cross join lateral (${count}) as counted`
      : sql`select '' as "parentKey", counted.total from (${count}) as counted`,
  );
}

/** The table that leads to what fits the conditions: by one range of it where that is possible. */
function linkOf(conditions: Condition[]): Link | undefined {
  const choices = conditions.flatMap(({ choice }) => (choice?.link ? [choice] : []));
  return (choices.find(({ isList }) => !isList) ?? choices[0])?.link;
}

function rowsOf(table: ConnectionDefinition["table"], link: Link | undefined): SQL {
  if (!link) return sql`${table}`;
  return sql`${link.table} join ${table}
    on ${table.workspaceId} = ${link.table.workspaceId} and ${table.id} = ${link.columns.get(table.id)}`;
}

/** The link's rows and each one's own, under the table's name: with a limit it can be nothing but a look-up. */
function walk(table: ConnectionDefinition["table"], link: Link): SQL {
  return sql`${link.table} cross join lateral (select * from ${table}
    where ${table.workspaceId} = ${workspace} and ${table.id} = ${link.columns.get(table.id)} limit 1) as ${table}`;
}
