import {
  getIntrospectionQuery,
  Kind,
  parse,
  print,
  validate,
  visit,
  type FieldNode,
} from "graphql";
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { toGlobalId } from "../src/loaders/global-id.ts";
import { buildSchema } from "../src/schema/build.ts";
import { headlineOperation } from "../src/schema/headline.ts";
import { createTestApp, type AskOptions, type TestApp } from "./support/app.ts";
import { countCalls } from "./support/count-calls.ts";
import { codeOf, keepLogs, longestBlock, send } from "./support/http.ts";
import { measure } from "./support/measure.ts";

const schema = buildSchema();
const logs = keepLogs();
let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ logger: logs.logger });
  // The key is remembered from here on, so that no request below looks it up: the clock stands still.
  await app.ask("{ __typename }");
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
});
beforeEach(() => logs.clear());
afterAll(async () => {
  vi.useRealTimers();
  await app.close();
});

const repeat = (times: number, make: (index: number) => string, separator = " ") =>
  Array.from({ length: times }, (_, index) => make(index)).join(separator);

/** The log line of the operation that was asked last. */
const logged = () => logs.lines.findLast(({ msg }) => msg === "operation");

/** Asks, and says what the gates measured. */
async function measured(query: string, options: AskOptions = {}) {
  const answer = await app.ask(query, options);
  // Its overhead may be that of looking up the key again.
  const { depth, complexity, statements } = logged();
  return { answer, depth, complexity, sql: statements };
}

describe("the headline operation", () => {
  it("has depth 4 of 5 and costs 54 of 500: 29 scalars and 5 relations of 5, wrappers and cursors free", async () => {
    const { answer, depth, complexity } = await measured(headlineOperation);
    expect(answer.errors).toEqual([]);
    expect({ depth, complexity }).toEqual({ depth: 4, complexity: 54 });
  });

  it("costs the same with nodes as with edges", () => {
    const withNodes = headlineOperation
      .replaceAll("edges { node {", "nodes {")
      .replaceAll("edges { cursor node {", "nodes {")
      .replaceAll("} }\n", "}\n")
      .replaceAll("} } }", "} }");
    expect(validate(schema, parse(withNodes))).toEqual([]);
    expect(measure(withNodes)).toMatchObject({ depth: 4, complexity: 54 });
  });

  it("is refused below its own depth and complexity, so the limits are the configured ones", async () => {
    const strict = await createTestApp({
      database: app.database,
      settings: { MAX_DEPTH: "3", MAX_COMPLEXITY: "53" },
    });
    const tooDeep = await strict.ask(headlineOperation);
    expect(tooDeep.errors[0]?.extensions).toMatchObject({
      code: "DEPTH_LIMIT_EXCEEDED",
      measured: 4,
      limit: 3,
    });
    const tooDear = await strict.ask(
      "{ accounts(first: 1) { nodes { posts(first: 1) { nodes {" +
        `${repeat(50, (index) => `a${index}: body`)} } } } } }`,
    );
    expect(tooDear.errors[0]?.extensions).toMatchObject({
      code: "COMPLEXITY_LIMIT_EXCEEDED",
      measured: 60,
      limit: 53,
    });
    await strict.server.close();
    await strict.pool.close();
  });
});

