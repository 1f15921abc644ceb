import { ApolloServer } from "@apollo/server";
import {
  getNamedType,
  isLeafType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
} from "graphql";
import { setImmediate } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Viewer } from "../src/auth/viewer.ts";
import { createContext, type RequestContext } from "../src/context.ts";
import { insight } from "../src/insight/hooks.ts";
import { pluginOf } from "../src/operation-hooks.ts";
import { accountById } from "../src/loaders/account.ts";
import { toGlobalId } from "../src/loaders/global-id.ts";
import { buildSchema } from "../src/schema/build.ts";
import { headlineOperation } from "../src/schema/headline.ts";
import { createTestApp, type Answer, type Json, type TestApp } from "./support/app.ts";
import { connectionFields, tableOf, type ConnectionField } from "./support/connections.ts";
import { createTestDatabase } from "./support/database.ts";
import { isWritten } from "./support/everything.ts";
import { createWorlds, type World } from "./support/fixtures.ts";

const schema = buildSchema();

let app: TestApp;
let world: World;
let closeWorlds: () => Promise<void>;
/** What the server logged, as it was written. */
const lines: Json[] = [];
const logger = pino({ level: "info" }, { write: (line) => void lines.push(JSON.parse(line)) });

beforeAll(async () => {
  const database = await createTestDatabase();
  const made = await createWorlds(database, [{ seed: "batching", hub: 12, spread: 18 }]);
  [world] = made.worlds;
  closeWorlds = () => made.close();
  app = await createTestApp({ database, workspaceId: world.workspaceId, logger });
});
afterAll(async () => {
  await closeWorlds();
  await app.close();
});
beforeEach(() => {
  lines.length = 0;
});

type Field = GraphQLField<unknown, unknown>;

const isNode = (type: GraphQLObjectType) =>
  type.getInterfaces().some(({ name }) => name === "Node");
const isWrapper = ({ name }: GraphQLObjectType) =>
  /(Connection|Edge)$|^(Query|PageInfo)$/.test(name);
const isConnection = (field: Field) => getNamedType(field.type).name.endsWith("Connection");
const fieldsOf = (type: GraphQLObjectType): Field[] => Object.values(type.getFields());

/** The fields of a type that lead to other objects. */
const relationsOf = (type: GraphQLObjectType) =>
  fieldsOf(type).filter((field) => !isLeafType(getNamedType(field.type)));

/** The type of the objects that a relation leads to, whether one, a list or a connection. */
function targetOf(field: Field): GraphQLObjectType {
  const name = getNamedType(field.type).name.replace(/Connection$/, "");
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`${field.name} leads to ${name}, which is no object`);
  return type;
}

/** Text that selects a relation, and `inner` of what it leads to. */
const select = (field: Field, inner: string) =>
  isConnection(field)
    ? `${field.name}(first: 3) { nodes { ${inner} } }`
    : `${field.name} { ${inner} }`;

/** All plain fields of a type that need no argument. */
const leavesOf = (type: GraphQLObjectType) =>
  fieldsOf(type)
    .filter((field) => isLeafType(getNamedType(field.type)) && field.args.length === 0)
    .map(({ name }) => name)
    .join(" ");

const relations = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter((type) => !type.name.startsWith("__") && !isWrapper(type) && !isWritten(type))
  .flatMap((type) =>
    relationsOf(type).map((field) => ({ title: `${type.name}.${field.name}`, type, field })),
  );

/** Of these there is one for each request: there are no twenty parents. */
const isOnly = ({ name }: GraphQLObjectType) => name === "Viewer" || name === "Workspace";
const many = relations.filter(({ type }) => !isOnly(type));

/** Twenty objects of a type; what they refer to is sometimes shared, sometimes missing. */
function twenty(type: GraphQLObjectType): string[] {
  if (!isNode(type)) throw new Error(`${type.name} is no Node, so the test cannot reach twenty`);
  const rows = world.rows(tableOf(world, type.name).name);
  const ids = [...rows.slice(1, 5), ...rows.slice(-16)].map(({ id }) => String(id));
  expect(new Set(ids).size, `rows of ${type.name}`).toBe(20);
  return ids.map((id) => toGlobalId(type.name, id));
}

