import {
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  type GraphQLNamedType,
  type GraphQLObjectType,
} from "graphql";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { columnsOf, statement } from "../src/db/statement.ts";
import { posts } from "../src/db/tables/post.ts";
import { selected, SelectingStatements } from "../src/loaders/selected-columns.ts";
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

/** The fields of a type, each with as little below it as there may be: `account { __typename }`. */
const fieldsOf = (type: GraphQLObjectType) =>
  Object.values(type.getFields())
    .filter(({ args }) => args.every((argument) => !isRequiredArgument(argument)))
    .map(({ name, type }) => ({ field: name, selection: `${name}${below(getNamedType(type))}` }));

function below(type: GraphQLNamedType): string {
  if (isLeafType(type)) return "";
  return type.name.endsWith("Connection")
    ? "(first: 2) { nodes { __typename } }"
    : " { __typename }";
}

const everythingOf = (type: GraphQLObjectType) =>
  fieldsOf(type)
    .map(({ selection }) => selection)
    .join(" ");

const cases = paged.flatMap(({ name, type }) =>
  fieldsOf(type).map((field) => ({ name, type, ...field })),
);
const published = "posts(filter: { statuses: [PUBLISHED] })";
const metricsType = schema.getType("PostMetrics") as GraphQLObjectType;

describe("a field has the same value alone as among all others", () => {
  const everything = new Map<string, Promise<Json[]>>();
  const rowsOf = async (name: string, fields: string): Promise<Json[]> =>
    (await app.read(`{ page: ${name} { nodes { ${fields} } } }`)).data.page.nodes;
  const allOf = (name: string, type: GraphQLObjectType) => {
    const known = everything.get(name) ?? rowsOf(`${name}(first: 10)`, everythingOf(type));
    everything.set(name, known);
    return known;
  };

  it.each(cases)("$name { $selection }", async ({ name, type, field, selection }) => {
    const all = await allOf(name, type);
    expect(all.length).toBeGreaterThan(0);
    const alone = all.map((row) => ({ [field]: row[field] }));
    expect(await rowsOf(`${name}(first: 10)`, selection)).toEqual(alone);

    const ids = all.map(({ id }) => id);
    const query = `query Alone($ids: [ID!]!) { nodes(ids: $ids) { ... on ${type.name} { ${selection} } } }`;
    expect((await app.read(query, { ids })).data.nodes).toEqual(alone);
  });

  it.each(fieldsOf(metricsType))(
    "posts { metrics { $selection } }",
    async ({ field, selection }) => {
      const together = await rowsOf(published, `metrics { ${everythingOf(metricsType)} }`);
      expect(together.some(({ metrics }) => metrics !== null)).toBe(true);
      const alone = together.map(({ metrics }) => ({
        metrics: metrics && { [field]: metrics[field] },
      }));
      expect(await rowsOf(published, `metrics { ${selection} }`)).toEqual(alone);
    },
  );
});

it("reads only what is asked for, of the type that it is asked of", async () => {
  const { sent, stop } = recordStatements();
  await app
    .read("{ posts(first: 1) { nodes { body author { displayName } account { network } } } }")
    .finally(stop);
  const text = sent.find(({ asking }) => asking.loader === "Query.posts")?.statement.text;
  expect(text).toContain('"body"');
  expect(text).toContain('"author_id"');
  expect(text).not.toContain('"link"');
  expect(text).not.toContain('"network"');
});

it("keeps a bounded number of statements, whatever is selected", () => {
  const columns = ["body", "link", "status", "network", "createdAt", "scheduledAt", "publishedAt"];
  const statements = new SelectingStatements(posts, selected("Post"));
  const made = new Set<string>();
  for (let bits = 0; bits < 2 ** columns.length; bits++) {
    const chosen = new Set(columns.filter((_, place) => bits & (1 << place)));
    const fields = new Set([...chosen].map((name) => `Post.${name}`));
    for (const shapeKey of ["forward", "backward", "filtered"]) {
      const { text } = statements.of({ measured: { fields } } as never, shapeKey, (leftOut) =>
        statement(sql`select ${columnsOf(posts, leftOut)} ${sql.raw(`as ${shapeKey}`)}`),
      );
      for (const name of columns) expect(text.includes(`"${name}"`)).toBe(chosen.has(name));
      made.add(text);
    }
  }
  expect(made.size).toBe(3 * 2 ** columns.length);
  expect(statements.size).toBeLessThanOrEqual(256);
});
