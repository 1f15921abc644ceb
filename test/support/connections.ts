import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";
import assert from "node:assert/strict";
import { fromGlobalId, toGlobalId } from "../../src/loaders/global-id.ts";
import type { Answer, AskOptions, Json, TestApp } from "./app.ts";
import { isLink, type Row, type TestTable, type World } from "./fixtures.ts";

/** A field of the schema that gives a connection: what the general tests are written over. */
export interface ConnectionField {
  /** `Account.posts` */
  name: string;
  parent: GraphQLObjectType;
  field: GraphQLField<unknown, unknown>;
  /** The type of its nodes. */
  node: string;
  order: GraphQLEnumType;
  /** The names of the orderings. */
  orderings: string[];
  filter: GraphQLInputObjectType | undefined;
}

/** Every connection of the schema, those at the root first. */
export function connectionFields(schema: GraphQLSchema): ConnectionField[] {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const found = types.flatMap((parent) =>
    Object.values(parent.getFields())
      .filter(({ type }) => getNamedType(type).name.endsWith("Connection"))
      .map((field) => describeConnection(parent, field)),
  );
  const isRoot = ({ parent }: ConnectionField) => parent === schema.getQueryType();
  return [...found.filter(isRoot), ...found.filter((connection) => !isRoot(connection))];
}

function describeConnection(
  parent: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
): ConnectionField {
  const name = `${parent.name}.${field.name}`;
  const typeOf = (argument: string) => {
    const found = field.args.find((candidate) => candidate.name === argument);
    return found && getNamedType(found.type);
  };
  const [order, filter] = [typeOf("orderBy"), typeOf("filter")];
  if (!isEnumType(order)) throw new Error(`${name} has no argument orderBy of an enum`);
  return {
    name,
    parent,
    field,
    node: getNamedType(field.type).name.replace(/Connection$/, ""),
    order,
    orderings: order.getValues().map((value) => value.name),
    filter: isInputObjectType(filter) ? filter : undefined,
  };
}

/** `[connection, ordering]` for `describe.each`, with a title. */
export const orderingsOf = (connections: readonly ConnectionField[]) =>
  connections.flatMap((connection) =>
    connection.orderings.map((orderBy) => ({
      title: `${connection.name}, ${orderBy}`,
      connection,
      orderBy,
    })),
  );

/** What a page is asked with. */
export interface PageArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
  orderBy?: string;
  filter?: unknown;
}

/** A page as it came. */
export interface Page {
  /** Global ids. */
  ids: string[];
  cursors: string[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
  totalCount: number | null | undefined;
}

/** A connection on the server, below one parent of one world. */
export class Pager {
  readonly app: TestApp;
  readonly key: string;
  readonly connection: ConnectionField;
  readonly world: World;
  /** Row id of the parent; undefined at the root. */
  readonly parentId: string | undefined;

  /** Below the first row of the parent's table, on which most rows hang. */
  constructor(app: TestApp, key: string, world: World, connection: ConnectionField) {
    this.app = app;
    this.key = key;
    this.world = world;
    this.connection = connection;
    this.parentId = parentIdOf(world, connection);
  }

  /** The answer to a page's operation, whatever it is. */
  ask(
    args: PageArguments,
    selection = SELECTION,
    options: Pick<AskOptions, "key"> = {},
  ): Promise<Answer> {
    const { declared, field } = this.part("", selection);
    return this.app.ask(`query Page(${declared.join(", ")}) { ${field} }`, {
      key: this.key,
      ...options,
      variables: this.variables("", args),
    });
  }

  /** Asks for several pages in one operation, as the aliases `page0`, `page1` … */
  askForAll(pages: readonly PageArguments[], selection: string): Promise<Answer> {
    const parts = pages.map((args, index) =>
      this.part(`${index}`, selection, { asked: Object.keys(args) }),
    );
    const declared = parts.flatMap((part) => part.declared).join(", ");
    const fields = parts.map(({ field }) => field).join("\n");
    const variables = pages.map((args, index) => this.variables(`${index}`, args));
    return this.app.ask(`query Pages(${declared}) { ${fields} }`, {
      key: this.key,
      variables: Object.assign({}, ...variables),
    });
  }

