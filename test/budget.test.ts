import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { NewApiKey } from "../src/auth/api-keys.ts";
import { createKey } from "../src/auth/api-key.ts";
import { Authenticator } from "../src/auth/authenticate.ts";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { connect } from "../src/db/client.ts";
import { headlineOperation } from "../src/schema/headline.ts";
import {
  createTestApp,
  makeKey,
  type Answer,
  type AskOptions,
  type TestApp,
} from "./support/app.ts";
import { codeOf, send } from "./support/http.ts";
import { anotherServer } from "./support/people.ts";
import { hasRedis, TestRedis } from "./support/redis.ts";
import { parseList } from "./support/structured-fields.ts";

const [own, foreign] = demoWorkspaceList();

/** 8 points, without a statement. */
const WHO = "{ viewer { name role scopes } }";
const WHO_POINTS = 8;

/** 960 points a minute are 16 a second: two of {@link WHO}. */
const KEY_POINTS = 960;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({
    settings: { RATE_LIMIT_POINTS: String(KEY_POINTS), STATEMENT_TIMEOUT_MS: "300" },
  });
});
afterAll(() => app.close());

const newKey = (
  settings: Pick<NewApiKey, "limits" | "showsCost" | "trustedDocumentsOnly"> = {},
  workspace = own!.id,
) => makeKey(app.database, workspace, ["read", "insight"], settings);

/** Asks with the cost told. */
const ask = (query: string, key: string, options: AskOptions = {}): Promise<Answer> =>
  app.ask(query, { ...options, key, headers: { "x-insight": "sql, cost", ...options.headers } });

const costOf = ({ extensions }: Answer) => extensions["cost"];

/** Points that are left, as the headers tell: of the key's budget unless told. */
function leftOf({ headers }: Pick<Answer, "headers">, name = "key"): number {
  const item = parseList(headers["ratelimit"]).find(({ value }) => value === name);
  return item?.parameters["r"] as number;
}

/** A budget for two of {@link WHO}; a third fits after 12 seconds. */
const FEW_POINTS = 20;

/** Takes what there is of such a budget, and answers with the refusal that follows. */
async function exhaust(key: string, on = app): Promise<Answer> {
  const answers: Answer[] = [];
  for (let times = 0; times < 3; times += 1) answers.push(await on.ask(WHO, { key }));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  return answers[2]!;
}

describe("a burst", () => {
  it("passes as far as the budget goes, is 429 beyond, and passes again in the time that is told", async () => {
    const key = await newKey();
    const answers = await Promise.all(Array.from({ length: 130 }, () => ask(WHO, key)));
    const refused = answers.filter(({ status }) => status === 429);
    const passed = answers.length - refused.length;
    // A few points are held by those that came in and will be refused.
    expect(passed).toBeGreaterThan(KEY_POINTS / WHO_POINTS - 5);
    expect(refused.length).toBeGreaterThan(0);

    const { errors, headers, extensions } = refused.at(-1)!;
    expect(errors).toHaveLength(1);
    expect(errors[0]!.message).toMatch(
      /^The rate budget of the API key has \d of 960 points a minute left, less than this costs. Try again in 1 s.$/,
    );
    const { code, limit, remaining, resetAt, retryAfterSeconds, ...more } = errors[0]!.extensions;
    expect({ code, limit, retryAfterSeconds, more }).toEqual({
      code: "RATE_LIMITED",
      limit: KEY_POINTS,
      retryAfterSeconds: 1,
      more: {},
    });
    expect(remaining).toBeLessThan(WHO_POINTS);
    expect(Date.parse(resetAt) - Date.now()).toBeGreaterThan(50_000);
    expect(Date.parse(resetAt) - Date.now()).toBeLessThanOrEqual(60_000);
    expect(headers["retry-after"]).toBe("1");
    expect(extensions["sql"]?.statements ?? 0).toBe(0);

    await sleep(retryAfterSeconds * 1000);
    const again = await ask(WHO, key);
    expect(again.status).toBe(200);
    // A second's points, not a minute's.
    expect(leftOf(again)).toBeLessThan(100);
  });

  it("is refused before the database is asked", async () => {
    const key = await newKey({ limits: { ratePoints: 60 } });
    const before = await ask(headlineOperation, key);
    expect(before.extensions["sql"].statements).toBe(5);
    const refused = await ask(headlineOperation, key);
    expect(refused).toMatchObject({ status: 429, extensions: { sql: { statements: 0 } } });
    expect(refused.data).toBeUndefined();
  });
});

