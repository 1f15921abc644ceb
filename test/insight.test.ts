import type { InjectOptions } from "fastify";
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type {
  FinishedOperation,
  OperationObserver,
  RefusedRequest,
} from "../src/insight/finished-operation.ts";
import { valuesOf } from "../src/insight/sql-record.ts";
import { rowId } from "../src/loaders/global-id.ts";
import { headlineOperation } from "../src/schema/headline.ts";
import { createTestApp, makeKey, type AskOptions, type Json, type TestApp } from "./support/app.ts";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { captureLog } from "./support/log-lines.ts";

const log = captureLog();
const [workspace] = demoWorkspaceList();
const finished: FinishedOperation[] = [];
const refused: RefusedRequest[] = [];
const observer: OperationObserver = {
  finished: (operation) => void finished.push(operation),
  refused: (request) => void refused.push(request),
};
let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ logger: log.logger, observers: [observer] });
});
beforeEach(() => {
  log.lines.length = 0;
  finished.length = 0;
  refused.length = 0;
});
afterAll(() => app.close());

const anyNumber = expect.any(Number);

/** All strings that are properties of it, or of what it has. */
function* stringsIn(value: unknown, seen = new Set<unknown>()): Generator<string> {
  if (typeof value === "string") yield value;
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  for (const each of Object.values(value)) yield* stringsIn(each, seen);
}

describe("the log line of a request", () => {
  it("says what the operation was, took and gave", async () => {
    const { headers } = await app.read(headlineOperation);
    const [line, ...more] = log.operations();
    expect(more).toEqual([]);
    expect(line).toEqual({
      level: 30,
      time: anyNumber,
      pid: process.pid,
      hostname: expect.any(String),
      msg: "operation",
      requestId: headers["x-request-id"],
      operation: "Dashboard",
      workspace: workspace!.id,
      statements: 5,
      overhead: 9,
      sqlMs: anyNumber,
      ms: anyNumber,
      complexity: anyNumber,
      depth: 4,
      nodes: 465,
      rows: anyNumber,
      errors: 0,
    });
    expect(line.sqlMs).toBeGreaterThan(0);
    expect(line.ms).toBeGreaterThanOrEqual(line.sqlMs);
    expect(line.complexity).toBeGreaterThan(15);
    expect(line.rows).toBeGreaterThan(300);
    expect(log.lines).toEqual([line]);
  });

  it("counts the look-up of the key only where one was made", async () => {
    await app.read("{ accounts(first: 1) { nodes { id } } }");
    const [{ operation, statements, overhead }] = log.operations();
    expect({ operation, statements, overhead }).toEqual({
      operation: null,
      statements: 1,
      overhead: 4,
    });
  });

  it("names the operation that was chosen of several", async () => {
    const query = "query A { accounts(first: 1) { nodes { id } } } query B { __typename }";
    await app.ask(query, { operationName: "B" });
    expect(log.operations()).toMatchObject([
      { operation: "B", statements: 0, overhead: 0, rows: 0, errors: 0 },
    ]);
  });

  const deep =
    "{ accounts(first: 1) { nodes { posts(first: 1) { nodes { account { posts(first: 1) { nodes " +
    "{ account { posts(first: 1) { nodes { id } } } } } } } } } } }";
  it.each<[string, string, string, AskOptions]>([
    ["is too deep", "DEPTH_LIMIT_EXCEEDED", deep, {}],
    ["is too complex", "COMPLEXITY_LIMIT_EXCEEDED", tooComplex(), {}],
    ["is no GraphQL", "GRAPHQL_PARSE_FAILED", "{ accounts", {}],
    ["does not fit the schema", "GRAPHQL_VALIDATION_FAILED", "{ nonsense }", {}],
    [
      "is not there",
      "OPERATION_RESOLUTION_FAILURE",
      "query A { __typename }",
      { operationName: "B" },
    ],
    [
      "has a bad variable",
      "BAD_USER_INPUT",
      "query ($n: Int!) { accounts(first: $n) { totalCount } }",
      {},
    ],
    ["has no key", "UNAUTHENTICATED", "{ accounts(first: 1) { totalCount } }", { key: null }],
    ["has a bad key", "UNAUTHENTICATED", "{ accounts(first: 1) { totalCount } }", { key: "shk_x" }],
  ])("of an operation that %s has no statements", async (_, code, query, options) => {
    const { status, headers } = await app.ask(query, options);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(log.operations()).toMatchObject([
      { requestId: headers["x-request-id"], statements: 0, errors: 1, codes: [code] },
    ]);
    expect(log.lines).toHaveLength(1);
  });

  it.each<[string, number, InjectOptions]>([
    ["is no JSON", 400, { payload: "{", headers: { "content-type": "application/json" } }],
    ["is of another type", 415, { payload: "a=b", headers: { "content-type": "text/css" } }],
    ["is too large", 413, { payload: { query: " ".repeat(300_000) } }],
    ["has no operation", 400, { payload: {} }],
    ["is a batch", 400, { payload: [{ query: "{ __typename }" }] }],
    ["might be forged", 400, { method: "GET", url: "/graphql?query={__typename}" }],
  ])("is one also for a request that %s", async (_, status, request) => {
    const response = await app.server.inject({
      method: "POST",
      url: "/graphql",
      ...request,
      headers: { authorization: `Bearer ${app.key}`, ...request.headers },
    });
    expect(response.statusCode).toBe(status);
    // It is written when the answer is out.
    await vi.waitFor(() => expect(log.lines).toHaveLength(1));
    expect(log.operations()).toMatchObject([
      { requestId: response.headers["x-request-id"], operation: null, statements: 0, status },
    ]);
  });

  it("of a refused operation says what was measured", async () => {
    await app.ask(deep);
    await app.ask(tooComplex());
    const [first, second] = log.operations();
    expect(first.depth).toBeGreaterThan(5);
    expect(second.complexity).toBeGreaterThan(500);
  });

  it("holds no credential, no text and no variables of the client", async () => {
    await app.ask("query Secret($id: ID!) { node(id: $id) { id } }", {
      variables: { id: "s3cret-word" },
    });
    expect(log.operations()).toHaveLength(1);
    const written = JSON.stringify(log.lines);
    expect(written).not.toContain("s3cret-word");
    expect(written).not.toContain(app.key);
    expect(written).not.toContain("node(");
  });
});

