import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createApp } from "../src/app.ts";
import { createKey } from "../src/auth/api-key.ts";
import { listApiKeys, revokeApiKey } from "../src/auth/api-keys.ts";
import { readConfig } from "../src/config.ts";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { connect, OWNER_ROLE, type Client } from "../src/db/client.ts";
import { inWorkspace } from "../src/db/workspace-transaction.ts";
import { headlineOperation } from "../src/schema/headline.ts";
import { createTestApp, makeKey, type TestApp } from "./support/app.ts";
import { recordStatements } from "./support/explain.ts";
import { codeOf, keepLogs, send, type RawAnswer } from "./support/http.ts";
import { AT_ONCE_MS } from "./support/patience.ts";

const logs = keepLogs();
const own = demoWorkspaceList()[0]!;
const other = demoWorkspaceList()[1]!;
/** Everything that was answered, headers and all: no key may be in it. */
const answered: string[] = [];
const keys: string[] = [];
let app: TestApp;
let owner: Client;
beforeAll(async () => {
  app = await createTestApp({ logger: logs.logger });
  owner = connect(app.database.ownerUrl, { role: OWNER_ROLE, max: 1 });
  keys.push(app.key);
});
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  await owner.end({ timeout: 5 });
  await app.close();
});

/** A minute passes for the server: what it remembered is forgotten. */
function passMs(ms: number) {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
}

async function newKey(workspaceId = own.id, scopes?: Parameters<typeof makeKey>[2]) {
  const key = await makeKey(app.database, workspaceId, scopes);
  keys.push(key);
  return key;
}

/** Asks with exactly this Authorization header. */
async function present(authorization: string | undefined, query = "{ viewer { name } }") {
  const answer = await send(app, {
    body: { query },
    key: null,
    headers: authorization === undefined ? {} : { authorization },
  });
  answered.push(JSON.stringify(answer));
  return answer;
}

function expectRefused(answer: RawAnswer) {
  expect(answer.status).toBe(401);
  expect(answer.data).toBeUndefined();
  expect(answer.errors).toHaveLength(1);
  expect(codeOf(answer)).toBe("UNAUTHENTICATED");
  expect(answer.headers["www-authenticate"]).toMatch(/^Bearer /);
}

describe("without a credential", () => {
  it.each(["{ __typename }", "{__typename}", "query { __typename }", "query{\n  __typename\n}\n"])(
    "%j is answered",
    async (query) => {
      const answer = await present(undefined, query);
      expect(answer.status).toBe(200);
      expect(answer.data).toEqual({ __typename: "Query" });
    },
  );

  it.each([
    ["data", headlineOperation],
    ["the schema", "{ __schema { types { name } } }"],
    ["one type", '{ __type(name: "Post") { name } }'],
    ["data beside __typename", "{ __typename viewer { name } }"],
    ["data in a fragment", "{ ...A } fragment A on Query { viewer { name } }"],
    ["an alias named __typename", "{ __typename: viewer { name } }"],
    ["another operation of the document", "query A { __typename } query B { viewer { name } }"],
    ["a field that does not exist: no hint at what does", "{ acounts { id } }"],
    ["what is no GraphQL", "{"],
    ["a mutation", "mutation { __typename }"],
    ["a long text", `{ __typename } #${"x".repeat(1000)}`],
    ["a text that takes a regular expression long", `query ${" ".repeat(200_000)}`],
  ])("%s is refused", async (_, query) => {
    const start = performance.now();
    expectRefused(await present(undefined, query));
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
  });

  it("GET is refused as well, but for { __typename }", async () => {
    const headers = { "apollo-require-preflight": "true" };
    const get = (query: string) =>
      send(app, {
        method: "GET",
        url: `/graphql?query=${encodeURIComponent(query)}`,
        key: null,
        headers,
      });
    expect((await get("{ __typename }")).data).toEqual({ __typename: "Query" });
    expectRefused(await get("{ viewer { name } }"));
  });

  it("a persisted query is refused, registered by somebody or not", async () => {
    const sha256Hash = "2".repeat(64);
    const body = { extensions: { persistedQuery: { version: 1, sha256Hash } } };
    expectRefused(await send(app, { body, key: null }));
  });
});

