import { getTableConfig, type PgTable } from "drizzle-orm/pg-core";
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  lexicographicSortSchema,
  buildSchema as parseSchema,
  printSchema,
  type GraphQLInputField,
  type GraphQLObjectType,
} from "graphql";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { connect, type Client } from "../src/db/client.ts";
import { namedColumns } from "../src/db/statement.ts";
import { fromGlobalId, toGlobalId } from "../src/loaders/global-id.ts";
import { buildSchema } from "../src/schema/build.ts";
import { createTestApp, makeKey, type Json, type TestApp } from "./support/app.ts";
import { connectionFields } from "./support/connections.ts";
import {
  isWritten,
  nodeTypes,
  noLimits,
  objectTypes,
  ownTypes,
  selectEverything,
} from "./support/everything.ts";
import { fillEmptyTables } from "./support/fixtures.ts";
import { codeOf } from "./support/http.ts";
import { addPerson, askAs, sessionOf } from "./support/people.ts";
import { readTables } from "./support/tables.ts";

const schema = buildSchema();
const query = schema.getQueryType() as GraphQLObjectType;
const tables = await readTables();
const workspaceId = demoWorkspaceList()[0]!.id;

let app: TestApp;
let superuser: Client;
beforeAll(async () => {
  app = await createTestApp({ settings: noLimits });
  superuser = connect(app.database.ownerUrl, { max: 1 });
  await makeKey(app.database, workspaceId, ["read"], { name: "another" });
  // What was done so far has no value in every column.
  await superuser`delete from audit_log_entries`;
  await fillEmptyTables(app.database, [workspaceId]);
  // Of those who are members no field tells when they were removed.
  await superuser`
    update members set removed_at = now() where id = (
      select id from members where workspace_id = ${workspaceId} order by id desc limit 1)`;
  await superuser`
    update api_keys set replaced_by_id = id, expires_at = now(), revoked_at = now(), last_used_at = now()
    where workspace_id = ${workspaceId} and name = 'another'`;
});
afterAll(async () => {
  await superuser.end({ timeout: 5 });
  await app.close();
});

/** Everything in the schema that has a name and a description, by its place. */
function describedThings(): { place: string; name: string; kind: string; description: string }[] {
  const things: { place: string; name: string; kind: string; description: string }[] = [];
  const add = (
    kind: string,
    place: string,
    thing: { name: string; description?: string | null | undefined },
  ) => things.push({ kind, place, name: thing.name, description: thing.description ?? "" });

  for (const type of ownTypes(schema)) {
    if (isLeafType(type) && !isEnumType(type) && !schema.getType(type.name)?.astNode) continue;
    add("type", type.name, type);
    if (isEnumType(type)) {
      for (const value of type.getValues()) add("value", `${type.name}.${value.name}`, value);
    }
    if (!("getFields" in type)) continue;
    for (const field of Object.values(type.getFields())) {
      add("field", `${type.name}.${field.name}`, field);
      for (const argument of "args" in field ? field.args : []) {
        add("argument", `${type.name}.${field.name}(${argument.name})`, argument);
      }
    }
  }
  return things;
}

