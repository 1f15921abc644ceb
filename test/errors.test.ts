import { GraphQLError } from "graphql";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ApiKeyScope } from "../src/db/tables/access-words.ts";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { APP_ROLE, connect, type Client } from "../src/db/client.ts";
import { PoolError } from "../src/db/pool-error.ts";
import { errorStatus, type ErrorCode } from "../src/errors.ts";
import { formatError } from "../src/insight/format-error.ts";
import { createTestApp, makeKey, type Json, type TestApp } from "./support/app.ts";
import { listen, open, parse } from "./support/raw-http.ts";
import { codeOf, keepLogs, send, type RawAnswer } from "./support/http.ts";
import { addPerson, sessionOf } from "./support/people.ts";

const logs = keepLogs();
let app: TestApp;
let superuser: Client;
let port: number | undefined;
beforeAll(async () => {
  app = await createTestApp({
    logger: logs.logger,
    settings: {
      STATEMENT_TIMEOUT_MS: "150",
      POOL_SIZE: "3",
      POOL_ACQUIRE_TIMEOUT_MS: "300",
      HEADERS_TIMEOUT_MS: "100",
    },
  });
  superuser = connect(app.database.ownerUrl, { max: 1 });
  await app.ask("{ __typename }");
});
beforeEach(() => logs.clear());
afterAll(async () => {
  await superuser.end({ timeout: 5 });
  await app.close();
});

const ask = (query: string, key?: string) =>
  send(app, { body: { query }, ...(key ? { key } : {}) });

