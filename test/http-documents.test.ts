import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError } from "../src/config.ts";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { QueryCache } from "../src/http/query-cache.ts";
import { SentQueries } from "../src/http/sent-queries.ts";
import { createTestApp, makeKey, type Json, type TestApp } from "./support/app.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";
import { wire, type Wire, type WireRequest } from "./support/wire.ts";

const RESPONSE_TYPE = "application/graphql-response+json";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

let database: TestDatabase;
let folder: string;
/** Accepts everything, and nothing but trusted documents. */
let open: TestApp;
let closed: TestApp;
const addresses = new Map<TestApp, string>();

/** As `@apollo/generate-persisted-query-manifest` writes it. */
const manifestOf = (...operations: { id: string; name: string; type: string; body: string }[]) => ({
  format: "apollo-persisted-query-manifest",
  version: 1,
  operations,
});

const accountsBody =
  "query Accounts($first: Int!) {\n  accounts(first: $first) {\n    nodes { displayName posts(first: $first) { nodes { id } } }\n  }\n}";
const accounts = { id: sha256(accountsBody), name: "Accounts", type: "query", body: accountsBody };
const me = {
  id: "me.v1",
  name: "Me",
  type: "query",
  body: "query Me { viewer { name isTrustedDocumentsOnly } }",
};

async function newApp(settings: Record<string, string>) {
  const app = await createTestApp({
    database: { ...database, close: async () => undefined },
    settings,
  });
  addresses.set(app, await app.server.listen({ host: "127.0.0.1", port: 0 }));
  return app;
}

async function writeManifest(content: unknown): Promise<string> {
  const path = join(folder, `${sha256(JSON.stringify(content)).slice(0, 8)}.json`);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "socialhub-documents-"));
  database = await createTestDatabase("demo");
  const settings = { TRUSTED_DOCUMENTS: await writeManifest(manifestOf(accounts, me)) };
  open = await newApp(settings);
  closed = await newApp({ ...settings, TRUSTED_DOCUMENTS_ONLY: "on" });
});
afterAll(async () => {
  for (const app of addresses.keys()) await app.close();
  await database.close();
  await rm(folder, { recursive: true });
});

const send = (app: TestApp, path: string, request: WireRequest) =>
  wire(`${addresses.get(app)}/graphql${path}`, {
    ...request,
    headers: {
      authorization: `Bearer ${app.key}`,
      "apollo-require-preflight": "1",
      ...request.headers,
    },
  });
const post = (app: TestApp, body: unknown, headers: Record<string, string> = {}) =>
  send(app, "", { body, headers });
const get = (app: TestApp, parameters: Record<string, unknown>) => {
  const search = Object.entries(parameters).map(([name, value]): [string, string] => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return send(app, `?${new URLSearchParams(search).toString()}`, {});
};

const hashed = (sha256Hash: string) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash } },
});
const codeOf = ({ json }: Wire): unknown => json?.errors?.[0]?.extensions?.code;

