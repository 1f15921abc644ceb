import fc from "fast-check";
import { getOperationAST, parse, validate, OperationTypeNode, type DocumentNode } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RequestContext } from "../src/context.ts";
import { APP_ROLE } from "../src/db/client.ts";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { createTestApp, type TestApp } from "./support/app.ts";
import { documents } from "./support/documents.ts";
import { readPages } from "./support/examples.ts";
import { readOperations } from "./support/operations.ts";
import { Duel, isWritten, type Answers, type Question } from "./support/parity.ts";
import { generateOperation } from "./support/parity-documents.ts";
import {
  contextFor,
  createParityWorld,
  type Asker,
  type ParityWorld,
} from "./support/parity-world.ts";
import { differenceInWork, fieldsOf, wronglyWhole } from "./support/parity-work.ts";
import { seeded } from "./support/random.ts";

let world: ParityWorld;
let duel: Duel<RequestContext>;
const { stackTraceLimit } = Error;

beforeAll(async () => {
  // Of thousands of errors nobody reads the stacks.
  Error.stackTraceLimit = 0;
  world = await createParityWorld();
  duel = new Duel({
    schema: world.schema,
    also: (answers, question) =>
      differenceInWork(answers, question) ?? wronglyWhole(world.schema, answers, question),
  });
});
afterAll(async () => {
  Error.stackTraceLimit = stackTraceLimit;
  await world.close();
});

/** Asks both executors whatever they are asked, in the order of the seeds. */
async function askGenerated(
  seeds: { from: number; count: number },
  kind: "query" | "mutation",
  makeContext: (asker: Asker) => RequestContext,
): Promise<Question[]> {
  const asked: Question[] = [];
  for (let seed = seeds.from; seed < seeds.from + seeds.count; seed += 1) {
    const random = seeded(seed);
    const asker = world.askers[random(0, world.askers.length - 1)]!;
    const made = generateOperation(world.targetOf(asker, kind), random, kind);
    const document = parse(made.text);
    // Of every eighth one ours reads only the columns that it needs, as the gates have it.
    const fields = seed % 8 === 0 ? fieldsOf(world.schema, document) : undefined;
    const contextOf = (isOurs: boolean) => {
      const context = makeContext(asker);
      if (isOurs && fields) context.measured.fields = fields;
      return context;
    };
    for (const variables of made.variables) {
      const question = { ...made, document, variables };
      await ask(question, contextOf, { seed, asker: asker.title });
      asked.push(question);
    }
  }
  return asked;
}

/** Asks both executors, and has their sessions closed. */
async function ask(
  question: Question,
  makeContext: (isOurs: boolean) => RequestContext,
  about: object,
): Promise<Answers<RequestContext>> {
  const answers = await duel.ask(question, makeContext, about);
  await Promise.all(
    [answers.expected, answers.found].map(({ context }) => context.session.close()),
  );
  return answers;
}

const isQuery = (document: DocumentNode) =>
  getOperationAST(document)?.operation === OperationTypeNode.QUERY;

const isValid = (document: DocumentNode) => validate(world.schema, document).length === 0;

describe("generated operations", () => {
  it("are answered alike, with the same statements: two thousand and more", async () => {
    const before = { ...duel.count };
    const { contextOf } = world;
    const asked = await askGenerated({ from: 0, count: 900 }, "query", contextOf);
    expect(asked.length).toBeGreaterThan(2_000);
    for (const { text, document } of asked.filter((_, index) => index % 25 === 0)) {
      expect(validate(world.schema, document), text).toEqual([]);
    }
    // Else graphql-js would have been compared with itself.
    expect(duel.count.written - before.written).toBeGreaterThan(asked.length * 0.6);
    expect(duel.count.failed - before.failed).toBeGreaterThan(asked.length * 0.1);
  });

  it("are answered alike when they are deep and wide", async () => {
    const owner = world.askers[0]!;
    for (const made of fc.sample(documents(world.schema), { numRuns: 40, seed: 20_261_130 })) {
      const question = { ...made, document: parse(made.text) };
      await ask(question, () => world.contextOf(owner), {});
    }
  });

  it("are answered alike when they write", async () => {
    const failed = duel.count.failed;
    const { freshContextOf } = world;
    await askGenerated({ from: 10_000, count: 25 }, "mutation", freshContextOf);
    expect(duel.count.failed).toBeGreaterThan(failed);
  });

  it("are answered alike when statements fail", async () => {
    const failed = duel.count.failed;
    await world.asOwner(`revoke select on tags, contacts, post_metrics from ${APP_ROLE}`);
    const { freshContextOf } = world;
    await askGenerated({ from: 20_000, count: 40 }, "query", freshContextOf);
    expect(duel.count.failed - failed).toBeGreaterThan(10);
  });
});