describe("depth", () => {
  const nested = (styles: readonly ("edges" | "nodes")[]) => {
    const fields = [
      "accounts(first: 1)",
      "posts(first: 1)",
      "comments(first: 1)",
      "replies(first: 1)",
    ];
    return fields.reduceRight(
      (below, field, index) =>
        styles[index % styles.length] === "edges"
          ? `${field} { edges { node { ${below} } } }`
          : `${field} { nodes { ${below} } }`,
      "author { comments(first: 1) { totalCount } }",
    );
  };

  it.each([["edges"], ["nodes"], ["edges", "nodes"]] as const)(
    "of six levels is refused whatever the style (%s, %s)",
    async (...styles) => {
      const { answer, sql } = await measured(`{ ${nested(styles)} }`);
      expect(answer.status).toBe(400);
      expect(answer.data).toBeUndefined();
      expect(answer.errors).toHaveLength(1);
      expect(answer.errors[0]?.extensions).toEqual({
        code: "DEPTH_LIMIT_EXCEEDED",
        measured: 6,
        limit: 5,
        path: ["accounts", "posts", "comments", "replies", "author", "comments"],
      });
      expect(answer.errors[0]?.message).toContain("Take author.comments out");
      expect(sql).toBe(0);
    },
  );

  it("of five levels passes", async () => {
    const five = nested(["edges"]).replace(
      "author { comments(first: 1) { totalCount } }",
      "author { id }",
    );
    const { answer, depth } = await measured(`{ ${five} }`);
    expect(answer.errors).toEqual([]);
    expect(depth).toBe(5);
  });

  it("counts a real field called node", () => {
    const id = toGlobalId("Account", "00000000-0000-7000-8000-000000000000");
    const text = `{ node(id: "${id}") { ... on Account { posts { edges { node { account { id } } } } } } }`;
    expect(measure(text)).toMatchObject({
      depth: 3,
      deepest: ["node", "posts", "account"],
      heaviest: { path: ["node", "posts", "account"] },
    });
  });

  it("is not hidden by fragments, inline fragments, aliases or directives", async () => {
    const deep = "posts { nodes { comments { nodes { ...Below } } } }";
    const fragments =
      "fragment Below on Comment { replies { edges { ...Edge } } } " +
      "fragment Edge on CommentEdge { ... @include(if: true) { cursor: node { author { x: comments { pageInfo { hasNextPage } } } } } }";
    const { answer } = await measured(
      `{ y: accounts { nodes { ... on Account { ${deep} } } } } ${fragments}`,
    );
    expect(answer.errors[0]?.extensions).toMatchObject({
      code: "DEPTH_LIMIT_EXCEEDED",
      measured: 6,
      path: ["y", "posts", "comments", "replies", "author", "x"],
    });
  });
});

describe("complexity", () => {
  const dear = `query Dear($first: Int) {
    ${repeat(16, (index) => `a${index}: accounts(first: $first) { nodes { id posts { nodes { id body comments { nodes { id author { id handle } } } } } } }`)}
  }`;

  it("over 500 is refused with the measure, the heaviest path and what to add, and runs no SQL", async () => {
    const { answer, sql } = await measured(dear, { variables: { first: 5 } });
    expect(answer.status).toBe(400);
    expect(answer.errors).toHaveLength(1);
    const cost = 5 + 1 + (10 + 2 + (10 + 1 + (5 + 2)));
    expect(answer.errors[0]?.extensions).toEqual({
      code: "COMPLEXITY_LIMIT_EXCEEDED",
      measured: 16 * cost,
      limit: 500,
      path: ["a0", "posts", "comments", "author"],
      pathComplexity: cost,
      share: 0.063,
      addPageSizeTo: ["comments", "posts"],
      rewritten: expect.stringContaining("posts(first: 20) {"),
    });
    expect(answer.errors[0]?.message).toContain("Add the argument first");
    expect(sql).toBe(0);
  });

  it("falls by following the advice, here far enough to pass", async () => {
    const refused = await app.ask(dear, { variables: { first: 5 } });
    const { measured: before, addPageSizeTo } = refused.errors[0]!.extensions;
    const paged = print(
      visit(parse(dear), {
        Field: (field: FieldNode) =>
          addPageSizeTo.includes(field.name.value)
            ? { ...field, arguments: [...(field.arguments ?? []), firstArgument(1)] }
            : undefined,
      }),
    );
    const { answer, complexity } = await measured(paged, { variables: { first: 5 } });
    expect(answer.errors).toEqual([]);
    expect(complexity).toBe(before - 16 * 10);
  });

  const firstArgument = (size: number) => ({
    kind: Kind.ARGUMENT as const,
    name: { kind: Kind.NAME as const, value: "first" },
    value: { kind: Kind.INT as const, value: String(size) },
  });

  it("reads the page size from variables and their defaults, at each request anew", async () => {
    const query =
      "query ($first: Int = 3, $last: Int) { accounts(first: $first) { nodes { id } } tags(last: $last) { nodes { id } } }";
    const cost = async (variables: Record<string, unknown>) =>
      (await measured(query, { variables })).complexity;
    expect(await cost({})).toBe(5 + 1 + 10 + 1);
    expect(await cost({ last: 1 })).toBe(5 + 1 + 5 + 1);
    // An explicit null skips the default: the page has no size.
    expect(await cost({ first: null })).toBe(10 + 1 + 10 + 1);
  });

  it("is not lowered by a negative page size", async () => {
    const paid = repeat(46, (index) => `a${index}: accounts { nodes { id } }`);
    const query = `query ($first: Int) { ${paid} x: posts(first: -2147483648) { nodes { id } } y: posts(first: $first) { nodes { id } } }`;
    const { answer } = await measured(query, { variables: { first: -1_000_000 } });
    expect(answer.errors[0]?.extensions).toMatchObject({
      code: "COMPLEXITY_LIMIT_EXCEEDED",
      measured: 46 * 11 + 12,
    });
  });

  it("counts what @skip and @include leave, with variables", async () => {
    const query = `query ($yes: Boolean!, $no: Boolean = false) {
      accounts(first: 1) @skip(if: $yes) { nodes { id } }
      tags(first: 1) @include(if: $no) { nodes { id } }
      ...Posts @include(if: $yes)
      ... @skip(if: $no) { viewer { name } }
    }
    fragment Posts on Query { posts(first: 1) { nodes { id } } }`;
    expect((await measured(query, { variables: { yes: true } })).complexity).toBe(6 + 6);
    expect((await measured(query, { variables: { yes: false, no: true } })).complexity).toBe(6 + 6);
  });

  it("is not escaped by a null that fails one field alone", async () => {
    const query = `query ($order: PostOrder = NEWEST_FIRST) {
      posts(first: 1, orderBy: $order) { nodes { id } }
      ${repeat(60, (index) => `a${index}: accounts { totalCount }`)}
    }`;
    const { answer, sql } = await measured(query, { variables: { order: null } });
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe("COMPLEXITY_LIMIT_EXCEEDED");
    expect(sql).toBe(0);

    const small =
      "query ($order: PostOrder = NEWEST_FIRST) { posts(orderBy: $order) { nodes { id } } viewer { name } }";
    const { answer: passed } = await measured(small, { variables: { order: null } });
    expect(passed.data).toEqual({ posts: null, viewer: { name: "test" } });
    expect(codeOf(passed)).toBe("BAD_USER_INPUT");
  });

  it("is not escaped by more selections than graphql-query-complexity looks at", () => {
    const text = `{ ${repeat(11_000, (index) => `a${index}: __typename`)} accounts { nodes { id } } }`;
    expect(measure(text).complexity).toBe(11_000 + 11);
  });

  it("takes the dearest type of a node, not their sum", () => {
    const id = toGlobalId("Account", "00000000-0000-7000-8000-000000000000");
    const text = `{ node(id: "${id}") { id ... on Account { handle network } ... on Post { account { id } } } }`;
    expect(measure(text).complexity).toBe(5 + 1 + 6);
  });
});