describe("the SDL", () => {
  const things = describedThings();

  it("describes every type, field, argument, enum value and input field in a sentence", () => {
    expect(things.length).toBeGreaterThan(200);
    for (const kind of ["type", "field", "argument", "value"]) {
      expect(
        things.some((thing) => thing.kind === kind),
        kind,
      ).toBe(true);
    }
    const wanting = things.filter(
      ({ description }) => !/^[A-Z`][^]*[.`]$/.test(description.trim()),
    );
    expect(wanting.map(({ place, description }) => `${place}: ${description}`)).toEqual([]);
  });

  it("names types in PascalCase, values in CAPITALS, everything else in camelCase", () => {
    const forms: Record<string, RegExp> = {
      type: /^[A-Z][A-Za-z]*$/,
      value: /^[A-Z][A-Z_]*$/,
      field: /^[a-z][A-Za-z]*$/,
      argument: /^[a-z][A-Za-z]*$/,
    };
    const odd = things.filter(({ kind, name }) => !forms[kind]?.test(name));
    expect(odd.map(({ place }) => place)).toEqual([]);
  });

  it("names in full words", () => {
    const short = new Set(
      "acc acct addr amt arg args attr auth avg cat cfg cnt col conf config ctx cur curr db desc dest diff dir doc dt elem err evt ext fn freq grp hdr idx img init lang len loc max mgr min msg mut num obj opt org param pct pic pos pref prev prop pwd qty rec ref repo req res resp sel seq sess src stat stats str sub temp tmp ts txt usr util val var vid ws".split(
        " ",
      ),
    );
    const words = ({ name }: { name: string }) =>
      name.split(/_|(?<=[a-z])(?=[A-Z])/).map((word) => word.toLowerCase());
    const odd = things.filter((thing) => words(thing).some((word) => short.has(word)));
    expect(odd.map(({ place }) => place)).toEqual([]);
  });

  it("is printed in schema.graphql as it is", async () => {
    const printed = await readFile(new URL("../schema.graphql", import.meta.url), "utf8");
    const sorted = (text: string) => printSchema(lexicographicSortSchema(parseSchema(text)));
    expect(sorted(printed)).toBe(sorted(printSchema(schema)));
  });

  it("has the root fields and the fields of the domain's read side", () => {
    const domain: Record<string, string> = {
      Query: "viewer node nodes workspace account accounts post posts comments",
      Account: "network handle displayName avatarUrl followerCount health posts",
      Post: "account author status body media link tags createdAt scheduledAt publishedAt metrics comments",
      Comment: "post author body status createdAt parent replies",
    };
    for (const [type, fields] of Object.entries(domain)) {
      const object = schema.getType(type) as GraphQLObjectType;
      for (const field of fields.split(" "))
        expect(Object.keys(object.getFields()), type).toContain(field);
    }
    const posts = query.getFields()["posts"]?.args.find(({ name }) => name === "filter");
    const filter = posts && getNamedType(posts.type);
    if (!isInputObjectType(filter)) throw new Error("Query.posts has no filter");
    for (const name of ["accountIds", "statuses", "networks", "tagIds", "publishedBetween"]) {
      expect(Object.keys(filter.getFields())).toContain(name);
    }
  });

  it("lets one failing relation null itself alone: relations may be null", () => {
    const relations = objectTypes(schema)
      .filter(({ name }) => !/(Connection|Edge)$/.test(name))
      .flatMap((type) =>
        Object.values(type.getFields())
          .filter(({ name }) => name !== "userErrors")
          .filter((field) => !isLeafType(getNamedType(field.type)))
          .map((field) => ({ place: `${type.name}.${field.name}`, field })),
      );
    const strict = relations
      .filter(({ field }) => isNonNullType(field.type))
      .map(({ place }) => place);
    // Viewer and rate budget are known before anything is asked, changes stand in their row; nodes has a
    // null in the place of each.
    expect(strict.sort()).toEqual([
      "AuditLogEntry.changes",
      "Query.nodes",
      "Query.rateLimit",
      "Query.viewer",
    ]);
  });

  it("bounds every list that is no page, and says so", () => {
    const lists = objectTypes(schema)
      .filter(({ name }) => !name.endsWith("Connection"))
      .flatMap((type) =>
        Object.values(type.getFields())
          .filter((field) => isListType(getNullableType(field.type)))
          .map((field) => ({ place: `${type.name}.${field.name}`, field })),
      );
    const others = lists.filter(({ place }) => !place.endsWith("Payload.userErrors"));
    expect(others.map(({ place }) => place).sort()).toEqual([
      "ApiKey.scopes",
      "AuditLogEntry.changes",
      "Post.media",
      "Post.tags",
      "Query.nodes",
      "Viewer.permissions",
      "Viewer.scopes",
      "Viewer.workspaces",
    ]);
    for (const { place, field } of lists) {
      if (isEnumType(getNamedType(field.type))) continue;
      expect(field.description, place).toMatch(/[Aa]t most \d+/);
    }
  });
});