describe("a credential that is no key", () => {
  const { key } = createKey(own.id);

  it.each([
    ["an empty header", ""],
    ["a scheme alone", "Bearer"],
    ["a scheme and blanks", "Bearer   "],
    ["another scheme", `Basic ${Buffer.from(`user:${key}`).toString("base64")}`],
    ["a key without scheme", key],
    ["two keys", `Bearer ${key} ${key}`],
    ["two credentials", `Bearer ${key}, Bearer ${key}`],
    ["no key", "Bearer abc"],
    ["a key cut short", `Bearer ${key.slice(0, -1)}`],
    ["a key with more", `Bearer ${key}A`],
    ["another prefix", `Bearer ${key.replace("shk_", "key_")}`],
    ["a workspace that is none", `Bearer shk_${"!".repeat(22)}_${"A".repeat(43)}`],
    ["another spelling of the same bytes", `Bearer ${key.slice(0, -1)}${spelledDifferently(key)}`],
    ["SQL", "Bearer ' or 1=1 --"],
    ["15,000 characters", `Bearer ${"A".repeat(15_000)}`],
    ["blanks by the thousand", `Bearer ${" ".repeat(14_000)}!`],
  ])("%s is refused without SQL, even for { __typename }", async (_, authorization) => {
    logs.clear();
    const lookUps = await countLookUps(async () => {
      expectRefused(await present(authorization));
      expectRefused(await present(authorization, "{ __typename }"));
    });
    expect(lookUps).toBe(0);
  });
});

/** The last character holds two bits that belong to no byte. */
function spelledDifferently(key: string) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[alphabet.indexOf(key.at(-1) ?? "") ^ 1] ?? "";
}

/** How many keys the server looked up while `work` ran. */
async function countLookUps(work: () => Promise<void>): Promise<number> {
  const record = recordStatements();
  try {
    await work();
    return record.sent.filter(({ asking }) => asking.loader === "authenticate").length;
  } finally {
    record.stop();
  }
}

describe("a key", () => {
  it("of nobody is refused", async () => {
    expectRefused(await present(`Bearer ${createKey(own.id).key}`));
    expectRefused(await present(`Bearer ${createKey("00000000-0000-0000-0000-000000000000").key}`));
  });

  it("is accepted in its one spelling, whatever the case of the scheme", async () => {
    const key = await newKey();
    for (const scheme of ["Bearer", "bearer", "BEARER"]) {
      const answer = await present(`${scheme} ${key}`);
      expect(answer.data).toEqual({ viewer: { name: "test" } });
    }
  });

  it("works in its own workspace only: with another workspace's name in it, it is none", async () => {
    const key = await newKey();
    const foreign = createKey(other.id).key.slice(0, 27) + key.slice(27);
    expect(foreign).toHaveLength(key.length);
    expectRefused(await present(`Bearer ${foreign}`));
  });

  it("that is expired is refused; one that will expire is not, until it does", async () => {
    const key = await newKey();
    const setExpiry = (interval: string) =>
      inWorkspace(owner, own.id, async (transaction) => {
        await transaction`
          update api_keys set expires_at = now() + ${interval}::interval
          where id = (select id from api_keys order by id desc limit 1)`;
      });
    await setExpiry("1 hour");
    expect((await present(`Bearer ${key}`)).status).toBe(200);
    await setExpiry("-1 second");
    passMs(5_001);
    expectRefused(await present(`Bearer ${key}`));
  });

  it("that is revoked is refused five seconds later at the latest, also by a server that used it just now", async () => {
    const key = await newKey();
    expect((await present(`Bearer ${key}`)).status).toBe(200);
    const [newest] = await listApiKeys(owner, own.id);
    expect(await revokeApiKey(owner, own.id, newest!.id)).toBe(true);
    passMs(5_001);
    expectRefused(await present(`Bearer ${key}`));
    // It does not come back.
    expectRefused(await present(`Bearer ${key}`));
  });

  it("in steady use is looked up again every five seconds: use does not keep it alive", async () => {
    const key = await newKey();
    await present(`Bearer ${key}`);
    const [newest] = await listApiKeys(owner, own.id);
    await revokeApiKey(owner, own.id, newest!.id);
    for (let second = 1; second <= 4; second += 1) {
      passMs(1_200);
      if (second < 5) await present(`Bearer ${key}`);
    }
    passMs(1_200);
    expectRefused(await present(`Bearer ${key}`));
  });

  it("of a workspace that is gone is refused", async () => {
    const workspaceId = "0190a5b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b";
    await inWorkspace(owner, workspaceId, async (transaction) => {
      await transaction`insert into workspaces (workspace_id, name) values (${workspaceId}::uuid, 'Brief')`;
    });
    const key = await newKey(workspaceId);
    expect((await present(`Bearer ${key}`)).status).toBe(200);
    await inWorkspace(owner, workspaceId, async (transaction) => {
      await transaction`delete from api_keys where workspace_id = ${workspaceId}::uuid`;
      await transaction`delete from audit_log_entries where workspace_id = ${workspaceId}::uuid`;
      await transaction`delete from workspaces where workspace_id = ${workspaceId}::uuid`;
    });
    passMs(5_001);
    expectRefused(await present(`Bearer ${key}`));
  });

  it("that is remembered costs no SQL; looking it up is overhead, never a statement", async () => {
    const key = await newKey();
    const sql = async () =>
      (await app.ask("{ viewer { name } }", { key })).extensions["sql"] as {
        statements: number;
        overhead: number;
      };
    const first = await sql();
    expect(first.statements).toBe(0);
    expect(first.overhead).toBeGreaterThan(0);
    expect(await sql()).toMatchObject({ statements: 0, overhead: 0 });
    expect(await sql()).toMatchObject({ statements: 0, overhead: 0 });
    passMs(5_001);
    expect((await sql()).overhead).toBe(first.overhead);
  });

  it("that many requests bring at once is looked up once", async () => {
    const key = await newKey();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => app.ask("{ viewer { name } }", { key })),
    );
    const overheads = answers.map(({ extensions }) => extensions["sql"].overhead as number);
    expect(overheads.filter((overhead) => overhead > 0)).toHaveLength(1);
    expect(
      await countLookUps(async () => void (await app.ask("{ viewer { name } }", { key }))),
    ).toBe(0);
  });
});