describe("the node gate", () => {
  it("counts page sizes multiplied down the path: 465 for the headline operation", () => {
    expect(measure(headlineOperation).nodes).toBe(15 + 15 * 10 + 15 * 10 * 2);
  });

  it("counts what will be used: defaults, variables, and every id of nodes(ids), twice given or not", () => {
    expect(measure("{ accounts { totalCount } }").nodes).toBe(20);
    const page =
      "query ($n: Int) { accounts(last: $n) { nodes { posts(first: 3) { totalCount } } } }";
    expect(measure(page, { n: 7 }).nodes).toBe(7 + 7 * 3);
    const byId =
      "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Post { comments(first: 5) { totalCount } } } }";
    expect(measure(byId, { ids: ["a", "a", "b"] }).nodes).toBe(3 + 3 * 5);
  });

  it("refuses a small operation with a huge answer, runs no SQL for it and says where to lower", async () => {
    const text =
      "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Post { comments(first: 100) { nodes { post { comments(first: 100) { nodes { id author { id } } } } } } } } }";
    const id = toGlobalId("Post", "00000000-0000-7000-8000-000000000000");
    const ids = Array.from({ length: 25 }, () => id);
    const { answer, sql } = await measured(text, { variables: { ids } });
    expect(answer.status).toBe(400);
    expect(answer.errors[0]?.extensions).toMatchObject({
      code: "NODE_LIMIT_EXCEEDED",
      measured: 25 + 25 * 100 + 25 * 100 * 100,
      limit: 10_000,
      path: ["nodes", "comments", "post", "comments"],
    });
    expect(answer.errors[0]?.message).toContain("Lower the page sizes");
    expect(sql).toBe(0);
  });

  it("is not made cheaper by a page size that is not allowed", () => {
    const text = (first: number) =>
      `{ a: accounts(first: ${first}) { totalCount } accounts(first: 100) { nodes { id } } }`;
    expect(measure(text(-1000)).nodes).toBe(100);
    expect(measure(text(1000)).nodes).toBe(200);
  });
});