describe("pages", () => {
  const connections = connectionFields(schema);
  const edges = (node: string) => ({
    [`${node}Connection`]: {
      edges: `[${node}Edge!]!`,
      nodes: `[${node}!]!`,
      pageInfo: "PageInfo!",
      totalCount: "Int",
    },
    [`${node}Edge`]: { node: `${node}!`, cursor: "String!" },
  });
  const pageTypes = objectTypes(schema).filter(({ name }) => /(Connection|Edge)$/.test(name));

  it("are of types that are complete, for nodes that node finds again, and nothing else is called so", () => {
    const expected = Object.assign(
      {},
      ...[...new Set(connections.map(({ node }) => node))].map(edges),
    ) as Record<string, Record<string, string>>;
    const found = Object.fromEntries(
      pageTypes.map((type) => [
        type.name,
        Object.fromEntries(
          Object.values(type.getFields()).map((field) => [field.name, String(field.type)]),
        ),
      ]),
    );
    expect(found).toEqual(expected);
    const nodes = nodeTypes(schema).map(({ name }) => name);
    for (const { node } of connections) expect(nodes).toContain(node);
    const pageInfo = schema.getType("PageInfo") as GraphQLObjectType;
    expect(
      Object.fromEntries(
        Object.values(pageInfo.getFields()).map((field) => [field.name, String(field.type)]),
      ),
    ).toEqual({
      hasNextPage: "Boolean!",
      hasPreviousPage: "Boolean!",
      startCursor: "String",
      endCursor: "String",
    });
  });

  it.each(connections)(
    "$name has the paging arguments, maybe a filter, and an ordering with a default",
    ({ field, node, order }) => {
      const found = field.args.map((argument) => `${argument.name}: ${String(argument.type)}`);
      const filter = field.args.find(({ name }) => name === "filter");
      expect(found).toEqual([
        "first: Int",
        "after: String",
        "last: Int",
        "before: String",
        ...(filter ? [`filter: ${String(filter.type)}`] : []),
        `orderBy: ${node}Order!`,
      ]);
      const orderBy = field.args.find(({ name }) => name === "orderBy");
      expect(order.getValues().map(({ name }) => name)).toContain(orderBy?.defaultValue);
      expect(
        field.args.every(
          (argument) => argument.name === "orderBy" || argument.defaultValue === undefined,
        ),
      ).toBe(true);
      if (!filter) return;
      expect(String(filter.type)).toMatch(new RegExp(`^(Own|Authored)?${node}Filter$`));
    },
  );

  /** Asks a connection for pages with these arguments, below some parents where it is no root field. */
  async function ask(
    { parent, field }: (typeof connections)[number],
    given: string,
    variables: Record<string, unknown> = {},
    declared = "",
  ) {
    const page = `${field.name}(first: 3, ${given}) { totalCount edges { cursor node { id } } pageInfo { hasNextPage } }`;
    const wrapped =
      parent === query
        ? `{ ${page} }`
        : `{ nodes(ids: ${JSON.stringify(await someIds(parent.name, 5))}) { ... on ${parent.name} { ${page} } } }`;
    return await app.ask(`query ${declared} ${wrapped}`, { variables });
  }

  const orderings = connections.flatMap((connection) =>
    connection.orderings.map((orderBy) => ({ name: connection.name, orderBy, connection })),
  );

  it.each(orderings)("$name can be ordered $orderBy", async ({ connection, orderBy }) => {
    const answer = await ask(connection, `orderBy: ${orderBy}`);
    expect(answer.errors).toEqual([]);
  });

  const filterFields = connections.flatMap((connection) =>
    Object.values(connection.filter?.getFields() ?? {}).map((input) => ({
      name: connection.name,
      input: input.name,
      field: input,
      connection,
    })),
  );

  it.each(filterFields)("$name takes the filter $input", async ({ connection, field }) => {
    const declared = `($filter: ${connection.filter?.name})`;
    for (const value of await samplesOf(field)) {
      const answer = await ask(
        connection,
        "filter: $filter",
        { filter: { [field.name]: value } },
        declared,
      );
      expect(answer.errors, JSON.stringify(value)).toEqual([]);
    }
  });

  it("has no filter field that must be given", () => {
    const filters = ownTypes(schema)
      .filter((type) => isInputObjectType(type))
      .filter(({ name }) => /(Filter|Range)$/.test(name));
    for (const filter of filters) {
      for (const field of Object.values(filter.getFields())) {
        expect(isNonNullType(field.type), `${filter.name}.${field.name}`).toBe(false);
        expect(field.defaultValue).toBeUndefined();
      }
    }
  });
});