const askNodes = (type: GraphQLObjectType, ids: string[], selection: string) =>
  app.read(
    `query Nodes($ids: [ID!]!) { nodes(ids: $ids) { ... on ${type.name} { ${selection} } } }`,
    {
      ids,
    },
  );

const statementsOf = ({ extensions }: Answer): number => extensions["sql"].statements;

const isFound = (found: Json) => found != null && (found.nodes ?? [found]).flat().length > 0;

describe("one statement for a relation, whatever the number of parents", () => {
  it.each(many)("$title", async ({ type, field }) => {
    const selection = select(field, leavesOf(targetOf(field)));
    const ids = twenty(type);
    const ofTwenty = await askNodes(type, ids, selection);

    const found = ofTwenty.data.nodes.map((node: Json) => node[field.name]);
    const at = found.findIndex(isFound);
    expect(at, `a ${type.name} with ${field.name} in the fixtures`).not.toBe(-1);
    const ofOne = await askNodes(type, [ids[at] ?? ""], selection);

    expect(ofOne.data.nodes[0][field.name]).toEqual(found[at]);
    expect(statementsOf(ofTwenty)).toBe(statementsOf(ofOne));
    expect(statementsOf(ofTwenty)).toBeLessThanOrEqual(2);
  });

  const chains = many.flatMap(({ type, field }) =>
    relationsOf(targetOf(field)).map((next) => ({
      title: `${type.name}.${field.name}.${next.name}`,
      type,
      field,
      next,
    })),
  );

  it.each(chains)("$title: one for each level", async ({ type, field, next }) => {
    const selection = select(field, select(next, leavesOf(targetOf(next))));
    const answer = await askNodes(type, twenty(type), selection);
    expect(statementsOf(answer)).toBeLessThanOrEqual(3);
  });

  it("loads an object once that many refer to", async () => {
    const { extensions } = await app.read(
      "{ posts(first: 50) { nodes { account { id } author { id } } } }",
    );
    const keys = extensions["sql"].batches.map(({ loader, keys: count }: Json) => [loader, count]);
    expect(keys).toEqual([
      ["Query.posts", 1],
      ["accountById", 7],
      ["memberById", expect.toSatisfy((count: number) => count <= 7)],
    ]);
  });
});

describe.each(
  connectionFields(schema).map((connection) => ({ name: connection.name, connection })),
)("aliases of $name", ({ connection }) => {
  /** Asks for aliased pages of the connection below all parents; how many statements that took. */
  async function statementsFor(...pages: string[]) {
    const { parent, field } = connection;
    const aliased = pages.map((page, index) => `page${index}: ${field.name}${page}`).join(" ");
    if (parent.name === "Query") return statementsOf(await app.read(`{ ${aliased} }`));
    const ids = isOnly(parent) ? [toGlobalId(parent.name, world.workspaceId)] : twenty(parent);
    return statementsOf(await askNodes(parent, ids, aliased)) - 1;
  }

  it("are one statement when their arguments are equal", async () => {
    expect(
      await statementsFor("(first: 2) { nodes { id } }", "(first: 2) { edges { cursor } }"),
    ).toBe(1);
  });

  it("are one statement when their arguments mean the same", async () => {
    const usual = field(connection, "orderBy")?.defaultValue as string;
    expect(
      await statementsFor(
        "{ nodes { id } }",
        "(first: 20) { nodes { id } }",
        "(first: null, last: null, after: null, before: null) { nodes { id } }",
        `(orderBy: ${usual}, first: 20, after: null) { nodes { id } }`,
        ...(connection.filter
          ? ["(filter: null) { nodes { id } }", "(filter: {}) { nodes { id } }"]
          : []),
      ),
    ).toBe(1);
  });

  it("are one statement for each distinct set of arguments", async () => {
    expect(
      await statementsFor(
        "(first: 2) { nodes { id } }",
        "(first: 3) { nodes { id } }",
        "(last: 3) { nodes { id } }",
        "(last: 3) { nodes { id } }",
      ),
    ).toBe(3);
    const ordered = connection.orderings.map(
      (order) => `(first: 2, orderBy: ${order}) { nodes { id } }`,
    );
    expect(await statementsFor(...ordered, ...ordered)).toBe(connection.orderings.length);
  });

  it("count their totals together", async () => {
    expect(await statementsFor("(first: 2) { totalCount nodes { id } }")).toBe(2);
    expect(
      await statementsFor(
        "(first: 2) { totalCount nodes { id } }",
        "(last: 3) { totalCount nodes { id } }",
        "(first: 2) { totalCount }",
      ),
    ).toBe(3);
  });
});