/** What docs/api/errors.md says: the table, and the example of each section. */
function readDocumented() {
  const page = readFileSync(new URL("../docs/api/errors.md", import.meta.url), "utf8");
  const rows = page.matchAll(/^\| \[`([A-Z_]+)`\]\(#[a-z_]+\) +\| (\d+) +\|$/gm);
  const sections = page.matchAll(/^## ([A-Z_]+)\n\n[^#]*?```json\n([^`]*)```$/gm);
  return {
    statuses: [...rows].map(([, code, status]) => [code, Number(status)]),
    examples: new Map(
      [...sections].map(([, code, json]): [string, Json] => [code!, JSON.parse(json!)]),
    ),
  };
}
const documented = readDocumented();

/** Runs with a table that nobody else can read. */
async function whileLocked<Result>(table: string, work: () => Promise<Result>): Promise<Result> {
  const lock = connect(app.database.ownerUrl, { max: 1 });
  try {
    const result = await lock.begin(async (transaction) => {
      await transaction.unsafe(`lock table ${table} in access exclusive mode`);
      return { value: await work() };
    });
    return result.value;
  } finally {
    await lock.end({ timeout: 5 });
  }
}

/** Runs after `change`, which `undo` takes back. */
async function whileBroken<Result>(change: string, undo: string, work: () => Promise<Result>) {
  await superuser.unsafe(change);
  try {
    return await work();
  } finally {
    await superuser.unsafe(undo);
  }
}

const withoutBodies = <Result>(work: () => Promise<Result>) =>
  whileBroken(
    "alter table posts rename column body to content",
    "alter table posts rename column content to body",
    work,
  );

const withoutGrant = <Result>(work: () => Promise<Result>) =>
  whileBroken(
    `revoke execute on function find_api_key(text) from ${APP_ROLE}`,
    `grant execute on function find_api_key(text) to ${APP_ROLE}`,
    work,
  );

const anyLocations = { message: expect.any(String), locations: expect.anything() };

const newKey = (scopes?: ApiKeyScope[]) =>
  makeKey(app.database, demoWorkspaceList()[0]!.id, scopes);

/** What must never leave the server. */
const SECRETS =
  /select |insert |from "|api_keys|workspace_id|column [a-z"]|permission|postgres|socialhub_|\$\d|\.ts\b|\.js\b|node_modules|\\n +at |stack|[0-9a-f]{8}-[0-9a-f]{4}-7/i;

function expectMasked(answer: RawAnswer) {
  const requestId = answer.headers["x-request-id"];
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  const masked = answer.errors.filter(
    ({ extensions }) => extensions["code"] === "INTERNAL_SERVER_ERROR",
  );
  expect(masked.length).toBeGreaterThan(0);
  for (const error of masked) {
    expect(error.message).toBe(
      "Something went wrong on the server; the request id finds it in the log",
    );
    expect(error.extensions).toEqual({ code: "INTERNAL_SERVER_ERROR", requestId });
  }
  expect(answer.text.replaceAll(String(requestId), "")).not.toMatch(SECRETS);
  return linesOf(requestId);
}

const linesOf = (requestId: unknown): Json[] =>
  logs.lines.filter((line) => line.requestId === requestId);

describe("what nobody foresaw", () => {
  it("is masked in a field; the request id in the answer finds the cause in the log", async () => {
    const answer = await withoutBodies(() =>
      ask("{ viewer { name } posts(first: 1) { nodes { id body } } }"),
    );
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({ viewer: { name: "test" }, posts: null });
    expect(answer.errors.map(({ path }) => path)).toEqual([["posts"]]);

    const lines = expectMasked(answer);
    const cause = lines.find(({ msg }) => msg === "error");
    expect(cause.level).toBe(50);
    expect(cause.err.message).toContain("body");
    expect(cause.err.stack).toContain("Error");
    expect(lines.find(({ msg }) => msg === "operation")).toMatchObject({
      errors: 1,
      codes: ["INTERNAL_SERVER_ERROR"],
    });
  });

  it("is masked while finding out who asks", async () => {
    const key = await newKey();
    const answer = await withoutGrant(() => ask("{ viewer { name } }", key));
    expect(answer.status).toBe(500);
    expect(answer.data).toBeUndefined();
    const lines = expectMasked(answer);
    expect(lines.find(({ msg }) => msg === "error").err.message).toContain("permission denied");
    // A failure is not remembered: the key works as soon as the database does.
    expect((await ask("{ viewer { name } }", key)).data).toEqual({ viewer: { name: "test" } });
  });

  it("gives the connection back and leaves later requests alone", async () => {
    await withoutBodies(async () => {
      for (let times = 0; times < 10; times += 1) {
        const { errors } = await ask("{ posts(first: 1) { nodes { id body } } }");
        expect(errors).toHaveLength(1);
      }
    });
    expect((await ask("{ posts(first: 1) { nodes { id body } } }")).errors).toEqual([]);
  });
});

describe("a database without this version's migrations", () => {
  const withoutMigrations = <Result>(broken: string, mended: string, work: () => Promise<Result>) =>
    whileBroken(
      `${broken}; delete from drizzle.__drizzle_migrations where id = 1`,
      `${mended}; insert into drizzle.__drizzle_migrations (id, hash, created_at) values (1, '', 1)`,
      work,
    );
  const message =
    "the database lacks a migration; whoever runs the server must run socialhub migrate";

  it("is SERVICE_UNAVAILABLE with 503 while finding out who asks", async () => {
    const key = await newKey();
    const answer = await withoutMigrations(
      "alter table api_keys rename column show_cost to later",
      "alter table api_keys rename column later to show_cost",
      () => ask("{ viewer { name } }", key),
    );
    expect(answer).toMatchObject({
      status: 503,
      errors: [{ message, extensions: { code: "SERVICE_UNAVAILABLE" } }],
    });
    expect(answer.headers["retry-after"]).toBe("1");
    expect(logs.lines.find(({ msg }) => msg === "database not migrated")).toMatchObject({
      level: 50,
      err: { message: expect.stringContaining(message) },
    });
    expect((await ask("{ viewer { name } }", key)).data).toEqual({ viewer: { name: "test" } });
  });

  it("is SERVICE_UNAVAILABLE where its tables are asked, and the rest arrives", async () => {
    const askPosts = (query: string) =>
      withoutMigrations(
        "alter table posts rename column body to content",
        "alter table posts rename column content to body",
        () => ask(query),
      );
    const none = await askPosts("{ posts(first: 1) { nodes { body } } }");
    expect(none).toMatchObject({ status: 503, errors: [{ message }] });
    const some = await askPosts(
      "{ posts(first: 1) { nodes { body } } tags(first: 1) { nodes { id } } }",
    );
    expect(some.status).toBe(200);
    expect(some.errors).toMatchObject([{ message, path: ["posts"] }]);
    expect(some.data.tags.nodes).toHaveLength(1);
  });
});

describe("a statement that takes too long", () => {
  it("is TIMEOUT with 504, told in words that help", async () => {
    const answer = await whileLocked("accounts", () =>
      ask("{ accounts(first: 1) { nodes { id } } }"),
    );
    expect(answer.status).toBe(504);
    expect(codeOf(answer)).toBe("TIMEOUT");
    expect(answer.text).not.toMatch(SECRETS);
    expect(linesOf(answer.headers["x-request-id"]).filter(({ level }) => level >= 50)).toEqual([]);
    expect((await ask("{ accounts(first: 1) { nodes { id } } }")).errors).toEqual([]);
  });

  it("leaves the other fields alone: what arrives in time is partial data with 200", async () => {
    const answer = await whileLocked("accounts", () =>
      ask(
        "{ accounts(first: 1) { nodes { id } } tags(first: 1) { nodes { id } } contacts(first: 1) { nodes { id } } }",
      ),
    );
    expect(answer.status).toBe(200);
    expect(answer.errors).toEqual([
      { ...anyLocations, path: ["accounts"], extensions: { code: "TIMEOUT" } },
    ]);
    expect(answer.data).toMatchObject({
      accounts: null,
      tags: { nodes: [expect.anything()] },
      contacts: { nodes: [expect.anything()] },
    });
  });

  it("is TIMEOUT while finding out who asks as well", async () => {
    const key = await newKey();
    const answer = await whileLocked("api_keys", () => ask("{ viewer { name } }", key));
    expect(answer.status).toBe(504);
    expect(codeOf(answer)).toBe("TIMEOUT");
    expect(answer.text).not.toMatch(SECRETS);
  });
});

describe("an error about a long text of the client", () => {
  const long = "A".repeat(100_000);
  it.each([
    ["a field", `{ ${long} }`, {}],
    ["a type", `query Q($a: ${long}) { viewer { name } }`, {}],
    ["a number", `{ accounts(first: ${"9".repeat(100_000)}) { nodes { id } } }`, {}],
    [
      "a variable's value",
      "query Q($n: [Network!]) { accounts(first: 1, filter: { networks: $n }) { nodes { id } } }",
      { n: [long] },
    ],
  ])("does not send it back: %s", async (_, query, variables) => {
    const answer = await send(app, { body: { query, variables } });
    expect(answer.status).toBe(400);
    const message = String(answer.errors[0]?.message);
    expect(message.length).toBeLessThan(1_100);
    expect(message).toMatch(/…$/);
  });
});

describe("one failing relation", () => {
  const dashboard = `{ accounts(first: 15) { nodes { displayName posts(first: 10) { nodes {
    body metrics { likes } comments(first: 2) { nodes { body author { displayName } } } } } } } }`;

  it("is null with an error for each place; all others arrive, from the same five statements", async () => {
    const answer = await whileBroken(
      `revoke select on post_metrics from ${APP_ROLE}`,
      `grant select on post_metrics to ${APP_ROLE}`,
      () => send(app, { body: { query: dashboard }, headers: { "x-insight": "sql" } }),
    );
    const whole = await send(app, { body: { query: dashboard }, headers: { "x-insight": "sql" } });
    expect(whole.errors).toEqual([]);

    expect(answer.status).toBe(200);
    const broken: Json[] = [];
    for (const [i, account] of whole.data.accounts.nodes.entries()) {
      for (const [j, post] of account.posts.nodes.entries()) {
        post.metrics = null;
        broken.push(["accounts", "nodes", i, "posts", "nodes", j, "metrics"]);
      }
    }
    expect(broken.length).toBeGreaterThan(3);
    expect(answer.data).toEqual(whole.data);
    expect(answer.errors.map(({ path }) => path)).toEqual(broken);
    expect(answer.extensions["sql"].statements).toBe(5);
    // Only the failure costs: a transaction that is rolled back to its beginning.
    expect(whole.extensions["sql"].overhead).toBe(4);
    expect(answer.extensions["sql"].overhead).toBeGreaterThan(4);

    // One line in the log for the one statement, not for each of its fields.
    const lines = expectMasked(answer);
    expect(lines.filter(({ msg }) => msg === "error")).toHaveLength(1);
  });

  it.each([
    ["the first", "accounts"],
    ["one in the middle", "comments"],
    ["the last", "contacts"],
  ])("may be %s: what does not depend on it arrives", async (_, table) => {
    const query = `{ tags(first: 1) { nodes { name } } ${dashboard.slice(1)}`;
    const answer = await whileBroken(
      `revoke select on ${table} from ${APP_ROLE}`,
      `grant select on ${table} to ${APP_ROLE}`,
      () => ask(query),
    );
    expect(answer.status).toBe(200);
    expect(answer.data.tags.nodes).toHaveLength(1);
    const places = new Set(answer.errors.map(({ path }) => path?.at(-1)));
    expect(places).toEqual(new Set([table === "contacts" ? "author" : table]));
    expectMasked(answer);
  });

  it("that is too slow is TIMEOUT, and the others are there", async () => {
    const answer = await whileLocked("post_metrics", () => ask(dashboard));
    expect(answer.status).toBe(200);
    expect(new Set(answer.errors.map(({ path }) => path?.at(-1)))).toEqual(new Set(["metrics"]));
    expect(codeOf(answer)).toBe("TIMEOUT");
    const [first] = answer.data.accounts.nodes;
    expect(first.posts.nodes[0]).toMatchObject({ metrics: null, body: expect.any(String) });
    expect(answer.text).not.toMatch(SECRETS);
  });
});

describe("every code", () => {
  const deep =
    "{ accounts { nodes { posts { nodes { comments { nodes { replies { nodes { author { comments { totalCount } } } } } } } } } } }";
  const dear = `{ ${Array.from({ length: 60 }, (_, index) => `a${index}: accounts { totalCount }`).join(" ")} }`;

  const provoked: Partial<Record<ErrorCode, () => Promise<RawAnswer>>> = {
    GRAPHQL_PARSE_FAILED: () => ask("{"),
    GRAPHQL_VALIDATION_FAILED: () => ask("{ nothing }"),
    BAD_REQUEST: () => send(app, { body: "{" }),
    PAYLOAD_TOO_LARGE: () => send(app, { body: { query: " ".repeat(300_000) } }),
    HEADERS_TOO_LARGE: () =>
      send(app, {
        body: { query: "{ __typename }" },
        headers: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`x-${index}`, "y"])),
      }),
    REQUEST_TIMEOUT: async () => {
      port ??= await listen(app);
      const { text } = await (await open(port, "POST /graphql HTTP/1.1")).ended;
      const { status, headers, body } = parse(text);
      return { status, headers, text, data: undefined, extensions: {}, errors: body.errors };
    },
    UNSUPPORTED_MEDIA_TYPE: () =>
      send(app, { body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } }),
    NOT_FOUND: () => send(app, { url: "/graph", body: { query: "{ __typename }" } }),
    METHOD_NOT_ALLOWED: () => send(app, { method: "PUT", body: { query: "{ __typename }" } }),
    NOT_ACCEPTABLE: () =>
      send(app, { body: { query: "{ __typename }" }, headers: { accept: "text/html" } }),
    BAD_USER_INPUT: () =>
      send(app, {
        body: {
          query: "query ($first: Int) { accounts(first: $first) { totalCount } }",
          variables: { first: "x" },
        },
      }),
    UNAUTHENTICATED: () => send(app, { body: { query: "{ viewer { name } }" }, key: null }),
    DOCUMENT_LIMIT_EXCEEDED: () => ask(`{ ${"__typename ".repeat(100)} }`),
    DEPTH_LIMIT_EXCEEDED: () => ask(deep),
    COMPLEXITY_LIMIT_EXCEEDED: () => ask(dear),
    NODE_LIMIT_EXCEEDED: () =>
      ask("{ accounts(first: 100) { nodes { posts(first: 100) { totalCount } } } }"),
    FORBIDDEN: async () => ask("{ accounts { totalCount } }", await newKey(["insight"])),
    NO_WORKSPACE: async () => {
      await addPerson(app.database, "ada@example.com");
      const cookie = await sessionOf(app, "ada@example.com");
      return send(app, {
        body: { query: "{ accounts { totalCount } }" },
        key: null,
        headers: { cookie },
      });
    },
    OPERATION_RESOLUTION_FAILURE: () => ask("query A { __typename } query B { __typename }"),
    PERSISTED_QUERY_NOT_FOUND: () =>
      send(app, {
        body: { extensions: { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } } },
      }),
    TIMEOUT: () => whileLocked("tags", () => ask("{ tags(first: 1) { totalCount nodes { id } } }")),
    INTERNAL_SERVER_ERROR: async () => {
      const key = await newKey();
      return await withoutGrant(() => ask("{ viewer { name } }", key));
    },
    RATE_LIMITED: async () => {
      const scopes: ApiKeyScope[] = ["read"];
      const limits = { ratePoints: 1 };
      const key = await makeKey(app.database, demoWorkspaceList()[0]!.id, scopes, { limits });
      await ask("{ viewer { name } }", key);
      return ask("{ viewer { name } }", key);
    },
    SERVICE_UNAVAILABLE: async () => {
      const leases = await Promise.all([1, 2, 3].map(() => app.pool.acquire()));
      try {
        return await ask("{ accounts(first: 1) { nodes { id } } }");
      } finally {
        for (const lease of leases) lease.release();
      }
    },
  };
  /** Only with other settings: in test/http-documents.test.ts and test/gates-refusals.test.ts. */
  const elsewhere: ErrorCode[] = ["TRUSTED_DOCUMENT_REQUIRED", "INTROSPECTION_DISABLED"];

  it("of the list has its section in docs/api/errors.md, with its status, and no other has", () => {
    const statuses = Object.entries(errorStatus).map(([code, status]) => [code, status]);
    expect([...documented.statuses]).toEqual(statuses);
    expect([...documented.examples.keys()]).toEqual(Object.keys(errorStatus));
  });

  it("of the list is provoked by this test", () => {
    expect([...Object.keys(provoked), ...elsewhere].sort()).toEqual(
      Object.keys(errorStatus).sort(),
    );
  });

  it.each(Object.entries(provoked))(
    "%s has its status, its form and a request id",
    async (code, provoke) => {
      const answer = await provoke();
      expect(answer.status).toBe(errorStatus[code as ErrorCode]);
      expect(answer.headers["content-type"]).toMatch(/^application\/json; charset=utf-8/);
      expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.errors.length).toBeGreaterThan(0);
      for (const error of answer.errors) {
        expect(error.extensions["code"]).toBe(code);
        expect(error.message.length).toBeGreaterThan(10);
        expect(
          Object.keys(error).filter((key) => !/^(message|locations|path|extensions)$/.test(key)),
        ).toEqual([]);
        expect(error.extensions).not.toHaveProperty("http");
        expect(error.extensions).not.toHaveProperty("stacktrace");
      }
      const { locations: _, ...told } = answer.errors[0] as Json;
      // Of a whole operation the page tells that it is there.
      if (told.extensions.rewritten) told.extensions.rewritten = "…";
      if (told.extensions.resetAt) told.extensions.resetAt = expect.any(String);
      if (told.extensions.requestId) told.extensions.requestId = expect.any(String);
      expect(documented.examples.get(code)).toEqual(told);
      // Only what nobody foresaw is an error in the log.
      const severe = linesOf(answer.headers["x-request-id"]).filter(({ level }) => level >= 50);
      expect(severe.length).toBe(code === "INTERNAL_SERVER_ERROR" ? 1 : 0);
    },
  );

  it("SERVICE_UNAVAILABLE says when to come back", async () => {
    expect((await provoked.SERVICE_UNAVAILABLE?.())?.headers["retry-after"]).toBe("1");
  });
});

