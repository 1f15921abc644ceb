import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "./support/app.ts";
import { codeOf, send, type RawAnswer } from "./support/http.ts";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

interface Spelling {
  query: string;
  variables?: Record<string, unknown>;
}

const repeat = (times: number, make: (index: number) => string) =>
  Array.from({ length: times }, (_, index) => make(index)).join(" ");

/** Fifty lists of accounts: 550 points, and with a hundred posts each too many nodes as well. */
const list = (inner: string, times = 50) => repeat(times, (index) => `a${index}: ${inner}`);

/** One query in every spelling: 60 points would pass, this is 550 or more. */
const dear: Record<string, Spelling> = {
  "as literals": { query: `{ ${list("accounts { totalCount }")} }` },
  "null as a literal": { query: `{ ${list("accounts(first: null) { totalCount }")} }` },
  "a nullable variable that is not given": {
    query: `query ($n: Int) { ${list("accounts(first: $n) { totalCount }")} }`,
  },
  "a nullable variable that is null": {
    query: `query ($n: Int) { ${list("accounts(first: $n) { totalCount }")} }`,
    variables: { n: null },
  },
  "a null that skips a default": {
    query: `query ($n: Int = 1) { ${list("accounts(first: $n) { totalCount }")} }`,
    variables: { n: null },
  },
  "a default of null": {
    query: `query ($n: Int = null) { ${list("accounts(last: $n) { totalCount }")} }`,
  },
  "a fragment": {
    query: `{ ...All } fragment All on Query { ${list("accounts { totalCount }")} }`,
  },
  "a fragment that is spread often": {
    query: `{ ${repeat(50, (index) => `a${index}: accounts { ...Count }`)} } fragment Count on AccountConnection { totalCount }`,
  },
  "inline fragments": {
    query: `{ ... on Query { ... { ${list("accounts { ... on AccountConnection { totalCount } }")} } } }`,
  },
  "@include with a literal": {
    query: `{ ... @include(if: true) { ${list("accounts { totalCount }")} } }`,
  },
  "@include with a variable": {
    query: `query ($yes: Boolean!) { ... @include(if: $yes) { ${list("accounts { totalCount }")} } }`,
    variables: { yes: true },
  },
  "@skip with a default": {
    query: `query ($no: Boolean = false) { ...All @skip(if: $no) } fragment All on Query { ${list("accounts { totalCount }")} }`,
  },
  "a condition that is null": {
    query: `query ($no: Boolean = false) { ... @include(if: $no) { ${list("accounts { totalCount }")} } viewer { name } }`,
    variables: { no: null },
  },
  "other aliases": {
    query: `{ ${repeat(50, (index) => `${"b".repeat(index + 1)}: accounts { totalCount }`)} }`,
  },
  "edges rather than nodes": { query: `{ ${list("accounts { edges { node { id } } }")} }` },
};

/** 100 accounts with 100 posts each: 10,100 nodes for 12 points. */
const wide: Record<string, Spelling> = {
  "as literals": {
    query: "{ accounts(first: 100) { nodes { posts(first: 100) { totalCount } } } }",
  },
  "last for first": {
    query: "{ accounts(last: 100) { nodes { posts(last: 100) { totalCount } } } }",
  },
  variables: {
    query:
      "query ($a: Int!, $b: Int) { accounts(first: $a) { nodes { posts(last: $b) { totalCount } } } }",
    variables: { a: 100, b: 100 },
  },
  defaults: {
    query:
      "query ($a: Int! = 100, $b: Int = 100) { accounts(first: $a) { nodes { posts(last: $b) { totalCount } } } }",
  },
  "a size that is not allowed": {
    query: "query ($n: Int) { accounts(first: $n) { nodes { posts(first: $n) { totalCount } } } }",
    variables: { n: 2_147_483_647 },
  },
  "first null, last given": {
    query:
      "query ($n: Int) { accounts(first: null, last: $n) { nodes { posts(last: $n, first: null) { totalCount } } } }",
    variables: { n: 100 },
  },
  "fragments below an alias": {
    query:
      "{ x: accounts(first: 100) { edges { ...Edge } } } fragment Edge on AccountEdge { n: node { ... on Account { p: posts(first: 100) { totalCount } } } }",
  },
  "a condition that is there": {
    query:
      "query ($yes: Boolean!) { accounts(first: 100) { nodes { posts(first: 100) @include(if: $yes) { totalCount } } } }",
    variables: { yes: true },
  },
  "half in each of two fields": {
    query:
      "{ a: accounts(first: 100) { nodes { posts(first: 50) { totalCount } } } b: accounts(first: 100) { nodes { posts(first: 50) { totalCount } } } }",
  },
};

/** The ways in which an operation reaches the server. */
const ways: Record<string, (spelling: Spelling) => Promise<RawAnswer>> = {
  POST: (body) => send(app, { body }),
  GET: ({ query, variables = {} }) =>
    send(app, {
      method: "GET",
      url: `/graphql?query=${encodeURIComponent(query)}&variables=${encodeURIComponent(JSON.stringify(variables))}`,
      headers: { "apollo-require-preflight": "true" },
    }),
  "a persisted query": async ({ query, variables = {} }) => {
    const sha256Hash = createHash("sha256").update(query).digest("hex");
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    const answer = await send(app, { body: { query, variables, extensions } });
    // What was refused is not kept: the hash alone is nothing.
    const again = await send(app, { body: { variables, extensions } });
    expect(codeOf(again)).toBe("PERSISTED_QUERY_NOT_FOUND");
    return answer;
  },
};

const cases = (spellings: Record<string, Spelling>) =>
  Object.entries(spellings).flatMap(([name, spelling]) =>
    Object.keys(ways).map((way): [string, string, Spelling] => [name, way, spelling]),
  );

describe("an operation that is refused for what it costs", () => {
  it.each(cases(dear))("is refused in every spelling: %s, by %s", async (_, way, spelling) => {
    const answer = await ways[way]?.(spelling);
    expect(answer?.status).toBe(400);
    expect(answer?.errors[0]?.extensions).toMatchObject({
      code: "COMPLEXITY_LIMIT_EXCEEDED",
      limit: 500,
    });
    expect(answer?.data).toBeUndefined();
  });
});

describe("an operation that is refused for the nodes it asks for", () => {
  it.each(cases(wide))("is refused in every spelling: %s, by %s", async (_, way, spelling) => {
    const answer = await ways[way]?.(spelling);
    expect(answer?.status).toBe(400);
    expect(answer?.errors[0]?.extensions).toMatchObject({
      code: "NODE_LIMIT_EXCEEDED",
      limit: 10_000,
    });
  });
});

describe("an operation that costs too much only with other variables", () => {
  it("passes with these, before and after it was refused with those", async () => {
    const { query } = wide["variables"] as Spelling;
    const codes: unknown[] = [];
    for (const b of [1, 100, 1])
      codes.push(codeOf(await send(app, { body: { query, variables: { a: 100, b } } })));
    expect(codes).toEqual([undefined, "NODE_LIMIT_EXCEEDED", undefined]);
  });
});