describe("an automatic persisted query", () => {
  const query = "query Own { viewer { name } }";
  const persisted = hashed(sha256(query));

  it("is unknown, sent with its text once, and known from then on, by POST and by GET", async () => {
    const first = await post(open, persisted);
    expect({ status: first.status, code: codeOf(first) }).toEqual({
      status: 200,
      code: "PERSISTED_QUERY_NOT_FOUND",
    });
    expect(first.json.errors[0].message).toBe("PersistedQueryNotFound");
    const data = { viewer: { name: "test" } };
    expect((await post(open, { query, ...persisted })).json).toEqual({ data });
    expect((await post(open, persisted)).json).toEqual({ data });
    expect((await get(open, persisted)).json).toEqual({ data });
    expect((await get(open, { documentId: `sha256:${sha256(query)}` })).json).toEqual({ data });
    expect((await post(open, persisted, { accept: RESPONSE_TYPE })).status).toBe(200);
  });

  it("is no permission: without a key it is 401, known or not", async () => {
    for (const hash of [sha256(query), "0".repeat(64)]) {
      const answer = await post(open, hashed(hash), { authorization: "" });
      expect(answer.status).toBe(401);
    }
  });

  it.each<[string, object]>([
    ["another query's hash", { query, ...hashed(sha256("{ __typename }")) }],
    ["a hash in capitals", { query, ...hashed(sha256(query).toUpperCase()) }],
    ["a short hash", hashed("abc")],
    ["a long hash", hashed("a".repeat(100_000))],
    ["the name of a prototype", hashed("__proto__")],
    ["an empty hash", hashed("")],
    ["no hash", { query, extensions: { persistedQuery: { version: 1 } } }],
    [
      "version 2",
      { query, extensions: { persistedQuery: { version: 2, sha256Hash: sha256(query) } } },
    ],
    ["a list", { query, extensions: { persistedQuery: [] } }],
    ["an id that is no hash", { documentId: "unknown.v1" }],
    ["an id of another kind", { documentId: `md5:${"0".repeat(32)}` }],
  ])("with %s is 400 and says what it must be", async (_, body) => {
    const answer = await post(open, body);
    expect({ status: answer.status, code: codeOf(answer) }).toEqual({
      status: 400,
      code: "BAD_REQUEST",
    });
    expect(answer.json.errors[0].message).toContain("extensions.persistedQuery");
    expect(answer.text.length).toBeLessThan(500);
  });

  it("passes the gates with the variables of each request", async () => {
    const wide =
      "query Wide($first: Int!) { accounts(first: $first) { nodes { posts(first: $first) { totalCount } } } }";
    const ask = (first: number, more = {}) =>
      post(open, { ...hashed(sha256(wide)), ...more, variables: { first } });
    expect((await ask(2, { query: wide })).status).toBe(200);
    expect((await ask(2)).status).toBe(200);
    const refused = await ask(100);
    expect(codeOf(refused)).toBe("NODE_LIMIT_EXCEEDED");
    expect((await get(open, { ...hashed(sha256(wide)), variables: { first: 100 } })).status).toBe(
      400,
    );
  });

  it.each([false, true])(
    "is what Apollo Client sends (by GET: %s)",
    async (useGETForHashedQueries) => {
      const statuses: number[] = [];
      const link = new PersistedQueryLink({
        sha256: async (text) => sha256(text),
        useGETForHashedQueries,
      });
      const http = new HttpLink({
        uri: `${addresses.get(open)}/graphql`,
        headers: { authorization: `Bearer ${open.key}` },
        fetch: async (input, init) => {
          const response = await fetch(input, init);
          statuses.push(response.status);
          return response;
        },
      });
      const client = new ApolloClient({ link: link.concat(http), cache: new InMemoryCache() });
      const document = gql`query Client${String(useGETForHashedQueries)} { viewer { role } }`;
      for (let round = 0; round < 2; round += 1) {
        const { data } = await client.query({ query: document, fetchPolicy: "no-cache" });
        expect(data).toEqual({ viewer: { role: "OWNER", __typename: "Viewer" } });
      }
      // The new media type has no success without data.
      expect(statuses).toEqual([404, 200, 200]);
    },
  );

  it("is not what somebody else has only sent", async () => {
    const query = "query OnlySent { viewer { role } }";
    expect((await post(open, { query })).status).toBe(200);
    const sha256Hash = sha256(query);
    const missed = await post(open, hashed(sha256Hash));
    expect(codeOf(missed)).toBe("PERSISTED_QUERY_NOT_FOUND");
    const named = await post(open, { documentId: `${sha256Hash}.sent` });
    expect(codeOf(named)).toBe("BAD_REQUEST");
  });

  it("is named once while it is sent, and all names are forgotten before they fill the memory", async () => {
    const sent = new SentQueries(100);
    const cache = new QueryCache(sent);
    const nameOf = (query: string) => {
      const { persistedQuery } = sent.named({ query }).extensions as Json;
      return persistedQuery.sha256Hash as string;
    };
    const first = nameOf("{ first }");
    expect(nameOf("{ first }")).toBe(first);
    expect(await cache.get(`apq:${first}`)).toBe("{ first }");

    const long = `{ second(text: "${"x".repeat(100)}") }`;
    const second = nameOf(long);
    // In the turn in which Apollo asks for it, it is there whatever else comes.
    expect([await cache.get(first), await cache.get(second)]).toEqual(["{ first }", long]);
    await setImmediate();
    expect([await cache.get(first), await cache.get(second)]).toEqual([undefined, undefined]);
  });

  it("is kept within bounds: what was not asked for longest makes room", async () => {
    const cache = new QueryCache(undefined, 100);
    for (const key of ["a", "b", "c"]) await cache.set(key, "x".repeat(30));
    await cache.get("a");
    await cache.set("d", "x".repeat(30));
    expect(await cache.get("b")).toBeUndefined();
    expect(await cache.get("a")).toBeDefined();
    expect(cache.characters).toBe(90);
    await cache.set("a", "y");
    expect(cache.characters).toBe(61);
    await cache.set("huge", "x".repeat(1000));
    expect(cache.characters).toBe(0);
    for (let index = 0; index < 1000; index += 1) await cache.set(`${index}`, "x".repeat(7));
    expect(cache.characters).toBeLessThanOrEqual(100);
    expect(await cache.delete("999")).toBe(true);
    expect(await cache.delete("999")).toBe(false);
  });
});

