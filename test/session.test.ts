import { sql } from "drizzle-orm";
import { request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { aloneText } from "../src/db/alone.ts";
import { APP_ROLE, connect, OWNER_ROLE, type Client } from "../src/db/client.ts";
import { Pool, type Lease } from "../src/db/pool.ts";
import { PoolError } from "../src/db/pool-error.ts";
import { ReadSession, RequestEndedError } from "../src/db/session.ts";
import { statement, value, type Statement } from "../src/db/statement.ts";
import { inWorkspace } from "../src/db/workspace-transaction.ts";
import { headlineOperation } from "../src/schema/headline.ts";
import { createTestApp, type Answer, type Json, type TestApp } from "./support/app.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";
import { captureLog } from "./support/log-lines.ts";
import { AT_ONCE_MS } from "./support/patience.ts";
import { openProxy, type Proxy } from "./support/proxy.ts";

const [workspace, other] = demoWorkspaceList().map(({ id }) => id) as [string, string];
const ofTest = { loader: "test", keys: 1 };

let database: TestDatabase;
let admin: Client;
beforeAll(async () => {
  database = await createTestDatabase("demo");
  admin = connect(database.url, { max: 1, name: "test" });
});
afterAll(async () => {
  await admin.end({ timeout: 5 });
  await database.close();
});

const countContacts = statement<{ count: number }>(
  sql`select count(*)::int as count from contacts where workspace_id = ${value("workspaceId", "uuid")}`,
);
const setting = statement<{ text: string }>(
  sql`select current_setting(${value("name", "text")}, true) as text`,
);
/** The same of a statement that names its workspace, as all do that read data. */
const ownSetting = statement<{ text: string }>(
  sql`select current_setting(${value("name", "text")}, true) as text
    where ${value("workspaceId", "uuid")} is not null`,
);
const nap = statement<object>(sql`select pg_sleep(${value("seconds", "float8")})`);
/** Fails for every text that is no number. */
const broken = statement<object>(sql`select ${value("text", "text")}::int`);
const backend = statement<{ pid: number }>(sql`select pg_backend_pid() as pid`);

describe("a read session", () => {
  let pool: Pool;
  const sessions: ReadSession[] = [];
  beforeAll(() => {
    pool = newPool(5000);
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.close();
    expect(pool.state).toMatchObject({ busy: 0, waiting: 0 });
  });
  afterAll(() => pool.close());

  const newPool = (statementTimeoutMs: number, url = database.url) =>
    new Pool({
      url,
      role: APP_ROLE,
      size: 1,
      acquireTimeoutMs: 10_000,
      idleTimeoutMs: 60_000,
      statementTimeoutMs,
    });
  const open = (workspaceId = workspace, from = pool) => {
    const session = new ReadSession(from, workspaceId);
    sessions.push(session);
    return session;
  };
  const ask = <Row>(session: ReadSession, what: Statement<Row>, values = {}) =>
    session.run(what, values, ofTest);

  it("takes no connection before its first statement", async () => {
    const session = open();
    expect(pool.state.busy).toBe(0);
    await session.close();
    expect(session.record.toJSON()).toMatchObject({ statements: 0, overhead: 0 });
    await expect(ask(session, backend)).rejects.toThrow(RequestEndedError);
  });

  it("shows one snapshot: what others commit meanwhile is not seen", async () => {
    const session = open();
    const [before] = await ask(session, countContacts);
    const owner = connect(database.ownerUrl, { role: OWNER_ROLE, max: 1 });
    await inWorkspace(
      owner,
      workspace,
      (transaction) => transaction`
        delete from comments where workspace_id = ${workspace}::uuid and id in
          (select id from comments where workspace_id = ${workspace}::uuid order by id desc limit 1)`,
    );
    await owner.end({ timeout: 5 });
    await addContact();
    expect(await ask(session, countContacts)).toEqual([before]);
    await session.close();
    expect(await ask(open(), countContacts)).toEqual([{ count: before!.count + 1 }]);
  });

  it("writes nothing", async () => {
    const session = open();
    const write = statement(
      sql`update contacts set display_name = 'x' where workspace_id = ${value("workspaceId", "uuid")}`,
    );
    await expect(ask(session, write)).rejects.toMatchObject({ code: /25006|42501/ });
  });

  it("survives a statement that fails: those before, beside and after it have their rows", async () => {
    const session = open();
    const [before] = await ask(session, countContacts);
    await addContact();
    const outcomes = await Promise.allSettled([
      ask(session, setting, { name: "app.workspace_id" }),
      ask(session, broken, { text: "x" }),
      ask(session, countContacts),
      ask(session, broken, { text: "y" }),
      ask(session, backend),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(outcomes[1]).toMatchObject({ reason: { code: "22P02" } });
    expect(outcomes[3]).toMatchObject({ reason: { message: expect.stringContaining('"y"') } });
    // The same snapshot, workspace and protection as before the failure.
    expect(outcomes[2]).toMatchObject({ value: [before] });
    expect(await ask(session, countContacts)).toEqual([before]);
    for (const [name, text] of [
      ["app.workspace_id", workspace],
      ["transaction_read_only", "on"],
      ["transaction_isolation", "repeatable read"],
    ]) {
      expect(await ask(session, setting, { name: name! })).toEqual([{ text }]);
    }
    // Each of them is one statement of the record, however often it was sent.
    expect(session.record.statements).toBe(10);
    await session.close();
    expect(await ask(open(), countContacts)).toEqual([{ count: before!.count + 1 }]);
  });

  it("sends no more than three messages for each of many that all fail", async () => {
    const session = open();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, number) => ask(session, broken, { text: `x${number}` })),
    );
    for (const [number, outcome] of outcomes.entries()) {
      const message = expect.stringContaining(`"x${number}"`);
      expect(outcome).toMatchObject({ status: "rejected", reason: { message } });
    }
    // Rolled back once for each that was asked again, never in rounds.
    expect(session.record.overhead).toBe(4 + 59);
  });

  it("sees one workspace, and its connection forgets which", async () => {
    const session = open();
    expect(await ask(session, setting, { name: "app.workspace_id" })).toEqual([
      { text: workspace },
    ]);
    expect(await ask(session, setting, { name: "transaction_read_only" })).toEqual([
      { text: "on" },
    ]);
    expect(await ask(session, setting, { name: "transaction_isolation" })).toEqual([
      { text: "repeatable read" },
    ]);
    await session.close();

    const lease = await pool.acquire();
    const left = await lease.ask(
      `select current_setting('app.workspace_id', true) as workspace, (select count(*)::int from contacts) as contacts,
              current_setting('statement_timeout') as timeout, (now() = statement_timestamp()) as outside`,
      undefined,
      1000,
    );
    lease.release();
    expect(left).toEqual([{ workspace: "", contacts: 0, timeout: "5s", outside: true }]);

    const theirs = open(other);
    expect(await ask(theirs, setting, { name: "app.workspace_id" })).toEqual([{ text: other }]);
    await expect(ask(theirs, countContacts, { workspaceId: workspace })).resolves.not.toEqual(
      await ask(theirs, backend),
    );
  });

  it("always fills in its own workspace", async () => {
    const theirs = open(other);
    const [honest] = await ask(theirs, countContacts);
    expect(await ask(theirs, countContacts, { workspaceId: workspace })).toEqual([honest]);
  });

  it.each([
    "",
    "'; drop table posts; --",
    "00000000-0000-0000-0000-00000000000",
    workspace.toUpperCase(),
    `${workspace}\n`,
  ])("is not opened for %j", (id) => {
    expect(() => new ReadSession(pool, id)).toThrow("must be a UUID");
  });

  it("ends a statement that takes longer than the timeout", async () => {
    const impatient = newPool(150);
    onTestFinished(() => impatient.close());
    const session = open(workspace, impatient);
    expect(await ask(session, setting, { name: "statement_timeout" })).toEqual([{ text: "150ms" }]);
    const start = performance.now();
    await expect(ask(session, nap, { seconds: 30 })).rejects.toMatchObject({ code: "57014" });
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
    // The session and its connection are none the worse for it.
    const [before] = await ask(session, backend);
    await session.close();
    expect(await ask(open(workspace, impatient), backend)).toEqual([before]);
    await sessions.at(-1)?.close();
  });

  it("answers every statement of many at once, in one message each", async () => {
    const session = open();
    const rows = await Promise.all(
      Array.from({ length: 50 }, (_, number) => ask(session, setting, { name: `a.b${number}` })),
    );
    expect(rows).toHaveLength(50);
    expect(session.record.toJSON()).toMatchObject({ statements: 50, overhead: 4 });
  });

  it("sends nothing but the only statement, which sets its workspace for itself and reads only", async () => {
    const session = open();
    session.expectOne();
    expect(await ask(session, ownSetting, { name: "app.workspace_id" })).toEqual([
      { text: workspace },
    ]);
    const [before] = await admin<{ state: string }[]>`
      select state from pg_stat_activity
      where application_name = 'socialhub' and datname = current_database()`;
    expect(before).toEqual({ state: "idle" });
    expect(session.record.toJSON()).toMatchObject({ statements: 1, overhead: 0 });
    expect(pool.state).toMatchObject({ busy: 0, idle: 1 });

    const lease = await pool.acquire();
    const names = ["app.workspace_id", "transaction_read_only"];
    const left = await Promise.all(
      names.map((name) => lease.ask("select current_setting($1, true) as text", [name], 5000)),
    );
    lease.release();
    expect(left).toEqual([[{ text: "" }], [{ text: "off" }]]);
  });

  it("opens the gate of the only statement before a policy asks for the workspace", async () => {
    const lease = await pool.acquire();
    const text = aloneText(countContacts);
    const lines = await lease.ask<{ "QUERY PLAN": string }>(
      `explain (costs off) ${text}`,
      [workspace],
      5000,
    );
    const [counted] = await lease.ask(String(text), [workspace], 5000);
    lease.release();
    const plan = lines.map((line) => line["QUERY PLAN"]).join("\n");
    expect(plan).toMatch(/^Result\n.*One-Time Filter: .*IS NOT NULL/);
    const session = open();
    expect(await ask(session, countContacts)).toEqual([counted]);
    expect(counted).not.toEqual({ count: 0 });
  });

  it("gives statements that were not expected a transaction of their own, in its workspace", async () => {
    const session = open();
    session.expectOne();
    const asked = ["app.workspace_id", "transaction_read_only", "app.workspace_id"];
    const rows = await Promise.all(asked.map((name) => ask(session, ownSetting, { name })));
    expect(rows).toEqual([[{ text: workspace }], [{ text: "on" }], [{ text: workspace }]]);
    await expect(ask(session, broken, { text: "x" })).rejects.toMatchObject({ code: "22P02" });
    expect(await ask(session, setting, { name: "app.workspace_id" })).toEqual([
      { text: workspace },
    ]);
  });

  it("gives the connection back when the only statement fails", async () => {
    const session = open();
    session.expectOne();
    await expect(ask(session, broken, { text: "x" })).rejects.toMatchObject({ code: "22P02" });
    await session.close();
    expect(pool.state).toMatchObject({ busy: 0, idle: 1 });
  });

  it("cancels what runs when it is closed, and gives the connection's place back at once", async () => {
    const session = open();
    const running = Promise.allSettled([
      ask(session, nap, { seconds: 30 }),
      ask(session, nap, { seconds: 31 }),
      ask(session, countContacts),
    ]);
    await until(async () => (await sleeping()).length === 1);
    const start = performance.now();
    await session.close();
    expect(pool.state.busy).toBe(0);
    for (const outcome of await running) {
      expect(outcome).toMatchObject({ status: "rejected", reason: expect.any(RequestEndedError) });
    }
    expect(await ask(open(), countContacts)).toHaveLength(1);
    await until(async () => (await sleeping()).length === 0);
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
  });

  it("is closed as well when the cancel finds no way to PostgreSQL", async () => {
    const proxy = await openProxy(database.url);
    const distant = newPool(5000, proxy.url);
    const rejections: unknown[] = [];
    const note = (reason: unknown) => void rejections.push(reason);
    process.on("unhandledRejection", note);
    onTestFinished(async () => {
      process.off("unhandledRejection", note);
      await distant.close();
      await proxy.cut();
    });
    const session = open(workspace, distant);
    const running = ask(session, nap, { seconds: 30 });
    await until(async () => (await sleeping()).length === 1);
    proxy.refuse();
    const refused = expect(running).rejects.toThrow(RequestEndedError);
    await session.close();
    await refused;
    expect(distant.state.busy).toBe(0);
    // Until the attempt has failed, and Node has told who did not listen.
    await expect(fetch(proxy.url.replace(/^postgres(ql)?/, "http"))).rejects.toThrow();
    await sleep(50);
    expect(rejections).toEqual([]);
  });

  it("closed while it waits for a connection, takes none", async () => {
    const first = open();
    await ask(first, backend);
    const second = open();
    const waiting = expect(ask(second, backend)).rejects.toThrow(RequestEndedError);
    await until(() => pool.state.waiting === 1);
    const closed = second.close();
    await first.close();
    await Promise.all([waiting, closed]);
    expect(pool.state).toMatchObject({ busy: 0, waiting: 0 });
  });

  it("closed in the very moment of its first statement, leaves nothing behind", async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const session = open();
      const asked = ask(session, countContacts).catch((error: unknown) => error);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await session.close();
      const outcome = await asked;
      if (!Array.isArray(outcome)) expect(outcome).toBeInstanceOf(RequestEndedError);
      // A connection that the pool had begun to open for it is nobody's.
      await until(() => pool.state.busy === 0);
    }
    expect(await ask(open(), countContacts)).toHaveLength(1);
  });

  it("fails when its connection is lost between two statements", async () => {
    const session = open();
    const [mine] = await ask(session, backend);
    await admin`select pg_terminate_backend(${mine!.pid}::int)`;
    await until(async () => !(await pids()).includes(mine!.pid));
    await expect(ask(session, backend)).rejects.toMatchObject({ reason: "lost" });
    await expect(ask(session, countContacts)).rejects.toThrow(PoolError);
    await session.close();
    expect(await ask(open(), countContacts)).toHaveLength(1);
  });

  it("gives the connection back with the commit on its way, behind which the next one asks", async () => {
    const [first, second] = [open(), open(other)];
    const [mine] = await ask(first, backend);
    const closed = first.close();
    expect(pool.state).toMatchObject({ busy: 0, idle: 1 });
    const rows = await ask(second, ownSetting, { name: "app.workspace_id" });
    expect(rows).toEqual([{ text: other }]);
    expect(await ask(second, backend)).toEqual([mine]);
    await closed;
  });

  it("gives a connection back that is lost before the commit, and nobody gets it", async () => {
    const session = open();
    const [mine] = await ask(session, backend);
    await admin`select pg_terminate_backend(${mine!.pid}::int)`;
    await session.close();
    expect(pool.state.busy).toBe(0);
    await until(() => pool.state.idle === 0);
    expect(await ask(open(), countContacts)).toHaveLength(1);
  });
});

