import type { RequestContext } from "../context.ts";
import { propertyOf, type Statement, type Values } from "../db/statement.ts";
import { Connection } from "./connection-page.ts";
import { decodeCursor, encodeCursor, orderingDigest } from "./cursor.ts";
import { loaderOf } from "./define.ts";
import { checkCombinations, type Condition } from "./filters.ts";
import { orderingOf, type ConnectionDefinition, type PageShape } from "./page-definition.ts";
import { pageStatement, totalStatement } from "./page-statement.ts";
import { readPageSize, type PageArguments, type PageSize } from "./page.ts";

/** The arguments of a connection field, as the schema made them. */
export interface ConnectionArguments extends PageArguments {
  orderBy: string;
  filter?: object | null | undefined;
}

/** Everything about a page that all its parents share. */
interface PageRequest extends PageSize {
  shape: PageShape;
  conditions: Condition[];
  values: Values;
}

/** The only parent of a connection that has no parent column. */
const ROOT = "";

/**
 * A connection: `connection<PostRow>({ name: "Account.posts", table: posts, parent: posts.accountId,
 * orders, filters })` gives `(context, args, parentId) => Promise<Connection<PostRow>>`.
 *
 * Whatever the number of parents, one request makes one statement for each distinct set of
 * arguments, and one more for their totals when they are selected.
 */
export function connection<Row extends object>(definition: ConnectionDefinition) {
  const pageStatements = new Map<string, Statement<Row & { parentKey?: string }>>();
  const totalStatements = new Map<string, ReturnType<typeof totalStatement>>();
  const totals = {};
  const digests = new WeakMap<object, Map<string, string>>();

  const loadPages = async (
    context: RequestContext,
    request: PageRequest,
    argumentsKey: string,
    parents: readonly string[],
  ) => {
    const shapeKey = keyOf(request);
    const statement = remember(pageStatements, shapeKey, () =>
      pageStatement<Row & { parentKey?: string }>(definition, request.shape, request.conditions),
    );
    const values = { ...request.values, limit: request.size + 1, parents };
    const asking = { loader: definition.name, arguments: argumentsKey, keys: parents.length };
    const rows = await context.session.run(statement, values, asking);
    return groupByParent(rows, parents, Boolean(definition.parent));
  };

  const loadTotals = async (
    context: RequestContext,
    request: PageRequest,
    argumentsKey: string,
    parents: readonly string[],
  ) => {
    const shapeKey = request.conditions.map(({ shape }) => shape).join(" ");
    const statement = remember(totalStatements, shapeKey, () =>
      totalStatement(definition, request.conditions),
    );
    const loader = `${definition.name}.totalCount`;
    const asking = { loader, arguments: argumentsKey, keys: parents.length };
    const rows = await context.session.run(statement, { ...request.values, parents }, asking);
    const byParent = new Map(rows.map(({ parentKey, total }) => [parentKey, total]));
    return parents.map((parent) => byParent.get(parent) ?? 0);
  };

  return async (
    context: RequestContext,
    args: ConnectionArguments,
    parentId: string = ROOT,
  ): Promise<Connection<Row>> => {
    const { session } = context;
    // Made once a request and ordering, and only when a cursor is read or written.
    const digest = () =>
      remember(remember(digests, session, newMap), args.orderBy, () =>
        orderingDigest(session.workspaceId, definition.name, args.orderBy),
      );
    const request = readRequest(definition, args, digest);
    const argumentsKey = keyOfArguments(request);
    const pages = loaderOf<string, Row[]>(context, definition, argumentsKey, (parents) =>
      loadPages(context, request, argumentsKey, parents),
    );
    const rows = await pages.load(parentId);
    const { sortProperty } = request;
    return toConnection(rows, request, {
      cursorOf: (row) =>
        encodeCursor(digest(), {
          sort: String(row[sortProperty as keyof Row]),
          id: String(row["id" as keyof Row]),
        }),
      totalCount: () => {
        const filterKey = keyOfConditions(request);
        return loaderOf<string, number>(context, totals, filterKey, (parents) =>
          loadTotals(context, request, filterKey, parents),
        ).load(parentId);
      },
    });
  };
}

/** The nodes of the first 100, for a short list that is not paged. */
export async function nodesOf<Row>(page: Promise<Connection<Row>>): Promise<Row[]> {
  return [...(await page).nodes];
}

/** Checks the arguments and splits them into what makes the statement and what it is given. */
function readRequest(
  definition: ConnectionDefinition,
  args: ConnectionArguments,
  digest: () => string,
): PageRequest & { sortProperty: string } {
  const { size, backward } = readPageSize(args);
  const { by } = orderingOf(definition, args.orderBy);
  const conditions = Object.entries(args.filter ?? {}).flatMap(([name, input]) => {
    const field = definition.filters?.[name];
    if (!field) throw new Error(`${definition.name} has no filter ${name}`);
    return field(name, input) ?? [];
  });
  checkCombinations(conditions);

  const values: Record<string, Values[string]> = {};
  for (const condition of conditions) Object.assign(values, condition.values);
  for (const argument of ["after", "before"] as const) {
    const cursor = args[argument];
    if (cursor == null) continue;
    const position = decodeCursor(cursor, digest(), by, argument);
    values[`${argument}Sort`] = position.sort;
    values[`${argument}Id`] = position.id;
  }
  const shape = {
    order: args.orderBy,
    backward,
    after: args.after != null,
    before: args.before != null,
  };
  const sortProperty = propertyOf(definition.table, by);
  return { size, backward, shape, conditions, values, sortProperty };
}

/** One row more than the page was asked for: it says whether there are more, and goes. */
function toConnection<Row>(
  rows: Row[],
  { size, backward, shape }: PageRequest,
  rest: { cursorOf: (row: Row) => string; totalCount: () => Promise<number> },
): Connection<Row> {
  const more = rows.length > size;
  const nodes = rows.slice(0, size);
  if (backward) nodes.reverse();
  return new Connection({
    nodes,
    hasNextPage: backward ? shape.before : more,
    hasPreviousPage: backward ? more : shape.after,
    ...rest,
  });
}

function groupByParent<Row extends { parentKey?: string }>(
  rows: Row[],
  parents: readonly string[],
  hasParent: boolean,
): Row[][] {
  if (!hasParent) return [rows];
  const groups = new Map<string, Row[]>(parents.map((parent) => [parent, []]));
  for (const row of rows) groups.get(row.parentKey ?? ROOT)?.push(row);
  return parents.map((parent) => groups.get(parent) ?? []);
}

const keyOf = ({ shape, conditions }: PageRequest) =>
  [
    shape.order,
    shape.backward,
    shape.after,
    shape.before,
    ...conditions.map((condition) => condition.shape),
  ].join(" ");

/** Equal for arguments that mean the same, however they were written: null, left out or the default. */
const keyOfArguments = (request: PageRequest) =>
  JSON.stringify([keyOf(request), request.size, request.values]);

const keyOfConditions = ({ conditions }: PageRequest) =>
  JSON.stringify(conditions.map(({ shape, values }) => [shape, values]));

const newMap = () => new Map<string, string>();

function remember<Key, Value>(
  map: { get(key: Key): Value | undefined; set(key: Key, value: Value): unknown },
  key: Key,
  make: () => Value,
): Value {
  let found = map.get(key);
  if (found === undefined) map.set(key, (found = make()));
  return found;
}
