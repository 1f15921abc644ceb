import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { APP_ROLE, connect, type Client } from "../src/db/client.ts";
import { createTestApp, type Json, type TestApp } from "./support/app.ts";
import { keepLogs, send, type RawRequest } from "./support/http.ts";
import { listen, open } from "./support/raw-http.ts";

const logs = keepLogs();
let app: TestApp;
let port: number;
let superuser: Client;
beforeAll(async () => {
  app = await createTestApp({
    logger: logs.logger,
    settings: { STATEMENT_TIMEOUT_MS: "200", POOL_ACQUIRE_TIMEOUT_MS: "200", POOL_SIZE: "3" },
  });
  port = await listen(app);
  superuser = connect(app.database.ownerUrl, { max: 1 });
});
afterAll(async () => {
  await superuser.end({ timeout: 5 });
  await app.close();
});

/** A value of a client, which may be in an answer only where the client's own mistake is told. */
const PARAMETER = "s3cret-parameter";

const everything = `query ($text: ID = "${PARAMETER}") { viewer { name workspace { name members(first: 1) { nodes { id } } } }
  accounts(first: 5) { nodes { displayName posts(first: 10) { nodes { body account { handle } author { displayName }
    metrics { likes } media { url } comments(first: 2) { totalCount nodes { body author { displayName } } } } } } }
  tags(first: 1) { totalCount nodes { name } } contacts(first: 1) { nodes { handle } }
  node(id: $text) { id } }`;

/** What never leaves: SQL, names of tables, columns and roles, codes of PostgreSQL, files, stacks. */
const INTERNALS = [
  /\b(select|insert|update|delete|begin|rollback|savepoint)\b .*\b(from|into|set|to)\b/i,
  /\bworkspace_id\b|\bapi_keys\b|\bpost_metrics\b|\btimeline_at\b|\bsocialhub_(app|owner)\b/,
  /\brelation "|\bcolumn "?\w+"? (of|does)|permission denied|syntax error at or near|canceling statement/,
  /\bpostgres(ql)?\b|\bECONN\w+|\bPG_|\b(25P0\d|42P0\d|42501|57014|22P02)\b/i,
  /\$\d/,
  /(\/[\w.-]+)+\.(js|ts|mjs|cjs)\b|node_modules|file:\/\//,
  /\bat \w[\w.<>]* \(|\bstack(trace)?\b|Error: /,
];

const tables = [
  "accounts",
  "posts",
  "post_metrics",
  "comments",
  "contacts",
  "media",
  "members",
  "tags",
  "api_keys",
];

/** What is done to the database, and how it is undone. */
const faults: [string, string, string][] = [
  ...tables.map((table): [string, string, string] => [
    `no permission on ${table}`,
    `revoke select on ${table} from ${APP_ROLE}`,
    `grant select on ${table} to ${APP_ROLE}`,
  ]),
  ...tables.map((table): [string, string, string] => [
    `no table ${table}`,
    `alter table ${table} rename to gone`,
    `alter table gone rename to ${table}`,
  ]),
  ["no column", "alter table posts rename body to gone", "alter table posts rename gone to body"],
  [
    "a policy that fails",
    `revoke execute on function current_workspace_id() from ${APP_ROLE}, public`,
    `grant execute on function current_workspace_id() to ${APP_ROLE}, public`,
  ],
  [
    "no schema",
    `revoke usage on schema public from ${APP_ROLE}, public`,
    `grant usage on schema public to ${APP_ROLE}, public`,
  ],
];

/** Requests that fail in their own ways, whatever the database does. */
const requests: [string, RawRequest][] = [
  ["everything", { body: { query: everything } }],
  ["a stranger", { body: { query: everything }, key: null }],
  ["a wrong key", { body: { query: everything }, key: "shk_x'; drop table posts; --" }],
  ["no JSON", { body: "{" }],
  ["JSON of another shape", { body: "[[[]]]" }],
  ["null", { body: "null" }],
  ["no body", {}],
  ["a hostile prototype", { body: '{"__proto__":{"query":"{x}"},"query":"{ __typename }"}' }],
  ["another media type", { body: "a", headers: { "content-type": "text/xml" } }],
  ["a broken charset", { body: "{}", headers: { "content-type": "application/json; charset=x" } }],
  ["a bad length", { body: "{}", headers: { "content-length": "9" } }],
  [
    "an unknown hash",
    { body: { extensions: { persistedQuery: { version: 1, sha256Hash: "x" } } } },
  ],
  ["a hash of another version", { body: { extensions: { persistedQuery: { version: 9 } } } }],
  ["variables that are none", { body: { query: everything, variables: 5 } }],
  ["extensions that are none", { body: { query: everything, extensions: "x" } }],
  ["a bad percent sign", { method: "GET", url: "/graphql?query=%ZZ" }],
  ["a bad percent sign in the path", { method: "GET", url: "/%ZZ" }],
  ["another path", { method: "GET", url: "/../../etc/passwd" }],
  ["another method", { method: "DELETE" }],
  ["a mutation", { body: { query: "mutation { x }" } }],
  ["a subscription", { body: { query: "subscription { x }" } }],
  ["a cursor", { body: { query: '{ posts(after: "x") { totalCount } }' } }],
  ["an id", { body: { query: '{ node(id: "UG9zdDox") { id } }' } }],
  ["readiness", { method: "GET", url: "/readyz" }],
];

const clean = (text: string) =>
  // Its own words are told again to whoever sent a document that is wrong.
  text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "");