describe("a request", () => {
  const log = captureLog();
  let app: TestApp;
  let proxy: Proxy;
  let address: string;
  beforeAll(async () => {
    proxy = await openProxy(database.url);
    app = await createAppOn(proxy.url, {
      POOL_ACQUIRE_TIMEOUT_MS: "10000",
      STATEMENT_TIMEOUT_MS: "20000",
    });
    await app.server.listen({ port: 0 });
    address = `http://127.0.0.1:${(app.server.server.address() as AddressInfo).port}/graphql`;
  });
  afterEach(async () => {
    await until(() => app.pool.state.busy === 0);
    expect(app.pool.state.waiting).toBe(0);
    log.lines.length = 0;
  });
  afterAll(async () => {
    await app.close();
    await proxy.cut();
  });

  const createAppOn = (url: string, settings: Record<string, string>) =>
    createTestApp({
      database: { ...database, url, close: async () => undefined },
      settings: { POOL_SIZE: "3", ...settings },
      logger: log.logger,
    });

  /** A server with less patience than the others' one, for one test. */
  async function createImpatient(settings: Record<string, string>, url = database.url) {
    const impatient = await createAppOn(url, settings);
    onTestFinished(() => impatient.close());
    return impatient;
  }

  const posts = "{ accounts(first: 2) { nodes { posts(first: 2) { nodes { body } } } } }";

  it("is answered, with a hundred others at once over three connections", async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => app.ask(posts)));
    for (const { status, errors } of answers) expect({ status, errors }).toEqual(whole);
  });

  it("without a connection in time is answered 503, and the next is served", async () => {
    const app = await createImpatient({
      POOL_ACQUIRE_TIMEOUT_MS: "500",
      STATEMENT_TIMEOUT_MS: "20000",
    });
    // Its connections are there: opening one may take longer than it waits.
    const leases = await Promise.all([1, 2, 3].map(() => openedBy(app)));
    for (const lease of leases) lease.release();
    const blocked = await block("posts");
    const holding = Array.from({ length: 3 }, () => app.ask(posts));
    await until(() => app.pool.state.busy === 3);
    const start = performance.now();
    const [refused, too] = await Promise.all([app.ask(posts), app.ask(posts)]);
    const ms = performance.now() - start;
    expect(ms).toBeGreaterThan(450);
    expect(ms).toBeLessThan(AT_ONCE_MS);
    for (const answer of [refused, too]) expectUnavailable(answer, /all connections are busy/);
    await blocked.end();
    for (const answer of await Promise.all(holding)) expect(answer).toMatchObject(whole);
    expect(await app.ask(posts)).toMatchObject(whole);

    const warnings = log.lines.filter(({ msg }) => msg === "no database connection");
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatchObject({ level: 40, requestId: refused.headers["x-request-id"] });
  });

  it("that takes too long is ended by the statement timeout", async () => {
    const app = await createImpatient({ STATEMENT_TIMEOUT_MS: "500" });
    const blocked = await block("posts");
    const start = performance.now();
    const { status, data, errors } = await app.ask(posts);
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
    // The accounts were read before: they are there.
    expect({ status, accounts: data.accounts.nodes }).toEqual({
      status: 200,
      accounts: [{ posts: null }, { posts: null }],
    });
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: "TIMEOUT" },
      { code: "TIMEOUT" },
    ]);
    expect(JSON.stringify({ data, errors })).not.toMatch(/statement|select |\$1/i);
    await blocked.end();
    expect(await app.ask(posts)).toMatchObject(whole);
  });

  it("whose client hangs up no longer occupies the database", async () => {
    const blocked = await block("posts");
    const clients = Array.from({ length: 3 }, () => sendAndHold(posts));
    await until(async () => (await waitingForLock()) === 3);
    expect(app.pool.state.busy).toBe(3);
    const start = performance.now();
    for (const client of clients) client.destroy();
    await until(() => app.pool.state.busy === 0);
    await until(async () => (await waitingForLock()) === 0);
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
    await blocked.end();
    expect(await app.ask(posts)).toMatchObject(whole);
    // A client that hung up is nothing to be alarmed about.
    expect(log.lines.filter(({ level }) => level >= 50)).toEqual([]);
  });

  it("that waits for a connection when its client hangs up takes none", async () => {
    const blocked = await block("posts");
    const holding = Array.from({ length: 3 }, () => app.ask(posts));
    await until(() => app.pool.state.busy === 3);
    const client = sendAndHold(posts);
    await until(() => app.pool.state.waiting === 1);
    client.destroy();
    await blocked.end();
    for (const answer of await Promise.all(holding)) expect(answer).toMatchObject(whole);
  });

  it("whose connection is ended in the middle is answered, masked, and the next is served", async () => {
    const blocked = await block("posts");
    const asked = app.ask(posts);
    await until(async () => (await waitingForLock()) === 1);
    await endBackends();
    const answer = await asked;
    expect(answer).toMatchObject({
      status: 200,
      data: { accounts: { nodes: [{ posts: null }, {}] } },
    });
    expectCode(answer, /the connection to the database was lost/);
    await blocked.end();
    await untilNoticed();
    expect(await app.ask(posts)).toMatchObject(whole);
    const [warning] = log.lines.filter(({ msg }) => msg === "no database connection");
    expect(warning.err.message).toMatch(/CONNECTION_CLOSED|closed the connection/);
  });

  it("does not notice that all connections were ended before it came", async () => {
    for (let round = 0; round < 3; round += 1) {
      expect(await app.ask(posts)).toMatchObject(whole);
      await endBackends();
      await untilNoticed();
    }
    expect(await app.ask(posts)).toMatchObject(whole);
  });

  it("is answered 503 while the database is away, known key or not, and served when it is back", async () => {
    const stranger = app.key.replace(/.$/, (last) => (last === "A" ? "E" : "A"));
    await app.ask(posts);
    await proxy.cut();
    await untilNoticed();
    for (const key of [app.key, stranger]) {
      const start = performance.now();
      expectUnavailable(await app.ask(posts, { key }), /the database cannot be reached/);
      expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
    }
    const warnings = log.lines.filter(({ msg }) => msg === "no database connection");
    expect(warnings).toHaveLength(2);
    for (const { err } of warnings) expect(JSON.stringify(err)).toContain("ECONNREFUSED");
    const ready = await app.server.inject("/readyz");
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toEqual({
      status: "not ready",
      reason: "the database cannot be reached",
    });
    expect((await app.server.inject("/healthz")).json()).toEqual({ status: "ok" });

    await proxy.mend();
    expect(await app.ask(posts)).toMatchObject(whole);
    expect((await app.server.inject("/readyz")).statusCode).toBe(200);
  });

  it("is answered in time when the database vanishes without a word", async () => {
    const way = await openProxy(database.url);
    onTestFinished(() => way.cut());
    const app = await createImpatient({ STATEMENT_TIMEOUT_MS: "1000" }, way.url);
    // A connection lies ready for the check, one for the operation, and the key is known.
    const lease = await openedBy(app);
    await app.server.inject("/readyz");
    lease.release();
    expect(await app.ask(headlineOperation)).toMatchObject(whole);
    await until(() => app.pool.state.busy === 0);
    way.freeze();
    const start = performance.now();
    const [answer, ready] = await Promise.all([app.ask(posts), app.server.inject("/readyz")]);
    // The statement timeout and a second for the answer's way; two seconds for the check.
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
    expectUnavailable(answer, /the connection to the database was lost/);
    expect(ready).toMatchObject({ statusCode: 503 });
    await way.cut();
    await way.mend();
    await until(() => app.pool.state.idle === 0);
    expect(await app.ask(posts)).toMatchObject(whole);
  });

  it("is not held up by a flood of readiness checks", async () => {
    const [answer, ...checks] = await Promise.all([
      app.ask(posts),
      ...Array.from({ length: 200 }, () => app.server.inject("/readyz")),
    ]);
    expect(answer).toMatchObject(whole);
    for (const { statusCode } of checks) expect(statusCode).toBe(200);
  });

  /** The server has noticed that its connections were ended: those of its pool, and of its look-ups. */
  async function untilNoticed() {
    await until(() => app.pool.state.idle === 0 && proxy.connections() === 0);
    await sleep(50);
  }

  /** Sends an operation and leaves it to the caller to hang up. */
  function sendAndHold(query: string) {
    const client = httpRequest(address, {
      method: "POST",
      headers: { authorization: `Bearer ${app.key}`, "content-type": "application/json" },
    });
    client.on("error", () => undefined);
    client.end(JSON.stringify({ query }));
    return client;
  }
});