/** Values that a filter field may have: none, one, several; null is as good as left out. */
async function samplesOf({ name, type }: GraphQLInputField): Promise<unknown[]> {
  const named = getNamedType(type);
  const isList = isListType(getNullableType(type));
  if (isEnumType(named)) {
    const values = named.getValues().map((value) => value.name);
    return isList ? [null, [], values.slice(0, 1), values] : [null, ...values];
  }
  if (named.name === "ID") {
    const of = nodeTypes(schema).find(
      (node) =>
        `${node.name.toLowerCase()}Ids` === name || (name === "actorIds" && node.name === "Member"),
    );
    if (!of) throw new Error(`say in this test of which type ${name} are`);
    const ids = await someIds(of.name, 3);
    return [null, [], ids.slice(0, 1), ids];
  }
  if (named.name === "Boolean") return [null, true, false];
  if (named.name === "DateTimeRange") {
    const [from, to] = ["2020-01-01T00:00:00.000Z", "2030-01-01T00:00:00.000Z"];
    return [null, {}, { from }, { to }, { from, to }, { from: null, to: null }];
  }
  if (name === "text") return [null, "the", "The about", "漢字"];
  throw new Error(`say in this test what ${name}: ${String(type)} may be`);
}

/** The table behind a type, by the convention of scripts/row-mappers.mjs: Post → posts. */
function tableOf(type: string): PgTable | undefined {
  const snake = type.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
  return [`${snake}s`, snake, snake.replace(/y$/, "ies")]
    .map((name) => tables.get(name))
    .find(Boolean);
}

/** Global ids of some rows of the demo's first workspace. */
async function someIds(type: string, count: number, where = "true"): Promise<string[]> {
  const table = tableOf(type);
  if (!table) throw new Error(`no table for ${type}`);
  const { name, columns } = getTableConfig(table);
  const key = columns.some((column) => column.name === "id") ? "id" : "workspace_id";
  const rows = await superuser.unsafe<{ id: string }[]>(
    `select ${key} as id from ${name} where workspace_id = '${workspaceId}' and (${where})
     order by md5(${key}::text) limit ${count}`,
  );
  return rows.map(({ id }) => toGlobalId(type, id));
}

