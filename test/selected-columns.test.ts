import { getNamedType, isLeafType, isObjectType, type GraphQLObjectType } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildSchema } from "../src/schema/build.ts";
import { createTestApp, type Json, type TestApp } from "./support/app.ts";
import { recordStatements } from "./support/explain.ts";

/*
 * Loaders leave out columns that no field of the operation has the name of. So each field must have the
 * same value alone as among all others: a resolver that read another column would show here.
 */
const schema = buildSchema();
let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

const root = schema.getQueryType()?.getFields() ?? {};

/** The types of which the root has a connection. */
const paged = Object.values(root).flatMap(({ name, type }) => {
  const page = getNamedType(type);
  const nodes = isObjectType(page) && page.getFields()["nodes"];
  const node = nodes && getNamedType(nodes.type);
  return isObjectType(node) ? [{ name, type: node }] : [];
});

/** The fields of a type that need no argument and are leaves. */
const leavesOf = (type: GraphQLObjectType) =>
  Object.values(type.getFields())
    .filter(({ type, args }) => isLeafType(getNamedType(type)) && args.length === 0)
    .map(({ name }) => name);

const cases = paged.flatMap(({ name, type }) =>
  leavesOf(type).map((field) => ({ name, type, field })),
);

describe("a field has the same value alone as among all others", () => {
  const everything = new Map<string, Promise<Json[]>>();
  const rowsOf = async (name: string, fields: string): Promise<Json[]> =>
    (await app.read(`{ ${name}(first: 30) { nodes { ${fields} } } }`)).data[name].nodes;
  const allOf = (name: string, type: GraphQLObjectType) => {
    const known = everything.get(name) ?? rowsOf(name, leavesOf(type).join(" "));
    everything.set(name, known);
    return known;
  };

  it.each(cases)("$name { $field }", async ({ name, type, field }) => {
    const all = await allOf(name, type);
    expect(all.length).toBeGreaterThan(0);
    const alone = all.map((row) => ({ [field]: row[field] }));
    expect(await rowsOf(name, field)).toEqual(alone);

    const ids = all.map(({ id }) => id);
    const query = `query Alone($ids: [ID!]!) { nodes(ids: $ids) { ... on ${type.name} { ${field} } } }`;
    expect((await app.read(query, { ids })).data.nodes).toEqual(alone);
  });

  it.each(leavesOf(schema.getType("PostMetrics") as GraphQLObjectType))(
    "posts { metrics { %s } }",
    async (field) => {
      const all = leavesOf(schema.getType("PostMetrics") as GraphQLObjectType).join(" ");
      const together = await rowsOf("posts", `metrics { ${all} }`);
      expect(together.some(({ metrics }) => metrics !== null)).toBe(true);
      const alone = together.map(({ metrics }) => ({
        metrics: metrics && { [field]: metrics[field] },
      }));
      expect(await rowsOf("posts", `metrics { ${field} }`)).toEqual(alone);
    },
  );
});

it("reads only what is asked for", async () => {
  const { sent, stop } = recordStatements();
  await app.read("{ posts(first: 1) { nodes { body author { displayName } } } }").finally(stop);
  const text = sent.find(({ asking }) => asking.loader === "Query.posts")?.statement.text;
  expect(text).toContain('"body"');
  expect(text).toContain('"author_id"');
  expect(text).not.toContain('"link"');
});

it("reads everything when there are too many different selections", async () => {
  const fields = ["body", "link", "status", "createdAt", "scheduledAt", "publishedAt"];
  const texts = new Set<string>();
  for (let bits = 1; bits < 2 ** fields.length; bits++) {
    const chosen = fields.filter((_, place) => bits & (1 << place));
    const { sent, stop } = recordStatements();
    await app.read(`{ posts(first: 1) { nodes { ${chosen.join(" ")} } } }`).finally(stop);
    for (const { asking, statement } of sent) {
      if (asking.loader === "Query.posts") texts.add(statement.text);
    }
  }
  expect(texts.size).toBeGreaterThan(20);
  expect(texts.size).toBeLessThanOrEqual(33);
});