describe("the headers", () => {
  it("are Structured Fields that tell both budgets, the one with less left first", async () => {
    const key = await newKey();
    const { headers } = await ask(WHO, key);
    expect(parseList(headers["ratelimit-policy"])).toEqual([
      { value: "key", parameters: { q: KEY_POINTS, qu: "points", w: 60 } },
      { value: "workspace", parameters: { q: 100_000_000, qu: "points", w: 60 } },
    ]);
    expect(parseList(headers["ratelimit"])).toEqual([
      { value: "key", parameters: { r: KEY_POINTS - WHO_POINTS, t: expect.any(Number) } },
      { value: "workspace", parameters: { r: expect.any(Number), t: expect.any(Number) } },
    ]);
    expect(headers["retry-after"]).toBeUndefined();
  });

  it.each([
    ["no GraphQL", "{"],
    ["too deep", "{ a ".repeat(120) + "}".repeat(120)],
    ["introspection that is cut short", "{ __schema { nothing } }"],
  ])("are with what is refused: %s", async (_, query) => {
    const { status, headers } = await ask(query, await newKey());
    expect(status).toBe(400);
    expect(leftOf({ headers })).toBe(KEY_POINTS - 1);
  });

  it("are with what a key may only send as a trusted document", async () => {
    const key = await newKey({ trustedDocumentsOnly: true });
    const refused = await ask(WHO, key);
    expect({ status: refused.status, code: codeOf(refused) }).toEqual({
      status: 403,
      code: "TRUSTED_DOCUMENT_REQUIRED",
    });
    expect(leftOf(refused)).toBe(KEY_POINTS - 1);
    expect(leftOf(refused, "workspace")).toBeGreaterThan(0);
  });

  it("of a refusal tell the budget that was too small", async () => {
    const { headers } = await exhaust(await newKey({ limits: { ratePoints: FEW_POINTS } }));
    const [item, ...more] = parseList(headers["ratelimit"]);
    expect({ value: item?.value, more }).toEqual({ value: "key", more: [] });
    expect(item?.parameters["r"]).toBeLessThan(WHO_POINTS);
    expect(parseList(headers["ratelimit-policy"])).toHaveLength(1);
  });
});

describe("what was requested and not used", () => {
  const below = "nodes { body comments(first: 5) { nodes { body author { displayName } } } }";
  const nothing = `{ posts(first: 10, filter: { statuses: [] }) { ${below} } }`;

  it("is given back", async () => {
    const answer = await ask(nothing, await newKey());
    expect(answer.data).toEqual({ posts: { nodes: [] } });
    // The connection's 5; without posts there was no body, no comment and no author.
    expect(costOf(answer)).toMatchObject({ requested: 18, actual: 5 });
    // Since it came in the bucket may have leaked a little more.
    expect(leftOf(answer)).toBeGreaterThanOrEqual(KEY_POINTS - 5);
    expect(costOf(answer).budget.remaining).toBeGreaterThanOrEqual(KEY_POINTS - 5);
  });

  it("is nothing where each field was of use at least once", async () => {
    const key = await newKey();
    const answer = await ask(headlineOperation, key);
    expect(costOf(answer)).toMatchObject({ requested: 54, actual: 54, nodes: 465, depth: 4 });
    expect(leftOf(answer)).toBeLessThan(KEY_POINTS - 18);
  });

  it.each([
    ["a null", "{ node(id: $nowhere) { id ... on Post { body account { handle } } } }", 5],
    [
      "a fragment that is of use elsewhere",
      `{ posts(first: 1) { ...P } none: posts(first: 1, filter: { statuses: [] }) { ...P } } fragment P on PostConnection { nodes { body } }`,
      11,
    ],
    [
      "a type that was not found",
      "{ node(id: $workspace) { id ... on Post { body } ... on Workspace { name } } }",
      7,
    ],
    ["what is skipped", "{ posts(first: 1) { nodes { id body @skip(if: true) } } }", 6],
  ])("counts %s right", async (_, query, actual) => {
    const workspace = (await app.read("{ workspace { id } }")).data.workspace.id;
    const nowhere = Buffer.from("Post:00000000-0000-7000-8000-000000000000").toString("base64url");
    const answer = await ask(
      query.replace("$nowhere", `"${nowhere}"`).replace("$workspace", `"${workspace}"`),
      await newKey(),
    );
    expect(costOf(answer).actual).toBe(actual);
    expect(costOf(answer).requested).toBeGreaterThanOrEqual(actual);
  });

  it("is not given back when the database had to be stopped", async () => {
    const lock = connect(app.database.ownerUrl, { max: 1 });
    const key = await newKey();
    const answer = await lock.begin(async (transaction) => {
      await transaction`lock table posts in access exclusive mode`;
      return { ...(await ask(nothing.replace("statuses: []", ""), key)) };
    });
    await lock.end({ timeout: 5 });
    expect(codeOf(answer)).toBe("TIMEOUT");
    expect(costOf(answer)).toMatchObject({ requested: 18, actual: 18 });
    expect(leftOf(answer)).toBe(KEY_POINTS - 18);
  });
});