describe("node", () => {
  const NOBODY = "01234567-89ab-7cde-8f01-23456789abcd";

  it.each(objectTypes(schema))("knows %s exactly when it is a Node", async (type) => {
    const isNode = nodeTypes(schema).includes(type);
    const id = toGlobalId(type.name, NOBODY);
    const answer = await app.ask("query ($id: ID!) { node(id: $id) { id } }", {
      variables: { id },
    });
    expect(answer.data).toEqual({ node: null });
    expect(codeOf(answer)).toBe(isNode ? undefined : "BAD_USER_INPUT");
  });

  it.each(nodeTypes(schema))("finds each %s again, as what it is", async (type) => {
    const [id] = await someIds(type.name, 1);
    const { data } = await app.read("query ($id: ID!) { node(id: $id) { __typename id } }", { id });
    expect(data.node).toEqual({ __typename: type.name, id });
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty", ""])(
    "is not deceived by the type %j",
    async (type) => {
      const id = toGlobalId(type, NOBODY);
      const answer = await app.ask("query ($id: ID!) { node(id: $id) { id } }", {
        variables: { id },
      });
      expect(codeOf(answer)).toBe("BAD_USER_INPUT");
    },
  );

  it("and nodes take 100 ids, not 101", async () => {
    const ids = (count: number) => ({
      ids: Array.from({ length: count }, () => toGlobalId("Post", NOBODY)),
    });
    const text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    expect((await app.ask(text, { variables: ids(100) })).errors).toEqual([]);
    expect(codeOf(await app.ask(text, { variables: ids(101) }))).toBe("BAD_USER_INPUT");
  });
});

describe("every field", () => {
  /** Rows of a type that between them have a value in every column. */
  async function rowsWithEverything(type: GraphQLObjectType): Promise<string[]> {
    const table = tableOf(type.name) as PgTable;
    const nullable = getTableConfig(table).columns.filter((column) => !column.notNull);
    const ids = [await someIds(type.name, 10)];
    for (const { name } of nullable) ids.push(await someIds(type.name, 3, `${name} is not null`));
    return [...new Set(ids.flat())];
  }

  const asked = nodeTypes(schema).map(({ name }) => name);

  it.each(asked)("of %s has what its row has, or a resolver", async (name) => {
    const type = schema.getType(name) as GraphQLObjectType;
    const ids = await rowsWithEverything(type);
    const selection = selectEverything(schema, type, { levels: 1, size: 2 });
    const { data } = await app.read(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ${name} ${selection} } }`,
      { ids },
    );
    expect(data.nodes).toHaveLength(ids.length);

    const table = tableOf(name) as PgTable;
    const columns = new Map(namedColumns(table));
    const found = await superuser.unsafe<Record<string, unknown>[]>(
      `select * from ${getTableConfig(table).name} where workspace_id = '${workspaceId}'`,
    );
    const rows = new Map(found.map((row) => [row["id"] ?? row["workspace_id"], row]));

    for (const field of Object.values(type.getFields())) {
      const key = field.name === "id" ? "id" : `${name}_${field.name}`;
      const values: Json[] = data.nodes.map((node: Json) => node[key]);
      expect(
        values.some((value) => value !== null),
        `${name}.${field.name} is always null`,
      ).toBe(true);

      const column = columns.get(field.name);
      const named = getNamedType(field.type);
      // Global ids are made of what the row has.
      if (!column || named.name === "ID" || !isLeafType(named)) continue;
      for (const node of data.nodes as Json[]) {
        const row = rows.get(fromGlobalId(node.id).id);
        const [told, kept] = [comparable(node[key]), comparable(row?.[column.name])];
        // The schema's words are in upper case.
        const isWord = isEnumType(getNamedType(field.type));
        expect(told, `${name}.${field.name}`).toBe(isWord ? kept.toUpperCase() : kept);
      }
    }
  });

  it("of the types that are no nodes has a value as well", async () => {
    const seen = new Set<string>();
    const ids = await someIds("Post", 20, "status = 'PUBLISHED'");
    const root = selectEverything(schema, query, {
      levels: 2,
      size: 2,
      argumentsOf: (field) =>
        field.args.some((argument) => isRequiredArgument(argument) && argument.name === "ids")
          ? `(ids: ${JSON.stringify(ids)})`
          : field.name === "post"
            ? `(id: "${ids[0]}")`
            : undefined,
    });
    const { data } = await app.read(root);
    collect(data, seen);
    // A key is no member.
    await addPerson(app.database, "ada@example.com", [{ workspaceId, role: "OWNER" }]);
    const cookie = await sessionOf(app, "ada@example.com");
    collect((await askAs(app, cookie, root)).data, seen);
    const others = objectTypes(schema).filter(
      (type) => !asked.includes(type.name) && type !== query && !isWritten(type),
    );
    for (const type of others) {
      for (const { name } of Object.values(type.getFields())) {
        expect([...seen], `${type.name}.${name} is always null`).toContain(`${type.name}_${name}`);
      }
    }
  });

  it("of a short list is cut where it says", async () => {
    const [post] = await someIds("Post", 1);
    const { id } = fromGlobalId(post!);
    await superuser.unsafe(
      `insert into media (workspace_id, id, post_id, position, kind, url)
       select '${workspaceId}', gen_random_uuid(), '${id}', 100 + n, 'IMAGE', 'https://example.com/' || n
       from generate_series(1, 120) as n`,
    );
    await superuser.unsafe(
      `insert into tags (workspace_id, id, name)
       select '${workspaceId}', gen_random_uuid(), 'many ' || n from generate_series(1, 120) as n`,
    );
    await superuser.unsafe(
      `insert into post_tags (workspace_id, post_id, tag_id, timeline_at, account_id, network, status)
       select workspace_id, posts.id, tags.id, timeline_at, account_id, network, status from posts join tags using (workspace_id)
       where workspace_id = '${workspaceId}' and posts.id = '${id}' and tags.name like 'many %'`,
    );
    const { data } = await app.read(
      "query ($id: ID!) { post(id: $id) { media { id } tags { id } } }",
      { id: post },
    );
    expect(data.post.media).toHaveLength(100);
    expect(data.post.tags).toHaveLength(100);
  });
});

/** The fields that have a value somewhere in an answer. */
function collect(data: Json, seen: Set<string>) {
  if (data === null || typeof data !== "object") return;
  for (const [key, value] of Object.entries(data as object)) {
    if (value !== null) seen.add(key);
    collect(value, seen);
  }
}

/** A value of the API or of the database, in one form. */
function comparable(value: unknown): string {
  if (value === null || value === undefined) return "null";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/.test(text)
    ? String(Date.parse(text.replace(/\+00$/, "Z")))
    : text;
}

it("every type that has a row is a Node, or says why not", () => {
  const rowTypes = objectTypes(schema).filter(
    ({ name }) => tableOf(name) && isObjectType(schema.getType(name)),
  );
  const nodes = nodeTypes(schema);
  // A post's metrics are found by their post.
  const without = rowTypes.filter((type) => !nodes.includes(type)).map(({ name }) => name);
  expect(without).toEqual(["PostMetrics"]);
});