describe("formatting", () => {
  const leave = (error: GraphQLError) => formatError(error.toJSON(), error);
  const secret = "select body from posts where id = $1";

  it.each([
    ["a code that is not on the list", new GraphQLError(secret, { extensions: { code: "OTHER" } })],
    [
      "a code of Object.prototype",
      new GraphQLError(secret, { extensions: { code: "constructor" } }),
    ],
    ["a code that is no text", new GraphQLError(secret, { extensions: { code: { a: 1 } } })],
    ["no code", new GraphQLError(secret)],
    [
      "an error that a resolver threw",
      new GraphQLError(secret, { path: ["a"], originalError: new Error(secret) }),
    ],
    [
      "words of graphql-js in another's mouth",
      new GraphQLError(`Argument "a" of ${secret}`, {
        path: ["a"],
        originalError: new Error(`Argument "a" of ${secret}`),
      }),
    ],
    [
      "more extensions",
      new GraphQLError("x", { extensions: { code: "INTERNAL_SERVER_ERROR", sql: secret } }),
    ],
  ])("masks %s", (_, error) => {
    const left = leave(error);
    expect(left.extensions).toEqual({ code: "INTERNAL_SERVER_ERROR" });
    expect(JSON.stringify(left)).not.toContain("select");
  });

  it("keeps what we say ourselves, without a stack", () => {
    const error = new GraphQLError("first is -1", {
      extensions: { code: "BAD_USER_INPUT", limit: 1, stacktrace: ["at x"] },
    });
    expect(leave(error)).toEqual({
      message: "first is -1",
      extensions: { code: "BAD_USER_INPUT", limit: 1 },
    });
  });

  it("never tells what the pool knows of the database", () => {
    const cause = new PoolError("unreachable", new Error("connect ECONNREFUSED 10.1.2.3:5432"));
    const left = leave(new GraphQLError(cause.message, { path: ["a"], originalError: cause }));
    expect(left.extensions).toEqual({ code: "SERVICE_UNAVAILABLE" });
    expect(JSON.stringify(left)).not.toMatch(/ECONNREFUSED|10\.1/);
  });
});

describe("every request", () => {
  it.each([
    ["an answer", () => ask("{ viewer { name } }")],
    ["a refusal", () => ask("{")],
    ["nobody", () => send(app, { body: { query: "{ viewer { name } }" }, key: null })],
  ])("has an id of its own in the header and in its one log line: %s", async (_, request) => {
    const [one, two] = [await request(), await request()];
    const ids = [one, two].map(({ headers }) => headers["x-request-id"]);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) {
      expect(linesOf(id).filter(({ msg }) => msg === "operation")).toHaveLength(1);
    }
  });

  it("chooses its id itself: a client's is not believed", async () => {
    const answer = await send(app, {
      body: { query: "{ __typename }" },
      headers: { "x-request-id": "forged", "request-id": "forged" },
    });
    expect(answer.headers["x-request-id"]).not.toBe("forged");
  });
});