const field = (connection: ConnectionField, argument: string) =>
  connection.field.args.find(({ name }) => name === argument);

describe("a batch that split", () => {
  const warnings = () => lines.filter(({ level }) => level === 40);

  const newContext = (requestId: string): RequestContext =>
    createContext(app.pool, {
      requestId,
      startedAt: performance.now(),
      line: { written: false },
      insightHeader: undefined,
      caller: { ipAddress: null, userAgent: null },
      authentication: {
        statements: 0,
        viewer: new Viewer({
          kind: "API_KEY",
          id: world.workspaceId,
          workspaceId: world.workspaceId,
          name: "test",
          role: "OWNER",
          scopes: ["read"],
        }),
      },
    });

  const [first, second] = [0, 1] as const;
  const accountId = (at: number) => String(world.rows("accounts")[at]?.["id"]);

  it("is seen when something waits before it asks the loader", async () => {
    const context = newContext("split");
    const early = accountById(context).load(accountId(first));
    await setImmediate();
    const late = accountById(context).load(accountId(second));
    expect((await Promise.all([early, late])).map((row) => row?.id)).toEqual([
      accountId(first),
      accountId(second),
    ]);
    await context.session.close();
    expect(context.session.record.splits).toEqual(["accountById"]);
  });

  it("is not seen when nothing waits", async () => {
    const context = newContext("whole");
    const both = [first, second].map((at) => accountById(context).load(accountId(at)));
    await Promise.all(both);
    await context.session.close();
    expect(context.session.record.splits).toEqual([]);
  });

  it("is warned of in the log, with the loader and the request", async () => {
    const slow = buildSchema();
    const author = (slow.getType("Comment") as GraphQLObjectType).getFields()["author"];
    const resolve = author?.resolve;
    if (!author || !resolve) throw new Error("Comment.author has no resolver");
    let asked = 0;
    author.resolve = async (...given) => {
      asked += 1;
      if (asked % 2 === 0) await setImmediate();
      return resolve(...given);
    };
    const server = new ApolloServer<RequestContext>({
      schema: slow,
      plugins: [pluginOf([insight(logger)])],
    });
    try {
      const query = "query Inbox { comments(last: 18) { nodes { author { id } } } }";
      const contextValue = newContext("slow-author");
      const { body } = await server.executeOperation({ query }, { contextValue });
      expect(body).toMatchObject({ singleResult: { errors: undefined } });
    } finally {
      await server.stop();
    }
    expect(warnings()).toMatchObject([
      {
        requestId: "slow-author",
        operation: "Inbox",
        loader: "contactById",
        msg: expect.stringContaining("a batch split"),
      },
    ]);
  });

  it("does not happen in the headline operation", async () => {
    const answer = await app.read(headlineOperation);
    expect(statementsOf(answer)).toBe(5);
    expect(lines.filter(({ msg }) => msg === "operation")).toMatchObject([
      { operation: "Dashboard", statements: 5, errors: 0 },
    ]);
    expect(warnings()).toEqual([]);
  });

  it("is not warned of when the pages of aliases differ", async () => {
    await app.read(`{ accounts(first: 10) { nodes {
      newest: posts(first: 2) { totalCount nodes { id } }
      oldest: posts(first: 2, orderBy: OLDEST_FIRST) { totalCount nodes { id } }
    } } }`);
    expect(warnings()).toEqual([]);
  });
});