describe("page sizes", () => {
  const sizes: [value: string, literal: number, variable: number, code: string | undefined][] = [
    ["-1", 200, 200, "BAD_USER_INPUT"],
    ["0", 200, 200, undefined],
    ["null", 200, 200, undefined],
    ["101", 200, 200, "BAD_USER_INPUT"],
    ["2147483648", 400, 400, "BAD_USER_INPUT"],
    ["1.5", 400, 400, "BAD_USER_INPUT"],
    ['"10"', 400, 400, "BAD_USER_INPUT"],
    ["true", 400, 400, "BAD_USER_INPUT"],
    ["[[1]]", 400, 400, "BAD_USER_INPUT"],
  ];

  it.each(sizes)(
    "first: %s is a page or a clear error, never a 500",
    async (value, literal, variable, code) => {
      for (const argument of ["first", "last"]) {
        const asLiteral = await app.ask(`{ accounts(${argument}: ${value}) { nodes { id } } }`);
        expect(asLiteral.status).toBe(literal);
        expect(codeOf(asLiteral)).toBe(literal === 400 ? "GRAPHQL_VALIDATION_FAILED" : code);

        const asVariable = await send(app, {
          body: `{"query":"query($size:Int){accounts(${argument}:$size){nodes{id}}}","variables":{"size":${value}}}`,
        });
        expect(asVariable.status).toBe(variable);
        expect(codeOf(asVariable)).toBe(code);
      }
    },
  );

  it("of a kind that variables cannot have are 400, also by the hundred", async () => {
    const many = await app.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {
      variables: { ids: Array.from({ length: 200 }, () => ({})) },
    });
    expect(many.status).toBe(400);
    expect(new Set(many.errors.map(({ extensions }) => extensions["code"]))).toEqual(
      new Set(["BAD_USER_INPUT"]),
    );
  });
});

describe("introspection", () => {
  const everything = {
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  };

  it.each([
    ["the standard query", getIntrospectionQuery()],
    ["GraphiQL's, with everything", getIntrospectionQuery(everything)],
    ["one type", '{ __type(name: "Post") { name fields { name type { name ofType { name } } } } }'],
  ])("passes: %s", async (_, query) => {
    const { answer, complexity } = await measured(query);
    expect(answer.errors).toEqual([]);
    expect(complexity).toBe(0);
  });

  it("mixed with data is not exempt", async () => {
    const standard = getIntrospectionQuery().replace("__schema", "viewer { name } __schema");
    expect(codeOf(await app.ask(standard))).toBe("COMPLEXITY_LIMIT_EXCEEDED");
    const small = await measured("{ viewer { name } __schema { queryType { name } } }");
    expect(small.complexity).toBe(6 + 11);

    const hidden = await app.ask(
      `{ __schema { types { name } } ...Data } fragment Data on Query { ${repeat(50, (index) => `a${index}: accounts { nodes { id } }`)} }`,
    );
    expect(codeOf(hidden)).toBe("COMPLEXITY_LIMIT_EXCEEDED");
  });

  it("is no more than one and a half times the standard query", async () => {
    const wide = (times: number) =>
      `{ ${repeat(times, (index) => `a${index}: __schema { types { fields { args { type { name } } } } }`)} }`;
    expect((await app.ask(wide(20))).status).toBe(200);
    expect(codeOf(await app.ask(wide(75)))).toBe("COMPLEXITY_LIMIT_EXCEEDED");
  });

  it("is bounded by what it would answer with: aliases of lists within lists are refused", async () => {
    const bombs = [
      `{ __schema { types { ${repeat(60, (index) => `a${index}: fields { ...G }`)} } } }
        fragment G on __Field { type { fields { type { ${repeat(70, (index) => `b${index}: name`)} } } } }`,
      `{ __schema { types { ${repeat(60, (index) => `a${index}: fields { ...G }`)} } } }
        fragment G on __Field { args { type { ${repeat(70, (index) => `b${index}: name`)} } } }`,
      `{ ${repeat(90, (index) => `a${index}: __schema { types { fields { type { fields { type { name } } } } } }`)} }`,
    ];
    const patient = await createTestApp({
      database: app.database,
      settings: { MAX_ALIASES: "10000", MAX_ROOT_FIELDS: "100" },
    });
    for (const bomb of bombs) {
      expect(codeOf(await app.ask(bomb))).toBe("DOCUMENT_LIMIT_EXCEEDED");
      const answer = await patient.ask(bomb);
      expect(answer.status).toBe(400);
      expect(codeOf(answer)).toBe("COMPLEXITY_LIMIT_EXCEEDED");
      expect(await longestBlock(() => patient.ask(bomb))).toBeLessThan(100);
    }
    await patient.server.close();
    await patient.pool.close();
  });
});