/** A connection of the server's pool, opened for this or opened before. */
async function openedBy(app: TestApp): Promise<Lease> {
  for (;;) {
    const lease = await app.pool.acquire().catch(() => undefined);
    if (lease) return lease;
  }
}

const whole = { status: 200, errors: [] };

function expectUnavailable(answer: Answer, message: RegExp) {
  expect(answer.status).toBe(503);
  expect(answer.headers["retry-after"]).toBe("1");
  expectCode(answer, message);
}

function expectCode({ errors }: Answer, message: RegExp) {
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) {
    expect(error.message).toMatch(message);
    expect(error.extensions).toEqual({ code: "SERVICE_UNAVAILABLE" });
  }
}

/** Somebody else writes, and commits. */
async function addContact() {
  const owner = connect(database.ownerUrl, { role: OWNER_ROLE, max: 1 });
  await inWorkspace(
    owner,
    workspace,
    (transaction) => transaction`
      insert into contacts select (c).* from (
        select jsonb_populate_record(contacts, jsonb_build_object(
          'id', gen_random_uuid(), 'external_id', gen_random_uuid()::text,
          'handle', gen_random_uuid()::text)) as c
        from contacts where workspace_id = ${workspace}::uuid limit 1) as copy`,
  );
  await owner.end({ timeout: 5 });
}

/** Locks a table against readers until told to end. */
async function block(table: string): Promise<{ end(): Promise<void> }> {
  const client = connect(database.url, { max: 1, name: "test blocker" });
  await client.unsafe(`begin; lock table ${table} in access exclusive mode`).simple();
  let ended: Promise<void> | undefined;
  const end = () => (ended ??= client.end({ timeout: 0 }));
  onTestFinished(end);
  return { end };
}

const sleeping = () => activity("state = 'active' and query like '%pg_sleep%'");

const waitingForLock = async () => (await activity("wait_event_type = 'Lock'")).length;

async function activity(condition: string): Promise<number[]> {
  const rows: Json[] = await admin.unsafe(
    `select pid from pg_stat_activity
     where datname = current_database() and application_name = 'socialhub' and ${condition}`,
  );
  return rows.map(({ pid }) => pid);
}

const endBackends = () => admin`
  select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and application_name = 'socialhub'`;

async function until(condition: () => boolean | Promise<boolean>) {
  while (!(await condition())) await sleep(10);
}

/** The server's connections to this file's database. */
async function pids(): Promise<number[]> {
  return activity("true");
}