describe("a trusted document", () => {
  const variables = { first: 1 };

  it.each<[string, (app: TestApp) => Promise<Wire>]>([
    ["Apollo's extension", (app) => post(app, { ...hashed(accounts.id), variables })],
    ["Apollo's extension by GET", (app) => get(app, { ...hashed(accounts.id), variables })],
    ["documentId", (app) => post(app, { documentId: accounts.id, variables })],
    [
      "documentId with its prefix",
      (app) => post(app, { documentId: `sha256:${accounts.id}`, variables }),
    ],
    ["documentId by GET", (app) => get(app, { documentId: `sha256:${accounts.id}`, variables })],
    [
      "both name and id",
      (app) => post(app, { documentId: accounts.id, operationName: "Accounts", variables }),
    ],
    [
      "the text beside the id",
      (app) => post(app, { query: accountsBody, ...hashed(accounts.id), variables }),
    ],
  ])("is accepted by %s, also where nothing else is", async (_, ask) => {
    for (const app of [open, closed]) {
      const answer = await ask(app);
      expect(answer.status).toBe(200);
      expect(answer.json.data.accounts.nodes).toHaveLength(1);
    }
  });

  it("has any id that its manifest gives it, and its own text whatever is sent with it", async () => {
    for (const app of [open, closed]) {
      const answer = await post(app, {
        documentId: me.id,
        query: "{ posts(first: 1) { totalCount } }",
      });
      expect(answer.json).toEqual({
        data: { viewer: { name: "test", isTrustedDocumentsOnly: false } },
      });
    }
  });

  it("passes the gates with the variables of each request", async () => {
    const answer = await post(closed, { documentId: accounts.id, variables: { first: 100 } });
    expect(codeOf(answer)).toBe("NODE_LIMIT_EXCEEDED");
  });

  it("is no permission: without a key it is 401", async () => {
    expect((await post(closed, { documentId: me.id }, { authorization: "" })).status).toBe(401);
  });

  it("may be cached: its GET has an entity tag", async () => {
    const answer = await get(closed, { documentId: me.id });
    expect(answer.headers.etag).toMatch(/^W\//);
  });
});

describe("where only trusted documents are accepted", () => {
  it.each<[string, object]>([
    ["a query", { query: "{ viewer { name } }" }],
    [
      "the text of a trusted document without its id",
      { query: accountsBody, variables: { first: 1 } },
    ],
    ["introspection", { query: "{ __schema { queryType { name } } }" }],
    ["a ping", { query: "{ __typename }" }],
    ["what is no GraphQL", { query: "{" }],
    ["an unknown hash", hashed("0".repeat(64))],
    ["a query with its own hash", { query: "{ __typename }", ...hashed(sha256("{ __typename }")) }],
    ["an unknown id", { documentId: "me.v2" }],
    ["the name of a prototype", { documentId: "__proto__" }],
  ])("%s is 403 and says how to pass", async (_, body) => {
    const answer = await post(closed, body);
    expect({ status: answer.status, code: codeOf(answer) }).toEqual({
      status: 403,
      code: "TRUSTED_DOCUMENT_REQUIRED",
    });
    expect(answer.json.errors[0].message).toMatch(
      /^Only trusted documents are accepted.*(documentId|manifest)/,
    );
  });

  it("holds for a key alone as well, where others may send anything", async () => {
    const key = await makeKey(database, demoWorkspaceList()[0]!.id, ["read"], {
      trustedDocumentsOnly: true,
    });
    const authorization = `Bearer ${key}`;
    const text = "{ viewer { name } }";
    expect((await post(open, { query: text, ...hashed(sha256(text)) })).status).toBe(200);
    const refused = [
      { query: text },
      { query: "{ __typename }" },
      // Known to the server by now, but by nobody's manifest.
      hashed(sha256(text)),
      { documentId: "me.v2" },
    ];
    for (const body of refused) {
      const answer = await post(open, body, { authorization });
      expect({ status: answer.status, code: codeOf(answer) }).toEqual({
        status: 403,
        code: "TRUSTED_DOCUMENT_REQUIRED",
      });
    }
    const data = { viewer: { name: "test", isTrustedDocumentsOnly: true } };
    for (const body of [{ documentId: me.id }, { query: text, ...hashed(me.id) }]) {
      expect((await post(open, body, { authorization })).json).toEqual({ data });
    }
    const byUrl = await send(open, `?documentId=${me.id}`, { headers: { authorization } });
    expect(byUrl.json).toEqual({ data });
    expect(
      (await send(open, `?query=${encodeURIComponent(text)}`, { headers: { authorization } }))
        .status,
    ).toBe(403);
  });
});

describe("a manifest", () => {
  const query = (body: string) => ({ id: "1", name: "Named", type: "query", body });
  const deep =
    "query Named { accounts(first: 1) { nodes { posts(first: 1) { nodes { account { posts(first: 1) { nodes { account { posts(first: 1) { nodes { id } } } } } } } } } } }";

  it.each<[string, unknown, RegExp]>([
    ["is no JSON", "{", /it is not JSON/],
    [
      "is of another format",
      { format: "relay", version: 1, operations: [] },
      /no persisted query manifest: format/,
    ],
    ["is of another version", { ...manifestOf(), version: 2 }, /manifest: version/],
    ["is a map of ids to texts", { [me.id]: me.body }, /manifest: format/],
    ["has an operation without a text", manifestOf({ ...me, body: "" }), /operations\.0\.body/],
    ["has an operation without an id", manifestOf({ ...me, id: "" }), /operations\.0\.id/],
    ["has one id twice", manifestOf(me, me), /two of its operations have the id me\.v1/],
    [
      "has no GraphQL",
      manifestOf(query("query {")),
      /operation Named would be refused: Syntax Error/,
    ],
    [
      "does not fit the schema",
      manifestOf(query("{ nothing }")),
      /would be refused: Cannot query field/,
    ],
    [
      "has what the schema cannot do",
      manifestOf(query("subscription { __typename }")),
      /has no subscriptions/,
    ],
    [
      "has an operation that is too deep",
      manifestOf(query(deep)),
      /6 entity levels|[78] entity levels/,
    ],
    [
      "has an operation that asks for too much",
      manifestOf(
        query("{ accounts(first: 100) { nodes { posts(first: 100) { nodes { id } } } } }"),
      ),
      /would be refused: .*nodes/,
    ],
    [
      "has page sizes that only its reader can lower",
      manifestOf(
        query(
          "query Named { accounts { nodes { posts(first: 100) { nodes { comments(first: 100) { totalCount } } } } } }",
        ),
      ),
      /that path: they multiply\. This would pass: query Named \{ .*comments\(first: \d\) .*\}$/,
    ],
    [
      "has page sizes in its variables",
      manifestOf(
        query(
          "query Named($first: Int = 100) { accounts(first: $first) { nodes { posts(first: $first) { totalCount nodes { id } } } } }",
        ),
      ),
      /This would pass( with the variables \{"first":\d+\})?: query Named/,
    ],
  ])("that %s stops the start, in one line", async (_, content, message) => {
    const path = await writeManifest(content);
    const start = createTestApp({
      database: { ...database, close: async () => undefined },
      settings: { TRUSTED_DOCUMENTS: path },
    });
    const error = await start.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ConfigError);
    const line = (error as Error).message;
    expect(line).toMatch(message);
    expect(line.startsWith(`TRUSTED_DOCUMENTS is ${JSON.stringify(path)}; `)).toBe(true);
    expect(line).not.toContain("\n");
    expect(line).not.toContain("extensions");
  });

  it("that is not there stops the start", async () => {
    const settings = { TRUSTED_DOCUMENTS: join(folder, "none.json") };
    await expect(createTestApp({ database, settings })).rejects.toThrow(
      /cannot be read \(ENOENT\)/,
    );
  });
});