describe("what is refused", () => {
  const deep =
    "{ accounts { nodes { posts { nodes { comments { nodes { replies { nodes { author { comments { totalCount } } } } } } } } } } }";

  it.each([
    ["what is no GraphQL", "{"],
    ["what does not fit the schema", "{ nothing }"],
    ["what is too deep", deep],
    ["variables that do not fit", "query ($first: Int!) { posts(first: $first) { totalCount } }"],
    ["an operation that is not there", "query A { __typename } query B { __typename }"],
  ])("costs a point: %s", async (_, query) => {
    const answer = await ask(query, await newKey());
    expect(answer.status).toBe(400);
    expect(leftOf(answer)).toBe(KEY_POINTS - 1);
    expect(costOf(answer)).toMatchObject({ actual: 1 });
  });

  it("is 429 when nothing is left, before it is even parsed", async () => {
    const key = await newKey({ limits: { ratePoints: 5 } });
    const statuses: number[] = [];
    for (let times = 0; times < 7; times += 1) statuses.push((await ask("{", key)).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429, 429]);
  });

  it("for want of budget costs nothing: who waits gets in", async () => {
    const key = await newKey({ limits: { ratePoints: 60 } });
    await ask(WHO, key);
    const [first, second] = [await ask(headlineOperation, key), await ask(headlineOperation, key)];
    expect([first.status, second.status]).toEqual([429, 429]);
    expect(second.errors[0]!.extensions["remaining"]).toBeGreaterThanOrEqual(60 - WHO_POINTS - 1);
  });
});

describe("a budget", () => {
  it("is a key's own, as is its limit", async () => {
    await exhaust(await newKey({ limits: { ratePoints: FEW_POINTS } }));
    const answer = await ask(WHO, await newKey({ limits: { ratePoints: 5000 } }));
    expect(answer.status).toBe(200);
    expect(costOf(answer).budget).toMatchObject({ limit: 5000, remaining: 5000 - WHO_POINTS });
  });

  it("that is smaller than an operation lets it pass when it is whole", async () => {
    const key = await newKey({ limits: { ratePoints: 10 } });
    const answers = [await ask(headlineOperation, key), await ask(headlineOperation, key)];
    expect(answers.map(({ status }) => status)).toEqual([200, 429]);
    expect(answers[1]!.errors[0]!.extensions["retryAfterSeconds"]).toBeGreaterThan(5);
  });

  it("is one of a workspace's keys together, and of no other workspace", async () => {
    const settings = { RATE_LIMIT_WORKSPACE_POINTS: String(FEW_POINTS) };
    const shared = await anotherServer(app, settings);
    try {
      const keys = await Promise.all(
        [own, own, foreign].map((workspace) => makeKey(shared.database, workspace!.id)),
      );
      const [one, two, theirs] = keys as [string, string, string];
      const refused = await exhaust(one, shared);
      expect(refused.errors[0]!.message).toContain(
        "of the workspace, over all its keys and members has",
      );
      expect((await shared.ask(WHO, { key: two })).status).toBe(429);
      expect(leftOf(await shared.ask(WHO, { key: theirs }), "workspace")).toBe(
        FEW_POINTS - WHO_POINTS,
      );
    } finally {
      await shared.close();
    }
  });
});