describe("extensions.sql", () => {
  it("has one entry for each statement", async () => {
    const { extensions } = await app.read(headlineOperation);
    expect(Object.keys(extensions)).toEqual(["sql"]);
    const { statements, overhead, ms, batches } = extensions["sql"];
    expect(Object.keys(extensions["sql"])).toEqual(["statements", "overhead", "ms", "batches"]);
    expect({ statements, overhead, ms }).toEqual({ statements: 5, overhead: 4, ms: anyNumber });
    expect(batches).toHaveLength(statements);
    for (const batch of batches) {
      expect(batch).toEqual({
        loader: expect.any(String),
        keys: anyNumber,
        rows: anyNumber,
        ms: anyNumber,
      });
    }
    const [line] = log.operations();
    const sum = (name: "rows" | "ms") =>
      batches.reduce((total: number, batch: Json) => total + batch[name], 0);
    expect(line.rows).toBe(sum("rows"));
    expect(line.sqlMs).toBeCloseTo(sum("ms"), 0);
  });

  it("is only for who asks for it and may see it", async () => {
    const query = "{ accounts(first: 1) { nodes { id } } }";
    const reader = await makeKey(app.database, workspace!.id, ["read"]);
    for (const options of [
      { headers: { "x-insight": "no" } },
      { headers: { "x-insight": "" } },
      { key: reader },
    ]) {
      const { status, extensions } = await app.ask(query, options);
      expect(status).toBe(200);
      expect(extensions).toEqual({});
    }
  });

  it("comes with a refusal as well, and shows that nothing was asked", async () => {
    const { extensions } = await app.ask(tooComplex());
    expect(extensions["sql"]).toMatchObject({ statements: 0, overhead: 0, batches: [] });
  });
});