describe("bombs", () => {
  /** Fragments, each spread twice by the one before. */
  const chain = (length: number, twice = true) =>
    `{ ...F0 } ${repeat(length, (index) => {
      const next = index === length - 1 ? "__typename" : `...F${index + 1}`;
      return `fragment F${index} on Query { ${next} ${twice ? `...${index === length - 1 ? " on Query { __typename }" : `F${index + 1}`}` : ""} }`;
    })}`;

  it("26 fragments, each spread twice, are refused within 100 ms", async () => {
    const answer = await app.ask(chain(26));
    expect(answer.status).toBe(400);
    expect(answer.errors[0]?.extensions).toEqual({
      code: "DOCUMENT_LIMIT_EXCEEDED",
      what: "selections",
      measured: 5 * 2 ** 25 - 1,
      limit: 5000,
    });
    expect(await longestBlock(() => app.ask(chain(26)))).toBeLessThan(100);
  });

  it.each([12, 14, 16, 18, 20, 22])(
    "a chain of 2^%i selections is refused at once",
    async (length) => {
      expect(
        await longestBlock(async () => {
          const answer = await app.ask(chain(length));
          expect(answer.status).toBe(400);
        }),
      ).toBeLessThan(100);
    },
  );

  it("the longest chain that passes is measured at once", async () => {
    expect(
      await longestBlock(async () => {
        const answer = await app.ask(chain(5));
        expect(answer.status).toBe(200);
      }),
    ).toBeLessThan(100);
  });

  const refused: [name: string, query: string][] = [
    ["an unknown fragment", "{ ...Unknown }"],
    ["a fragment that spreads itself", "{ ...A } fragment A on Query { ...A }"],
    ["a cycle of fragments", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"],
    [
      "a cycle below a field",
      "{ accounts { nodes { ...A } } } fragment A on Account { posts { nodes { account { ...A } } } }",
    ],
    ["a cycle named __proto__", "{ ...__proto__ } fragment __proto__ on Query { ...__proto__ }"],
    ["an unknown fragment named __proto__", "{ ...__proto__ }"],
    ["an unknown fragment named constructor", "{ ...constructor ...toString }"],
    ["an unknown variable", "{ accounts(first: $__proto__) { nodes { id } } }"],
    ["an unknown field named __proto__", "{ __proto__ }"],
    [
      "an unknown argument named constructor",
      "{ accounts(constructor: 1, __proto__: 2) { nodes { id } } }",
    ],
    ["an unknown type named constructor", "{ ... on constructor { id } ... on __proto__ { id } }"],
    ["an unknown directive named toString", "{ __typename @toString @__proto__ }"],
    ["a mutation with a field", "mutation { x }"],
    ["a subscription", "subscription { __typename }"],
    ["@defer", "{ ... @defer { __typename } }"],
    ["a schema definition", "type Query { a: Int }"],
    ["nothing but a fragment", "fragment A on Query { __typename }"],
    ["an empty selection", "{ }"],
    ["a comment", "# nothing"],
    ["too many tokens", `{ ${repeat(100_000, () => "a")} }`],
    ["10,000 levels of selections", "{ a ".repeat(10_000) + "}".repeat(10_000)],
    ["900 levels of selections", `${"{ viewer ".repeat(900)}${"}".repeat(900)}`],
    ["10,000 levels of lists", `{ nodes(ids: ${"[".repeat(10_000)}${"]".repeat(10_000)}) { id } }`],
    ["900 levels of lists", `{ nodes(ids: ${"[".repeat(900)}${"]".repeat(900)}) { id } }`],
    [
      "10,000 levels of objects",
      `{ posts(filter: ${"{ a: ".repeat(10_000)}1${"}".repeat(10_000)}) { totalCount } }`,
    ],
    [
      "450 levels of objects",
      `{ posts(filter: ${"{ a: ".repeat(450)}1${"}".repeat(450)}) { totalCount } }`,
    ],
    [
      "900 levels of list types",
      `query ($a: ${"[".repeat(900)}Int${"]".repeat(900)}) { nodes(ids: $a) { id } }`,
    ],
    ["a name of 200,000 characters", `{ ${"a".repeat(200_000)} }`],
    ["2,000 aliases", `{ ${repeat(2000, (index) => `a${index}: __typename`)} }`],
    ["1,900 equal fields", `{ ${repeat(1900, () => "__typename")} }`],
    ["600 unknown fields", `{ ${repeat(600, (index) => `accountz${index}`)} }`],
    ["a lone surrogate", '{ node(id: "\\uD800") { id } }'],
  ];

  it.each(refused)("%s: a 400 that says why, without SQL", async (_, query) => {
    const { answer, sql } = await measured(query);
    expect(answer.status).toBe(query.includes("uD800") ? answer.status : 400);
    expect(answer.status).toBeLessThan(500);
    expect(codeOf(answer)).not.toBe("INTERNAL_SERVER_ERROR");
    expect(codeOf(answer)).toMatch(/^[A-Z_]+$/);
    expect(sql).toBe(0);
  });

  const passed: [name: string, query: string, data: unknown][] = [
    ["an operation named __proto__", "query __proto__ { __typename }", { __typename: "Query" }],
    ["an operation named constructor", "query constructor { __typename }", { __typename: "Query" }],
    [
      "fragments named __proto__ and toString",
      "{ ...__proto__ ...toString } fragment __proto__ on Query { viewer { name } } fragment toString on Query { a: viewer { name } }",
      { viewer: { name: "test" }, a: { name: "test" } },
    ],
    [
      "aliases named constructor and toString",
      "{ constructor: viewer { toString: name hasOwnProperty: name } }",
      { constructor: { toString: "test", hasOwnProperty: "test" } },
    ],
    [
      "90 levels of inline fragments",
      `{ ${"... { ".repeat(90)} __typename ${"}".repeat(90)} }`,
      { __typename: "Query" },
    ],
  ];

  it.each(passed)("%s: passes", async (_, query, data) => {
    const { answer } = await measured(query);
    expect(answer.errors).toEqual([]);
    expect(answer.data).toEqual(data);
  });

  it("an alias named __proto__ is an alias", async () => {
    const { text } = await send(app, {
      body: { query: "{ __proto__: viewer { __proto__: name } }" },
    });
    expect(text).toContain('{"__proto__":{"__proto__":"test"}}');
  });

  it("variables named constructor and toString are variables, never inherited", async () => {
    const query =
      "query ($constructor: Int, $toString: Int, $hasOwnProperty: Int) { accounts(first: $constructor) { nodes { id } } tags(first: $toString) { nodes { id } } contacts(first: $hasOwnProperty) { nodes { id } } }";
    const { answer, complexity } = await measured(query, { variables: { constructor: 1 } });
    expect(answer.errors).toEqual([]);
    expect(answer.data.accounts.nodes).toHaveLength(1);
    expect(complexity).toBe(6 + 11 + 11);
  });

  it("a body with __proto__ in it is answered, and no prototype is touched", async () => {
    for (const body of [
      '{"query":"query($__proto__:Int){accounts(first:$__proto__){nodes{id}}}","variables":{"__proto__":3}}',
      '{"query":"{__typename}","__proto__":{"x":1}}',
      '{"query":"{__typename}","variables":{"a":{"constructor":{"prototype":{"x":1}}}}}',
    ]) {
      const answer = await send(app, { body });
      expect(answer.status).toBe(200);
      expect(answer.errors).toEqual([]);
    }
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  it("as many aliases as the tokens allow block for less than 50 ms", async () => {
    for (const field of ["__typename", "accounts"]) {
      const query = `{ ${repeat(600, (index) => `a${index}: ${field}${field === "accounts" ? "{__typename}" : ""}`, "")} }`;
      await app.ask(query);
      expect(await longestBlock(() => app.ask(query))).toBeLessThan(50);
    }
  });
});

describe("several operations in a document", () => {
  const query = `query Small { viewer { name } }
    query Deep { accounts { nodes { posts { nodes { comments { nodes { replies { nodes { author { comments { totalCount } } } } } } } } } } }
    query Dear { ${repeat(50, (index) => `a${index}: accounts { totalCount }`)} }`;

  it("are measured one by one, whichever came first", async () => {
    for (const operationName of ["Small", "Deep", "Dear", "Small", "Dear", "Deep", "Small"]) {
      const { answer } = await measured(query, { operationName });
      expect(codeOf(answer)).toBe(
        { Small: undefined, Deep: "DEPTH_LIMIT_EXCEEDED", Dear: "COMPLEXITY_LIMIT_EXCEEDED" }[
          operationName
        ],
      );
    }
  });

  it.each(["Unknown", "__proto__", "constructor", ""])(
    "with operationName %j are refused",
    async (operationName) => {
      const { answer, sql } = await measured(query, { operationName });
      expect(answer.status).toBe(400);
      expect(codeOf(answer)).toBe("OPERATION_RESOLUTION_FAILURE");
      expect(sql).toBe(0);
    },
  );

  it("without operationName are refused", async () => {
    const { answer } = await measured(query);
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe("OPERATION_RESOLUTION_FAILURE");
  });
});

describe("measuring", () => {
  it("happens once a document, whatever the variables", async () => {
    const calls = await countCalls();
    const measures = async () => [
      await calls.of("gates/depth", "measureDepth"),
      await calls.of("gates/complexity", "measureComplexity"),
    ];
    try {
      const constant = "query Constant { accounts(first: 2) { nodes { id } } }";
      for (let times = 0; times < 3; times += 1) await app.ask(constant);
      expect(await measures()).toEqual([1, 1]);

      const variable = "query Variable($first: Int) { accounts(first: $first) { nodes { id } } }";
      const costs: unknown[] = [];
      for (const first of [1, 2, null]) {
        await app.ask(variable, { variables: { first } });
        costs.push([logged().complexity, logged().nodes]);
      }
      expect(costs).toEqual([
        [6, 1],
        [6, 2],
        [11, 20],
      ]);
      expect(await measures()).toEqual([2, 2]);
    } finally {
      await calls.stop();
    }
  });

  it("costs what is asked of the packages at most, and that is what a document without variables costs", () => {
    const open =
      "query ($first: Int, $last: Int, $yes: Boolean!) { accounts(first: $first, last: $last) { nodes { id ...Posts @include(if: $yes) } } } fragment Posts on Account { posts(first: 1) { nodes { body } } }";
    expect(measure(open, { first: 1, yes: false })).toMatchObject({ complexity: 6, atMost: 17 });
    expect(measure(headlineOperation)).toMatchObject({ complexity: 54, atMost: 54 });
  });
});

describe("HTTP", () => {
  it("a body that is too large is 413", async () => {
    const answer = await send(app, { body: { query: `{ __typename } #${" ".repeat(262_144)}` } });
    expect(answer.status).toBe(413);
    expect(codeOf(answer)).toBe("PAYLOAD_TOO_LARGE");
  });

  it.each([
    ["no JSON", "{", "BAD_REQUEST"],
    ["an empty body", "", "BAD_REQUEST"],
    ["a string", '"{ __typename }"', "BAD_REQUEST"],
    ["null", "null", "BAD_REQUEST"],
    ["an empty object", "{}", "BAD_REQUEST"],
    ["an object without query", '{"a":1}', "BAD_REQUEST"],
    ["a query that is a number", '{"query":1}', "BAD_REQUEST"],
    ["an empty query", '{"query":""}', "BAD_REQUEST"],
    ["variables that are a list", '{"query":"{ __typename }","variables":[1]}', "BAD_REQUEST"],
    ["variables that are a string", '{"query":"{ __typename }","variables":"{}"}', "BAD_REQUEST"],
    ["a batch", '[{"query":"{ __typename }"},{"query":"{ __typename }"}]', "BAD_REQUEST"],
    ["an empty batch", "[]", "BAD_REQUEST"],
    ["10,000 levels of JSON", "[".repeat(10_000) + "]".repeat(10_000), "BAD_REQUEST"],
  ])("%s is 400", async (_, body, code) => {
    const answer = await send(app, { body });
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe(code);
  });

  it("another content type is 415", async () => {
    const answer = await send(app, {
      body: "query=%7B__typename%7D",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(answer.status).toBe(415);
    expect(codeOf(answer)).toBe("UNSUPPORTED_MEDIA_TYPE");
  });

  const preflight = { "apollo-require-preflight": "true" };
  const url = `/graphql?query=${encodeURIComponent("query ($first: Int) { accounts(first: $first) { nodes { id } } }")}`;

  it("GET works for queries and passes the same gates", async () => {
    const variables = encodeURIComponent(JSON.stringify({ first: 2 }));
    const answer = await send(app, {
      method: "GET",
      url: `${url}&variables=${variables}`,
      headers: preflight,
    });
    expect(answer.status).toBe(200);
    expect(answer.data.accounts.nodes).toHaveLength(2);

    const dear = encodeURIComponent(
      `{ ${repeat(50, (index) => `a${index}: accounts { totalCount }`)} }`,
    );
    const refused = await send(app, {
      method: "GET",
      url: `/graphql?query=${dear}`,
      headers: preflight,
    });
    expect(refused.status).toBe(400);
    expect(codeOf(refused)).toBe("COMPLEXITY_LIMIT_EXCEEDED");
  });

  it.each([
    "/graphql",
    "/graphql?query=%7B__typename%7D&query=%7B__typename%7D",
    "/graphql?query=%7B__typename%7D&variables=%7B",
    "/graphql?query=%7B__typename%7D&variables=%5B%5D",
    "/graphql?query=%7B__typename%7D&extensions=1",
    "/graphql?query=mutation%7B__typename%7D",
  ])("GET %s is refused", async (bad) => {
    const answer = await send(app, { method: "GET", url: bad, headers: preflight });
    expect([400, 405]).toContain(answer.status);
    expect(codeOf(answer)).toMatch(/^(BAD_REQUEST|METHOD_NOT_ALLOWED)$/);
  });

  it("what a browser sends to another site without asking first is refused", async () => {
    const get = await send(app, { method: "GET", url: "/graphql?query=%7B__typename%7D" });
    expect(get.status).toBe(400);
    expect(codeOf(get)).toBe("BAD_REQUEST");
    expect(get.errors[0]?.message).toContain("CSRF");
    const text = await send(app, {
      body: '{"query":"{ __typename }"}',
      headers: { "content-type": "text/plain" },
    });
    expect(text.status).toBe(415);
    expect(codeOf(text)).toBe("UNSUPPORTED_MEDIA_TYPE");
  });

  it.each([
    ["a number", 1],
    ["a text", "abc"],
    ["a list", [1]],
    ["an empty object", {}],
    ["another version", { version: 2, sha256Hash: "00" }],
    ["a version that is a text", { version: "1", sha256Hash: "00" }],
    ["another query's hash", { version: 1, sha256Hash: "0".repeat(64) }],
    ["no hash", { version: 1 }],
    ["a hash that is no text", { version: 1, sha256Hash: { a: 1 } }],
  ])("a persisted query with %s is a clear 400", async (_, persistedQuery) => {
    const answer = await send(app, {
      body: { query: "{ __typename }", extensions: { persistedQuery } },
    });
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe("BAD_REQUEST");
    expect(answer.errors[0]?.message).toContain("extensions.persistedQuery");
    expect(logs.lines.filter(({ level }) => level >= 50)).toEqual([]);
  });

  it("a persisted query passes the same gates; one that was refused is not kept", async () => {
    const persist = (query: string) => ({
      persistedQuery: { version: 1, sha256Hash: createHash("sha256").update(query).digest("hex") },
    });
    const small = "query Kept($first: Int) { accounts(first: $first) { nodes { id } } }";
    await send(app, { body: { query: small, extensions: persist(small) } });
    const hit = await send(app, { body: { variables: { first: 1 }, extensions: persist(small) } });
    expect(hit.data.accounts.nodes).toHaveLength(1);
    expect(logged().complexity).toBe(6);

    const dear = `{ ${repeat(50, (index) => `a${index}: accounts { totalCount }`)} }`;
    const refused = await send(app, { body: { query: dear, extensions: persist(dear) } });
    expect(codeOf(refused)).toBe("COMPLEXITY_LIMIT_EXCEEDED");
    const again = await send(app, { body: { extensions: persist(dear) } });
    expect(codeOf(again)).toBe("PERSISTED_QUERY_NOT_FOUND");
  });

  it("an unknown hash is PERSISTED_QUERY_NOT_FOUND, so that the client sends the text", async () => {
    const answer = await send(app, {
      body: { extensions: { persistedQuery: { version: 1, sha256Hash: "1".repeat(64) } } },
    });
    expect(answer.status).toBe(200);
    expect(codeOf(answer)).toBe("PERSISTED_QUERY_NOT_FOUND");
  });
});