describe("the cost of an operation", () => {
  it("is told when the client asks or the key is made so, and otherwise not", async () => {
    const [plain, showing] = [await newKey(), await newKey({ showsCost: true })];
    const keysOf = async (key: string, insight?: string) => {
      const headers: Record<string, string> = insight === undefined ? {} : { "x-insight": insight };
      return Object.keys((await send(app, { body: { query: WHO }, key, headers })).extensions);
    };
    expect(await keysOf(plain)).toEqual([]);
    expect(await keysOf(plain, "sql")).toEqual(["sql"]);
    expect(await keysOf(plain, "cost")).toEqual(["cost"]);
    expect((await keysOf(plain, "cost,sql")).sort()).toEqual(["cost", "sql"]);
    expect(await keysOf(plain, "costs")).toEqual([]);
    expect(await keysOf(showing)).toEqual(["cost"]);
  });

  it("has what the gates measured, what was used, and what is left", async () => {
    const key = await newKey({ limits: { complexity: 400 } });
    const { extensions } = await ask("{ posts(first: 3) { nodes { body } } }", key);
    expect(extensions["cost"]).toEqual({
      requested: 6,
      actual: 6,
      nodes: 3,
      depth: 1,
      limit: 400,
      budget: { limit: KEY_POINTS, remaining: KEY_POINTS - 6, resetAt: expect.any(String) },
    });
    expect(Date.parse(extensions["cost"].budget.resetAt)).toBeGreaterThan(Date.now() - 5000);
  });

  it("of introspection is small, but not nothing", async () => {
    const { getIntrospectionQuery } = await import("graphql");
    const key = await newKey();
    const { requested, actual } = costOf(await ask(getIntrospectionQuery(), key));
    expect(requested).toBeGreaterThan(20);
    expect(requested).toBeLessThan(200);
    expect(actual).toBeLessThanOrEqual(requested);
    expect(costOf(await ask("{ __typename }", key))).toMatchObject({ requested: 1, actual: 1 });
  });
});

describe("Query.rateLimit", () => {
  const fields = "rateLimit { limit remaining resetAt cost nodes }";

  it("tells the budget after this operation, costs nothing more, and needs no statement", async () => {
    const key = await newKey();
    const answer = await ask(`{ ${fields} }`, key);
    expect(answer.errors).toEqual([]);
    expect(answer.data.rateLimit).toEqual({
      limit: KEY_POINTS,
      remaining: KEY_POINTS - 1,
      resetAt: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      cost: 1,
      nodes: 0,
    });
    expect(answer.extensions["sql"].statements).toBe(0);

    const beside = await ask(`{ ${fields} posts(first: 3) { nodes { body } } }`, key);
    expect(beside.data.rateLimit).toMatchObject({ cost: 6, nodes: 3 });
    expect(costOf(beside)).toMatchObject({ requested: 6, actual: 6, depth: 1 });
  });
});