  /** Several pages of one operation; fails on an error, and when a page is not of one piece. */
  async pages(pages: readonly PageArguments[]): Promise<Page[]> {
    const answer = await this.askForAll(pages, SELECTION);
    assert.deepEqual(answer.errors, []);
    return pages.map((_, index) => pageOf(this.read(answer, `${index}`)));
  }

  /** A page; fails on an error, and when the page is not of one piece. */
  async page(args: PageArguments, { total = false } = {}): Promise<Page> {
    const answer = await this.ask(args, total ? `totalCount ${SELECTION}` : SELECTION);
    assert.deepEqual(answer.errors, []);
    return pageOf(this.read(answer));
  }

  /** The connection in an answer. */
  read(answer: Answer, suffix = ""): Json {
    const found = answer.data?.[`page${suffix}`];
    return this.parentId === undefined ? found : found?.page;
  }

  /**
   * A page as a part of an operation: all its names, also those of its variables, end with the suffix.
   * It has every argument, or those that are `asked`.
   */
  part(
    suffix: string,
    selection: string,
    { directive = "", asked }: { directive?: string; asked?: readonly string[] } = {},
  ): { declared: string[]; field: string } {
    const { parent, field } = this.connection;
    const passed = field.args.filter(({ name }) => !asked || asked.includes(name));
    const given = passed.map(({ name }) => `${name}: $${name}${suffix}`).join(", ");
    // A variable with a default may be left out, as the argument may.
    const declared = passed.map(({ name, type, defaultValue }) =>
      typeof defaultValue === "string"
        ? `$${name}${suffix}: ${String(type)} = ${defaultValue}`
        : `$${name}${suffix}: ${String(type)}`,
    );
    const page = `${field.name}(${given})`;
    if (this.parentId === undefined) {
      return { declared, field: `page${suffix}: ${page} ${directive} { ${selection} }` };
    }
    return {
      declared: [`$parent${suffix}: ID!`, ...declared],
      field: `page${suffix}: node(id: $parent${suffix}) ${directive} {
        ... on ${parent.name} { page: ${page} { ${selection} } }
      }`,
    };
  }

