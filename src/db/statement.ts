import { getTableColumns, is, Placeholder, sql, type SQL, type Table } from "drizzle-orm";
import { PgDialect, type PgColumn, type PgTable } from "drizzle-orm/pg-core";
import { isSecret } from "./tables/columns.ts";

/**
 * One SQL statement with constant text, written with Drizzle once at start-up.
 * Building a query again on each request costs more CPU than running it, and constant text is what
 * lets PostgreSQL prepare it once a connection.
 */
export interface Statement<Row> {
  readonly text: string;
  /** Names of the values, in the order of $1, $2 … */
  readonly parameters: readonly string[];
  /** Only for the type: what a row looks like. */
  readonly row?: Row;
}

export type Values = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

const dialect = new PgDialect();

/** Every value in it must be a {@link value}: a literal would be frozen into the statement. */
export function statement<Row>(query: SQL): Statement<Row> {
  const { sql: text, params } = dialect.sqlToQuery(query);
  const parameters = params.map((parameter) => {
    if (!is(parameter, Placeholder)) throw new Error(`a literal value in a statement: ${text}`);
    return parameter.name;
  });
  return { text, parameters };
}

/** A named value of a statement, with its PostgreSQL type: `value("ids", "uuid[]")`. */
export const value = (name: string, type: string) =>
  sql`${sql.placeholder(name)}::${sql.raw(type)}`;

/** The values of a call in the order of the statement's parameters. */
export function bind(target: Statement<unknown>, values: Values) {
  return target.parameters.map((name) => {
    const given = values[name];
    if (given === undefined) throw new Error(`no value for ${name}`);
    return isList(given) ? arrayText(given) : given;
  });
}

function isList(given: Values[string]): given is readonly string[] {
  return Array.isArray(given);
}

/** PostgreSQL's text form of an array of strings. */
export function arrayText(list: readonly string[]) {
  if (list.length === 0) return "{}";
  // Nearly always they are ids: one look at all of them instead of one at each.
  const hasSpecial = /["\\]/.test(list.join(""));
  const items = hasSpecial ? list.map((item) => item.replace(/["\\]/g, "\\$&")) : list;
  return `{"${items.join('","')}"}`;
}

/** The columns of a table under their names in its row type, without its secrets. */
const readableColumns = (table: PgTable) =>
  namedColumns(table).filter(([, column]) => !isSecret(column));

/** The columns of a table under their names in its row type. */
export const namedColumns = (table: PgTable) =>
  Object.entries(getTableColumns(table as Table)) as unknown as [string, PgColumn][];

/**
 * The readable columns of a table but those left out, each under its name in the row type, so that rows come out of
 * the driver ready to use: Drizzle's own mapping costs 40 % on hot rows.
 */
export const columnsOf = (table: PgTable, leftOut: ReadonlySet<string> = new Set()): SQL =>
  sql.join(
    readableColumns(table)
      .filter(([name]) => !leftOut.has(name))
      .map(([name, column]) => sql`${read(column)} as ${sql.identifier(name)}`),
    sql`, `,
  );

/** Arrays would come as text without their types; JSON is parsed by the driver. */
const read = (column: PgColumn) =>
  column.getSQLType().endsWith("[]") ? sql`to_json(${column})` : sql`${column}`;

/** A column's name in the row type of its table. */
export function propertyOf(table: PgTable, column: PgColumn): string {
  const found = namedColumns(table).find(([, candidate]) => candidate === column);
  if (!found) throw new Error(`${column.name} is no column of the table`);
  return found[0];
}
