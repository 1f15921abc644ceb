import { GraphQLError } from "graphql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ApiKeyScope } from "../src/db/tables/access-words.ts";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { APP_ROLE, connect, type Client } from "../src/db/client.ts";
import { PoolError } from "../src/db/pool-error.ts";
import { errorStatus, type ErrorCode } from "../src/errors.ts";
import { formatError } from "../src/insight/format-error.ts";
import { createTestApp, makeKey, type Json, type TestApp } from "./support/app.ts";
import { codeOf, keepLogs, send, type RawAnswer } from "./support/http.ts";

const logs = keepLogs();
let app: TestApp;
let superuser: Client;
beforeAll(async () => {
  app = await createTestApp({
    logger: logs.logger,
    settings: { STATEMENT_TIMEOUT_MS: "150", POOL_SIZE: "3", POOL_ACQUIRE_TIMEOUT_MS: "300" },
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
    `revoke select on api_keys from ${APP_ROLE}`,
    `grant select on api_keys to ${APP_ROLE}`,
    work,
  );

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

  it("is the reason for every field of the snapshot that it ended", async () => {
    const answer = await whileLocked("accounts", () =>
      ask(
        "{ accounts(first: 1) { nodes { id } } tags(first: 1) { nodes { id } } contacts(first: 1) { nodes { id } } }",
      ),
    );
    expect(answer.status).toBe(504);
    const codes = new Set(answer.errors.map(({ extensions }) => extensions["code"]));
    expect(codes).toEqual(new Set(["TIMEOUT"]));
  });

  it("is TIMEOUT while finding out who asks as well", async () => {
    const key = await newKey();
    const answer = await whileLocked("api_keys", () => ask("{ viewer { name } }", key));
    expect(answer.status).toBe(504);
    expect(codeOf(answer)).toBe("TIMEOUT");
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
    UNSUPPORTED_MEDIA_TYPE: () =>
      send(app, { body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } }),
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
    FORBIDDEN: async () => ask("{ viewer { name } }", await newKey(["insight"])),
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
    SERVICE_UNAVAILABLE: async () => {
      const leases = await Promise.all([1, 2, 3].map(() => app.pool.acquire()));
      try {
        return await ask("{ accounts(first: 1) { nodes { id } } }");
      } finally {
        for (const lease of leases) lease.release();
      }
    },
  };
  /** Only of a server with INTROSPECTION=off: see gates-refusals.test.ts. */
  const never: ErrorCode[] = ["INTROSPECTION_DISABLED"];

  it("of the list is provoked by this test", () => {
    expect([...Object.keys(provoked), ...never].sort()).toEqual(Object.keys(errorStatus).sort());
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