describe("when a key was last used", () => {
  it("is written once for many requests, without one of them waiting for it", async () => {
    const config = readConfig({ LOG_LEVEL: "silent" });
    const { logger } = logs;
    const server = await createApp({ config, databaseUrl: app.database.url, logger });
    const [key, unused] = [await newKey(), await newKey()];
    for (let times = 0; times < 3; times += 1) {
      const payload = { query: "{ viewer { name } }" };
      const headers = { authorization: `Bearer ${key}` };
      const answer = await server.server.inject({
        method: "POST",
        url: "/graphql",
        headers,
        payload,
      });
      expect(answer.statusCode).toBe(200);
    }
    const used = async (one: string) => {
      const [row] = await inWorkspace(
        owner,
        own.id,
        (transaction) => transaction<{ at: string | null }[]>`
          select last_used_at as at from api_keys where hint = ${one.slice(-4)}`,
      );
      return row?.at;
    };
    expect(await used(key)).toBeNull();
    await server.close();
    expect(Date.now() - Date.parse(String(await used(key)))).toBeLessThan(60_000);
    expect(await used(unused)).toBeNull();
  });
});

describe("insight", () => {
  it("is for keys with the scope that ask for it, and for nobody else", async () => {
    const scoped = await newKey(own.id, ["read", "insight"]);
    const unscoped = await newKey(own.id, ["read", "write", "admin"]);
    const ask = async (key: string | null, headers: Record<string, string>) => {
      const body = {
        query: key === null ? "{ __typename }" : "{ accounts(first: 1) { nodes { id } } }",
      };
      return (await send(app, { body, key, headers })).extensions;
    };
    expect(await ask(scoped, { "x-insight": "sql" })).toMatchObject({ sql: { statements: 1 } });
    for (const [key, headers] of [
      [scoped, {}],
      [scoped, { "x-insight": "SQL" }],
      [scoped, { "x-insight": "true" }],
      [unscoped, { "x-insight": "sql" }],
      [null, { "x-insight": "sql" }],
    ] as [string | null, Record<string, string>][]) {
      expect(await ask(key, headers)).toEqual({});
    }
  });

  it("tells loaders and counts, not statements or values", async () => {
    const { extensions } = await app.read(headlineOperation);
    expect(Object.keys(extensions)).toEqual(["sql"]);
    expect(Object.keys(extensions["sql"])).toEqual(["statements", "overhead", "ms", "batches"]);
    for (const batch of extensions["sql"].batches) {
      expect(Object.keys(batch)).toEqual(["loader", "keys", "rows", "ms"]);
    }
  });
});

describe("secrets", () => {
  it("no key is in a log line or an answer, accepted or refused, whole or hashed", () => {
    expect(logs.lines.length).toBeGreaterThan(0);
    const seen = [logs.text(), ...answered].join("\n");
    expect(seen).not.toMatch(/shk_|Bearer shk/);
    for (const key of keys) {
      expect(seen).not.toContain(key.slice(27));
    }
    expect(seen).not.toMatch(/[0-9a-f]{64}/);
  });

  it("a refusal before the operation is one log line with its code", async () => {
    logs.clear();
    await present(`Bearer ${createKey(own.id).key}`);
    expect(logs.lines.map(({ msg, codes }) => ({ msg, codes }))).toEqual([
      { msg: "operation", codes: ["UNAUTHENTICATED"] },
    ]);
  });
});