describe("operations of tests and pages", () => {
  let app: TestApp;
  /** Those of the tests first. */
  let questions: Question[];
  let operations: number;
  const askDemo = (question: Question) => {
    const { id } = demoWorkspaceList()[0]!;
    const asker: Asker = {
      title: "a key of an owner",
      viewer: {
        workspaceId: id,
        kind: "API_KEY",
        id,
        name: "test",
        role: "OWNER",
        scopes: ["read", "write", "admin", "insight"],
      },
    };
    const fields = fieldsOf(world.schema, question.document);
    const contextOf = (isOurs: boolean) => {
      const context = contextFor(app.pool, asker);
      if (isOurs) context.measured.fields = fields;
      return context;
    };
    return ask(question, contextOf, {});
  };

  beforeAll(async () => {
    app = await createTestApp();
    const collected = await readOperations(app);
    operations = collected.length;
    const examples = readPages().flatMap((page) => page.examples);
    const texts = [
      ...collected.map(({ document, variables }) => ({ text: document, variables })),
      ...examples.filter(({ kind }) => kind === "graphql"),
    ];
    questions = texts
      .map(({ text, variables }) => ({ text, variables, document: parse(text) }))
      .filter(({ document }) => isValid(document) && isQuery(document));
  });
  afterAll(() => app.close());

  it("are answered alike, and compiled", async () => {
    expect(questions.length).toBeGreaterThan(20);
    for (const question of questions) {
      const { expected, found } = await askDemo(question);
      const isOrdinary = expected.errors.length === 0 && !/__schema|__type\b/.test(question.text);
      expect(isWritten(found), question.text).toBe(isOrdinary);
    }
  });

  it("are answered over HTTP with the same bytes, by POST and by GET", async () => {
    const headers = { authorization: `Bearer ${app.key}` };
    for (const { text: query, variables = {}, document } of questions.slice(0, operations)) {
      const { expected } = await askDemo({ text: query, variables, document });
      const body = { query, variables };
      const posted = await app.server.inject({
        method: "POST",
        url: "/graphql",
        headers,
        payload: body,
      });
      expect(posted.payload, query).toBe(`${expected.data}\n`);
      expect(posted.headers["content-length"]).toBe(String(Buffer.byteLength(posted.payload)));

      const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
      const url = `/graphql?${parameters.toString()}`;
      const preflighted = { ...headers, "apollo-require-preflight": "1" };
      const got = await app.server.inject({ url, headers: preflighted });
      expect(got.payload, query).toBe(posted.payload);
      const known = { ...preflighted, "if-none-match": String(got.headers["etag"]) };
      const again = await app.server.inject({ url, headers: known });
      expect([again.statusCode, again.payload]).toEqual([304, ""]);
    }
  });

  it("keep errors and extensions beside what was written", async () => {
    const both = await app.ask(
      `query ($size: Int) { __typename accounts(first: 1) { nodes { posts(first: $size) { totalCount } } } }`,
      { variables: { size: -1 }, headers: { "x-insight": "sql, cost" } },
    );
    expect(both.data).toEqual({ __typename: "Query", accounts: { nodes: [{ posts: null }] } });
    expect(both.errors).toMatchObject([
      { path: ["accounts", "nodes", 0, "posts"], extensions: { code: "BAD_USER_INPUT" } },
    ]);
    const written = await app.ask("{ accounts(first: 1) { nodes { id } } }", {
      headers: { "x-insight": "sql, cost" },
    });
    expect(Object.keys(written.extensions)).toEqual(expect.arrayContaining(["sql", "cost"]));
    expect(written.extensions["sql"]).toMatchObject({ statements: 1 });
  });
});