describe("whoever observes", () => {
  it("is told once of each operation: what it was, took and gave", async () => {
    const { headers } = await app.read(headlineOperation);
    expect(finished).toMatchObject([
      {
        requestId: headers["x-request-id"],
        workspaceId: workspace!.id,
        name: "Dashboard",
        kind: "query",
        source: headlineOperation,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        measured: { depth: 4, nodes: 465 },
        isRefused: false,
        status: 200,
        codes: [],
      },
    ]);
    const { batches, startedAt, endedAt } = finished[0]!;
    expect(batches.map(({ loader }) => loader)).toEqual([
      "Query.accounts",
      "Account.posts",
      "metricsOfPost",
      "Post.comments",
      "contactById",
    ]);
    let before = startedAt;
    for (const { sentAt, startedAt: began, ms, statement, failure } of batches) {
      expect([statement.text, failure]).toEqual([expect.stringContaining("select"), undefined]);
      expect(began).toBeGreaterThanOrEqual(Math.max(before, sentAt));
      before = began + ms;
    }
    expect(endedAt).toBeGreaterThanOrEqual(before);
    expect(refused).toEqual([]);
  });

  it("keeps no part of a row: an id would keep the text of its whole result in memory", async () => {
    const { data } = await app.read("{ posts(first: 5) { nodes { id metrics { impressions } } } }");
    const ids = data.posts.nodes.map(({ id }: { id: string }) => rowId(id, "Post"));
    const { record } = finished[0]!;
    expect(ids).toHaveLength(5);
    expect(valuesOf(record.batches[1]!)).toMatchObject({ keys: ids });
    expect([...stringsIn(record)].filter((text) => ids.includes(text))).toEqual([]);
  });

  it("gets a query's variables as they are, and only the names of a mutation's", async () => {
    const id = "VGFnOjAxODYyNWQ4LWEzNDAtN2NmYS05NzhjLTgzMmZmNWIxMDIzYw";
    await app.read("query Q($id: ID!) { node(id: $id) { id } }", { id });
    const input = { name: "Harbour", idempotencyKey: "observed" };
    await app.read(
      "mutation M($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { workspace { id } } }",
      { input },
    );
    expect(finished.map(({ kind, variables }) => [kind, variables])).toEqual([
      ["query", { id }],
      ["mutation", { input: null }],
    ]);
    const writes = finished[1]!.batches.filter(
      ({ statement }) => !/^\s*select/.test(statement.text),
    );
    expect(writes.length).toBeGreaterThan(0);
    expect(writes.every(({ bound }) => bound === undefined)).toBe(true);
  });

  it("is told of refusals: by a gate with what was measured, before GraphQL with the code or status", async () => {
    await app.ask(tooComplex());
    expect(finished).toMatchObject([
      { isRefused: true, status: 400, codes: ["COMPLEXITY_LIMIT_EXCEEDED"], batches: [] },
    ]);
    await app.ask("{ __schema { description } }", { key: null });
    await app.server.inject({ method: "POST", url: "/graphql", payload: "no JSON" });
    expect(refused).toMatchObject([
      { code: "UNAUTHENTICATED", status: 401, ms: anyNumber },
      { code: undefined, status: 415 },
    ]);
    expect(finished).toHaveLength(1);
  });
});

describe("the log's form", () => {
  // What decides is the process's standard output, so that takes a process.
  const write = (format: string) => {
    const script =
      `import { createLogger } from ${JSON.stringify(new URL("../dist/insight/log.js", import.meta.url).href)};\n` +
      `const logger = createLogger({ level: "info", format: ${JSON.stringify(format)} });\n` +
      `logger.info({ statements: 5, req: { headers: { authorization: "Bearer k" } } }, "operation");`;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
    });
    expect(child.stderr).toBe("");
    return child.stdout;
  };

  it.each(["auto", "json"])("is JSON when it is %s and nobody sits at a terminal", (format) => {
    const written = write(format);
    expect(JSON.parse(written)).toMatchObject({ level: 30, msg: "operation", statements: 5 });
    expect(written).not.toContain("Bearer k");
  });

  it.each(["process.exit(3);", "throw new Error('a mistake');", ""])(
    "loses no line, also where the process ends by %j",
    (end) => {
      const script =
        `import { createLogger } from ${JSON.stringify(new URL("../dist/insight/log.js", import.meta.url).href)};\n` +
        `const logger = createLogger({ level: "info", format: "json" });\n` +
        `for (let line = 0; line < 200; line += 1) logger.info({ line, text: "x".repeat(300) });\n${end}`;
      const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
        encoding: "utf8",
      });
      const lines = child.stdout.trim().split("\n");
      expect(lines.map((line) => JSON.parse(line).line)).toEqual([...Array(200).keys()]);
    },
  );

  it("is for people when it is pretty", () => {
    const written = write("pretty");
    expect(written).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] .*INFO.*operation/);
    expect(written).toContain("statements");
    expect(written).not.toContain("Bearer k");
  });
});

/** Sixty connections without a page size. */
function tooComplex(): string {
  const fields = Array.from({ length: 60 }, (_, number) => `a${number}: accounts { totalCount }`);
  return `{ ${fields.join(" ")} }`;
}
