import type { RequestContext } from "../context.ts";
import type { ReadSession } from "../db/session.ts";
import { propertyOf, type Values } from "../db/statement.ts";
import { BatchCursors } from "./batch-cursors.ts";
import { Connection } from "./connection-page.ts";
import { decodeCursor, encodeCursors, orderingDigest } from "./cursor.ts";
import { loaderOf } from "./define.ts";
import { checkCombinations, type Condition } from "./filters.ts";
import { orderingOf, type ConnectionDefinition, type PageShape } from "./page-definition.ts";
import { pageStatement, totalStatement } from "./page-statement.ts";
import { remember } from "./remember.ts";
import { SelectingStatements } from "./selected-columns.ts";
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
  /** Equal for requests of one statement. */
  shapeKey: string;
  /** Equal for arguments that mean the same, however they were written: null, left out or the default. */
  key: string;
  sortProperty: string;
  digest: () => string;
}

/** What a connection remembers for a session. */
interface InSession {
  digests: Map<string, string>;
  /** The arguments that came last, and what they mean. */
  args?: ConnectionArguments;
  request?: PageRequest;
}

/** A row of a page below a parent: which of the parents that was, counted from one. */
interface Placed {
  parentPlace?: number;
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
  const pageStatements = new SelectingStatements<Row & Placed>(definition.table, definition.reads, [
    definition.table.id,
    ...Object.values(definition.orders).map(({ by }) => by),
  ]);
  const totalStatements = new Map<string, ReturnType<typeof totalStatement>>();
  const totals = {};
  const inSessions = new WeakMap<ReadSession, InSession>();

  const loadPages = async (
    context: RequestContext,
    request: PageRequest,
    parents: readonly string[],
  ) => {
    const { shape, conditions } = request;
    const statement = pageStatements.of(context, request.shapeKey, (leftOut) =>
      pageStatement<Row & Placed>(definition, shape, conditions, leftOut),
    );
    const values = { ...request.values, limit: request.size + 1, parents };
    const asking = { loader: definition.name, arguments: request.key, keys: parents.length };
    const rows = await context.session.run(statement, values, asking);
    const pages = groupByParent(rows, parents.length, Boolean(definition.parent)).map((page) =>
      toPage(page, request),
    );
    const positionOf = (row: Row) => ({
      sort: String(row[request.sortProperty as keyof Row]),
      id: String(row["id" as keyof Row]),
    });
    const batch = new BatchCursors<Row>(
      pages.map(({ nodes }) => nodes),
      (nodes) => encodeCursors(request.digest(), nodes.map(positionOf)),
    );
    return pages.map((page, place) => {
      const totalCount = async () => loadTotal(context, request, parents[place] ?? ROOT);
      return new Connection({ ...page, batch, place, totalCount });
    });
  };

  const loadTotal = async (context: RequestContext, request: PageRequest, parentId: string) => {
    const filterKey = keyOfConditions(request);
    return loaderOf<string, number>(context, totals, filterKey, (parents) =>
      loadTotals(context, request, filterKey, parents),
    ).load(parentId);
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

  /** Read once for all parents of a field: they are asked for with the same arguments. */
  const requestOf = (session: ReadSession, args: ConnectionArguments): PageRequest => {
    const known = remember(inSessions, session, (): InSession => ({ digests: new Map() }));
    if (known.args === args && known.request) return known.request;
    // Made once a session and ordering, and only when a cursor is read or written.
    const digest = () =>
      remember(known.digests, args.orderBy, () =>
        orderingDigest(session.workspaceId, definition.name, args.orderBy),
      );
    known.request = readRequest(definition, args, digest);
    known.args = args;
    return known.request;
  };

  // Not async: it is asked once for each parent, and the loader's promise is enough.
  return (
    context: RequestContext,
    args: ConnectionArguments,
    parentId: string = ROOT,
  ): Promise<Connection<Row>> => {
    const request = requestOf(context.session, args);
    return loaderOf<string, Connection<Row>>(context, definition, request.key, (parents) =>
      loadPages(context, request, parents),
    ).load(parentId);
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
): PageRequest {
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
  const shapeKey = [...Object.values(shape), ...conditions.map(({ shape }) => shape)].join(" ");
  const key = JSON.stringify([shapeKey, size, values]);
  return { size, backward, shape, conditions, values, shapeKey, key, sortProperty, digest };
}

/** One row more than the page was asked for: it says whether there are more, and goes. */
function toPage<Row>(rows: Row[], { size, backward, shape }: PageRequest) {
  const more = rows.length > size;
  const nodes: readonly Row[] = more ? rows.slice(0, size) : rows;
  return {
    nodes: backward ? nodes.toReversed() : nodes,
    hasNextPage: backward ? shape.before : more,
    hasPreviousPage: backward ? more : shape.after,
  };
}

function groupByParent<Row extends Placed>(
  rows: Row[],
  count: number,
  hasParent: boolean,
): Row[][] {
  if (!hasParent) return [rows];
  const pages: Row[][] = [];
  for (let place = 0; place < count; place++) pages.push([]);
  // PostgreSQL counts from one.
  for (const row of rows) pages[(row.parentPlace ?? 0) - 1]?.push(row);
  return pages;
}

const keyOfConditions = ({ conditions }: PageRequest) =>
  JSON.stringify(conditions.map(({ shape, values }) => [shape, values]));