  /** The variables of {@link part}. */
  variables(suffix: string, args: PageArguments): Record<string, unknown> {
    const given: Record<string, unknown> = { ...args, parent: this.#globalParent() };
    return Object.fromEntries(
      Object.entries(given).map(([name, value]) => [`${name}${suffix}`, value]),
    );
  }

  /**
   * The rows of the connection in their order, as global ids, from plain SQL: not from the loaders.
   * `keep` stands for a filter.
   */
  async expected(orderBy: string, keep: (row: Row) => boolean = () => true): Promise<string[]> {
    const { connection, world, parentId } = this;
    const table = tableOf(world, connection.node);
    const { by, way } = meaningOf(connection.order.name, orderBy, table);
    const where = parentId === undefined ? "true" : membership(connection, world, table);
    const rows = await world.query<Record<string, Row[string]>>(
      `select t.* from ${table.name} t where t.workspace_id = $1 and ${where}
       order by t.${by} ${way}, t.id ${way}`,
      [world.workspaceId, ...(where.includes("$2") ? [parentId ?? ""] : [])],
    );
    return rows
      .map((row) =>
        Object.fromEntries(
          [...table.columns].map(([property, column]) => [property, row[column.name] ?? null]),
        ),
      )
      .filter(keep)
      .map((row) => toGlobalId(connection.node, String(row["id"])));
  }

  #globalParent() {
    if (this.parentId === undefined) return undefined;
    return toGlobalId(this.connection.parent.name, this.parentId);
  }
}

const SELECTION = `edges { cursor node { id } } nodes { id }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;

/** Fails when the page is not of one piece. */
function pageOf({ edges, nodes, pageInfo, totalCount }: Json): Page {
  const page: Page = {
    ids: edges.map((edge: Json) => edge.node.id),
    cursors: edges.map((edge: Json) => edge.cursor),
    totalCount,
    ...pageInfo,
  };
  assert.deepEqual(
    nodes.map((node: Json) => node.id),
    page.ids,
  );
  assert.equal(page.startCursor, page.cursors[0] ?? null);
  assert.equal(page.endCursor, page.cursors.at(-1) ?? null);
  return page;
}

/** A connection to be read from one end to the other. */
export interface Walk {
  pager: Pager;
  /** Page sizes, used in turn; undefined asks for none. */
  sizes: readonly (number | undefined)[];
  backward?: boolean;
  orderBy: string;
  filter?: unknown;
}

/** Ids of a page that a walk goes on from. */
interface PageBetween {
  ids: string[];
  /** The row that its cursor was made of. */
  last: string;
}

/** A walk in the middle of it. */
interface Walker extends Walk {
  suffix: string;
  pages: string[][];
  cursor: string | null;
  ended: boolean;
}

/**
 * Reads connections of one workspace from end to end, page by page. The walks go side by side: their
 * pages are aliases of one operation, whose text stays the same. Gives the ids of each walk, in the
 * connection's order. `between` happens between two operations, with the pages that have a next one.
 */
export async function walk(
  walks: readonly Walk[],
  between?: (pages: PageBetween[]) => Promise<void>,
): Promise<string[][]> {
  const walkers = walks.map((each, index): Walker => ({
    ...each,
    suffix: `${index}`,
    pages: [],
    cursor: null,
    ended: false,
  }));
  const ask = askerOf(walkers);
  for (let turn = 0; walkers.some(({ ended }) => !ended); turn += 1) {
    assert(turn < 2000, "the walk never ends");
    const answer = await ask(turn);
    assert.deepEqual(answer.errors, []);
    const pages: PageBetween[] = [];
    for (const walker of walkers.filter(({ ended }) => !ended)) {
      const page = pageOf(walker.pager.read(answer, walker.suffix));
      step(walker, turn, page);
      if (walker.ended) continue;
      const { ids } = page;
      pages.push({ ids, last: ids.at(walker.backward ? 0 : -1) ?? "" });
    }
    if (pages.length > 0) await between?.(pages);
  }
  return walkers.map(({ pages, backward }) => (backward ? pages.reverse() : pages).flat());
}

/** Asks for one more page of each walk that has not ended. */
function askerOf(walkers: readonly Walker[]): (turn: number) => Promise<Answer> {
  const [first] = walkers;
  if (!first) throw new Error("there is nothing to walk");
  // Each variable is read again for each page.
  const parts = walkers.map(({ pager, suffix, backward, filter }) =>
    pager.part(suffix, SELECTION, {
      directive: `@include(if: $on${suffix})`,
      asked: [
        ...(backward ? ["last", "before"] : ["first", "after"]),
        "orderBy",
        ...(filter === undefined ? [] : ["filter"]),
      ],
    }),
  );
  const declared = parts.flatMap((part, index) => [
    ...part.declared,
    `$on${walkers[index]?.suffix}: Boolean!`,
  ]);
  const fields = parts.map(({ field }) => field).join("\n");
  const query = `query Walk(${declared.join(", ")}) { ${fields} }`;
  return (turn) => {
    const variables: Record<string, unknown> = {};
    for (const { suffix, pager, sizes, backward, cursor, ended, orderBy, filter } of walkers) {
      const size = sizes[turn % sizes.length];
      const args: PageArguments = backward
        ? { last: size ?? 20, before: cursor }
        : { first: size ?? null, after: cursor };
      Object.assign(variables, pager.variables(suffix, { ...args, orderBy, filter }));
      variables[`on${suffix}`] = !ended;
    }
    // Nobody looks at the statements of so many pages.
    const headers = { "x-insight": "" };
    return first.pager.app.ask(query, { key: first.pager.key, variables, headers });
  };
}

/** Takes a page in. */
function step(walker: Walker, turn: number, page: Page) {
  const { sizes, backward, pages } = walker;
  const size = sizes[turn % sizes.length] ?? 20;
  const [goesOn, cameFrom] = backward
    ? [page.hasPreviousPage, page.hasNextPage]
    : [page.hasNextPage, page.hasPreviousPage];
  assert.equal(cameFrom, turn > 0, "whether there are pages on the side that we came from");
  if (goesOn) assert.equal(page.ids.length, size);
  else assert(page.ids.length <= size);
  pages.push(page.ids);
  walker.cursor = backward ? page.startCursor : page.endCursor;
  walker.ended = !goesOn;
}

/** The table of a type: `Post` lies in `posts`, `Media` in `media`. */
export function tableOf(world: World, type: string): TestTable {
  const name = type.replace(/(?<=[a-z])[A-Z]/g, "_$&").toLowerCase();
  const names = [name, `${name}s`, name.replace(/y$/, "ies")];
  const table = world.tables.find((candidate) => names.includes(candidate.name));
  if (!table) {
    throw new Error(`there is no table for the type ${type}: looked for ${names.join(", ")}`);
  }
  return table;
}

/** The table that links the nodes to their parents, when they have no foreign key to them. */
export function linkOf({ parent, node }: ConnectionField, world: World): TestTable | undefined {
  if (parent.name === "Query" || parent.name === "Workspace") return undefined;
  const [own, other] = [tableOf(world, node), tableOf(world, parent.name)];
  if (own.references.some(({ to }) => to === other)) return undefined;
  return world.tables.find(
    (table) => isLink(table) && table.references.every(({ to }) => to === own || to === other),
  );
}

/** SQL for: the row t belongs to the parent $2. By the foreign key, or by the table that links the two. */
function membership(connection: ConnectionField, world: World, table: TestTable): string {
  const { name, parent } = connection;
  if (parent.name === "Workspace") return "true";
  const parentTable = tableOf(world, parent.name);
  const columnOf = (from: TestTable, to: TestTable) => {
    const found = from.references.filter((reference) => reference.to === to);
    if (found.length > 1) {
      throw new Error(`${from.name} refers to ${to.name} twice: which of the two is ${name}?`);
    }
    const property = found[0]?.pairs.find(({ foreign }) => foreign === "id")?.own;
    return property === undefined ? undefined : from.columns.get(property)?.name;
  };
  const direct = columnOf(table, parentTable);
  if (direct) return `t.${direct} = $2`;
  const link = linkOf(connection, world);
  if (!link) {
    throw new Error(
      `${name}: neither does ${table.name} refer to ${parentTable.name}, nor does a table link them`,
    );
  }
  return `exists (select from ${link.name} l where l.workspace_id = t.workspace_id
    and l.${columnOf(link, table)} = t.id and l.${columnOf(link, parentTable)} = $2)`;
}

function parentIdOf(world: World, { name, parent }: ConnectionField): string | undefined {
  if (parent.name === "Query") return undefined;
  if (!parent.getInterfaces().some((type) => type.name === "Node")) {
    throw new Error(`${name}: ${parent.name} is no Node, so the walk cannot reach it`);
  }
  if (parent.name === "Workspace") return world.workspaceId;
  const id = world.rows(tableOf(world, parent.name).name)[0]?.["id"];
  if (typeof id !== "string") {
    throw new Error(`${name}: the fixtures have no ${parent.name} to walk from`);
  }
  return id;
}

/** What the orderings mean that are called neither as a column, ascending, nor by age. */
const MEANINGS: Record<string, { by: string; way: "asc" | "desc" }> = {
  "AccountOrder.NAME": { by: "display_name", way: "asc" },
  "AccountOrder.MOST_FOLLOWERS": { by: "follower_count", way: "desc" },
};

function meaningOf(order: string, value: string, table: TestTable) {
  const known = MEANINGS[`${order}.${value}`];
  if (known) return known;
  const named = table.columns.get(value.toLowerCase());
  if (named) return { by: named.name, way: "asc" as const };
  if (value !== "NEWEST_FIRST" && value !== "OLDEST_FIRST") {
    throw new Error(`say in test/support/connections.ts what ${order}.${value} orders by`);
  }
  const by = table.columns.has("timelineAt") ? "timeline_at" : "created_at";
  return { by, way: value === "NEWEST_FIRST" ? "desc" : "asc" } as const;
}

/** The row id in a global id. */
export const rowIdOf = (globalId: string) => fromGlobalId(globalId).id;