describe("who has no key", () => {
  const PING = { query: "{ __typename }" };
  let strict: TestApp;
  beforeAll(async () => {
    const settings = { RATE_LIMIT_ADDRESS_POINTS: "5", TRUST_PROXY: "127.0.0.1" };
    strict = await anotherServer(app, settings);
  });
  afterAll(() => strict.close());

  /** From an address behind the proxy. */
  const from = (address: string, key: string | null, body: unknown = PING) =>
    send(strict, { body, key, headers: { "x-forwarded-for": address } });
  const unknown = () => createKey(own!.id).key;
  const statuses = async (times: number, work: () => Promise<{ status: number }>) => {
    const found: number[] = [];
    for (let time = 0; time < times; time += 1) found.push((await work()).status);
    return found;
  };

  it.each([
    ["asking whether this is GraphQL", "203.0.113.1", () => null, PING, 200],
    ["asking for more", "203.0.113.2", () => null, { query: WHO }, 401],
    ["with keys that do not exist", "203.0.113.3", unknown, { query: WHO }, 401],
    ["with what is no key", "203.0.113.4", () => "shk_x", { query: WHO }, 401],
  ])("is limited by address, %s", async (_, address, key, body, status) => {
    expect(await statuses(6, () => from(address, key(), body))).toEqual([
      ...Array.from({ length: 5 }, () => status),
      429,
    ]);
    const refused = await from(address, key(), body);
    expect(refused.errors[0]).toMatchObject({
      message: expect.stringContaining("without a valid API key from your address has 0 of 5"),
      extensions: { code: "RATE_LIMITED", limit: 5, remaining: 0, retryAfterSeconds: 12 },
    });
    expect(refused.headers["retry-after"]).toBe("12");
    expect(parseList(refused.headers["ratelimit"])).toMatchObject([{ value: "address" }]);
    // Others are not held up.
    expect((await from("203.0.113.99", null)).status).toBe(200);
  });

  it("is told what is left of the address's budget, with a refusal and with a ping", async () => {
    const asked: [string | null, unknown][] = [
      [null, PING],
      [null, { query: WHO }],
      ["shk_x", PING],
      [unknown(), PING],
    ];
    let left = 5;
    for (const [key, body] of asked) {
      const { headers } = await from("203.0.113.8", key, body);
      left -= 1;
      expect(parseList(headers["ratelimit-policy"])).toMatchObject([
        { value: "address", parameters: { q: 5, w: 60 } },
      ]);
      expect(leftOf({ headers }, "address")).toBe(left);
    }
    // Whoever has a key hears of its own budget.
    const known = await from("203.0.113.9", strict.key);
    expect(parseList(known.headers["ratelimit"]).map(({ value }) => value)).toEqual([
      "key",
      "workspace",
    ]);
  });

  it("pays for each request, also for those that one look-up answers together", async () => {
    const key = unknown();
    const answers = await Promise.all(Array.from({ length: 8 }, () => from("203.0.113.10", key)));
    expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([
      ...Array.from({ length: 5 }, () => 401),
      ...Array.from({ length: 3 }, () => 429),
    ]);
  });

  it("is not who comes with a valid key many times at once", async () => {
    const key = await makeKey(strict.database, own!.id);
    const answers = await Promise.all(Array.from({ length: 20 }, () => from("203.0.113.11", key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(leftOf(await from("203.0.113.11", null), "address")).toBe(4);
  });

  it("does not look a key up when the address has nothing left", async () => {
    await statuses(6, () => from("203.0.113.5", unknown()));
    const lookUp = vi.spyOn(Authenticator.prototype, "authenticate");
    try {
      expect(await statuses(3, () => from("203.0.113.5", unknown()))).toEqual([429, 429, 429]);
      expect(lookUp).not.toHaveBeenCalled();
    } finally {
      lookUp.mockRestore();
    }
  });

  it("does not hold up a valid key at the same address that was here before", async () => {
    const [known, late] = [
      await makeKey(strict.database, own!.id),
      await makeKey(strict.database, own!.id),
    ];
    expect(await statuses(10, () => from("203.0.113.6", known))).toEqual(
      Array.from({ length: 10 }, () => 200),
    );
    await statuses(6, () => from("203.0.113.6", null));
    expect((await from("203.0.113.6", known)).status).toBe(200);
    expect((await from("203.0.113.6", late)).status).toBe(429);
    expect((await from("203.0.113.7", late)).status).toBe(200);
    expect((await from("203.0.113.6", late)).status).toBe(200);
  });

  it("cannot give itself other addresses where no proxy is trusted", async () => {
    const open = await anotherServer(app, { RATE_LIMIT_ADDRESS_POINTS: "3" });
    try {
      let place = 0;
      const found = await statuses(4, () =>
        send(open, {
          body: PING,
          key: null,
          headers: { "x-forwarded-for": `198.51.100.${(place += 1)}` },
        }),
      );
      expect(found).toEqual([200, 200, 200, 429]);
    } finally {
      await open.close();
    }
  });
});

describe.runIf(hasRedis)("a server with Redis", () => {
  it("limits as before while Redis is killed, without an error, and afterwards", async () => {
    const redis = await TestRedis.start();
    const shared = await anotherServer(app, {
      REDIS_URL: redis.url,
      REDIS_TIMEOUT_MS: "2000",
      RATE_LIMIT_POINTS: String(FEW_POINTS),
    });
    /** How many are let in until one is refused. */
    const letIn = async () => {
      for (let count = 0; count < 10; count += 1) {
        const { status } = await shared.ask(WHO);
        if (status === 429) return count;
        expect(status).toBe(200);
      }
      throw new Error("nothing is refused");
    };
    try {
      // The connection may not stand yet: then some are counted here and some there.
      expect(await letIn()).toBeGreaterThanOrEqual(2);
      expect(await letIn()).toBeLessThanOrEqual(2);
      expect(await letIn()).toBe(0);
      await redis.kill();
      await letIn();
      expect(await letIn()).toBe(0);
      await redis.run();
      // Redis comes back empty.
      await vi.waitFor(async () => expect((await shared.ask(WHO)).status).toBe(200), 8000);
      expect(await letIn()).toBeLessThanOrEqual(2);
      expect(await letIn()).toBe(0);
    } finally {
      await shared.close();
      await redis.kill();
    }
  });
});