function expectNothingInside(name: string, text: string) {
  for (const pattern of INTERNALS) expect(clean(text), name).not.toMatch(pattern);
}

describe("no byte of an answer tells what is inside", () => {
  it.each([
    "select body from posts where id = x",
    'relation "posts" does not exist',
    "permission denied for table accounts",
    "canceling statement due to statement timeout",
    "connect ECONNREFUSED 127.0.0.1:5432",
    "42P01",
    "at Object.run (/srv/app/dist/db/session.js:10:5)",
    "TypeError: x is not a function",
  ])("and this test would notice: %s", (text) => {
    expect(() => expectNothingInside("", text)).toThrow();
  });

  it("when requests are wrong", async () => {
    for (const [name, request] of requests) {
      const answer = await send(app, request);
      expectNothingInside(name, JSON.stringify(answer.headers) + answer.text);
      expect(answer.status, name).not.toBe(500);
    }
  });

  it.each(faults)(
    "when there is %s; what was hidden is in the log",
    async (fault, change, undo) => {
      await superuser.unsafe(change);
      logs.clear();
      let answer;
      try {
        for (const [name, request] of requests.slice(0, 3)) {
          const { headers, text } = await send(app, request);
          expectNothingInside(`${name}, ${fault}`, JSON.stringify(headers) + text);
        }
        answer = await send(app, { body: { query: everything } });
      } finally {
        await superuser.unsafe(undo);
      }
      // It got as far as the database, and failed there.
      const codes = answer.errors.map(({ extensions }) => extensions["code"]);
      if (!fault.endsWith("api_keys")) expect(codes).toContain("INTERNAL_SERVER_ERROR");
      for (const { extensions } of answer.errors) {
        if (extensions["code"] !== "INTERNAL_SERVER_ERROR") continue;
        expect(extensions).toEqual({
          code: "INTERNAL_SERVER_ERROR",
          requestId: answer.headers["x-request-id"],
        });
        const cause = logs.lines.find(
          (line: Json) => line.requestId === extensions["requestId"] && line.level === 50,
        );
        expect(cause?.err.message).toMatch(/permission|exist/);
      }
      expect(
        (await send(app, { body: { query: "{ posts(first: 1) { nodes { body } } }" } })).errors,
      ).toEqual([]);
    },
  );

  it("when the connection is not even HTTP", async () => {
    for (const said of [
      "\0",
      "SELECT 1;\n\n",
      "GET / HTTP/9.9\r\n\r\n",
      `GET /${"x".repeat(20_000)}`,
    ]) {
      const { text } = await (await open(port, said)).ended;
      expectNothingInside(said.slice(0, 20), text);
      expect(text).toContain('"extensions":{"code":');
    }
  });
});
