import { sql } from "drizzle-orm";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { APP_ROLE, connect, type Client } from "../src/db/client.ts";
import { Pool } from "../src/db/pool.ts";
import { ReadSession, RequestEndedError } from "../src/db/session.ts";
import { statement, value, type Statement } from "../src/db/statement.ts";
import { createTestApp, makeKey } from "./support/app.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";
import { AT_ONCE_MS } from "./support/patience.ts";

const [workspace, other] = demoWorkspaceList().map(({ id }) => id) as [string, string];

/** As all statements that read data, these name their workspace. */
const ofWorkspace = sql`where ${value("workspaceId", "uuid")} is not null`;
const whereabouts = statement<{ pid: number; workspace: string; begun: string }>(sql`
  select pg_backend_pid() as pid, current_setting('app.workspace_id', true) as workspace,
    now()::text as begun ${ofWorkspace}`);
const nap = statement<object>(
  sql`select pg_sleep(${value("seconds", "float8")}) is null ${ofWorkspace}`,
);
const broken = statement<object>(sql`select ${value("text", "text")}::int ${ofWorkspace}`);

describe("single statements of one turn of the event loop", () => {
  let database: TestDatabase;
  let admin: Client;
  let pool: Pool;
  const sessions: ReadSession[] = [];
  beforeAll(async () => {
    database = await createTestDatabase("demo");
    admin = connect(database.url, { max: 1, name: "test" });
    pool = new Pool({
      url: database.url,
      role: APP_ROLE,
      size: 3,
      acquireTimeoutMs: 10_000,
      idleTimeoutMs: 60_000,
      statementTimeoutMs: 20_000,
    });
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.close();
    expect(pool.state).toMatchObject({ busy: 0, waiting: 0 });
  });
  afterAll(async () => {
    await pool.close();
    await admin.end({ timeout: 5 });
    await database.close();
  });

  /** Opens three connections, none of which is lent. */
  async function openAll() {
    const leases = await Promise.all([1, 2, 3].map(() => pool.acquire()));
    for (const lease of leases) lease.release();
    expect(pool.state).toMatchObject({ busy: 0, idle: 3 });
  }
  /** Who runs a nap. */
  const napping = async () => {
    const rows = await admin<{ pid: number }[]>`
      select pid from pg_stat_activity where datname = current_database()
        and application_name = 'socialhub' and state = 'active' and query like '%pg_sleep(%'`;
    return rows.map(({ pid }) => pid);
  };
  const open = (workspaceId = workspace) => {
    const session = new ReadSession(pool, workspaceId);
    sessions.push(session);
    return session;
  };
  const ask = <Row>(session: ReadSession, what: Statement<Row>, values = {}) =>
    session.run(what, values, { loader: "test", keys: 1 });
  const askOnly = <Row>(what: Statement<Row>, values = {}, session = open()) => {
    session.expectOne();
    return ask(session, what, values);
  };

  it("share a connection, each a transaction in its own workspace, and give it back", async () => {
    await openAll();
    const asked = [workspace, other, workspace, other].map((id) => {
      const session = open(id);
      return askOnly(whereabouts, {}, session);
    });
    expect(pool.state).toMatchObject({ busy: 1, idle: 2 });
    const rows = (await Promise.all(asked)).flat();
    expect(pool.state).toMatchObject({ busy: 0, idle: 3 });
    expect(rows.map((row) => row.workspace)).toEqual([workspace, other, workspace, other]);
    expect(new Set(rows.map(({ pid }) => pid)).size).toBe(1);
    expect(new Set(rows.map(({ begun }) => begun)).size).toBe(4);
    for (const { record } of sessions)
      expect(record.toJSON()).toMatchObject({ statements: 1, overhead: 0 });
  });

  it("share it four at a time", async () => {
    await openAll();
    const rows = await Promise.all(Array.from({ length: 10 }, () => askOnly(whereabouts)));
    const pids = rows.flat().map(({ pid }) => pid);
    const groups = [pids.slice(0, 4), pids.slice(4, 8), pids.slice(8)];
    expect(groups.map((group) => new Set(group).size)).toEqual([1, 1, 1]);
    expect(new Set(pids).size).toBe(3);
  });

  it("wait for none of an earlier turn", async () => {
    await openAll();
    const napping = askOnly(nap, { seconds: 0.5 });
    await sleep(20);
    const start = performance.now();
    await askOnly(whereabouts);
    expect(performance.now() - start).toBeLessThan(450);
    await napping;
  });

  it("leave a connection alone on which there is a transaction", async () => {
    await openAll();
    const transaction = open();
    const inTransaction = ask(transaction, whereabouts);
    const single = open(other);
    single.expectOne();
    // The second one was not foreseen.
    const [first, second] = [ask(single, whereabouts), ask(single, whereabouts)];
    const third = askOnly(whereabouts);
    const rows = (await Promise.all([inTransaction, first, second, third])).flat();
    expect(rows.map((row) => row.workspace)).toEqual([workspace, other, other, workspace]);
    const [transactions, firsts, seconds, thirds] = rows.map(({ pid }) => pid);
    expect(firsts).toBe(thirds);
    expect(new Set([transactions, firsts, seconds]).size).toBe(3);
  });

  it("do not feel that one of them fails", async () => {
    await openAll();
    const [before, failed, after] = await Promise.allSettled([
      askOnly(whereabouts),
      askOnly(broken, { text: "x" }),
      askOnly(whereabouts, {}, open(other)),
    ]);
    expect(failed).toMatchObject({ status: "rejected", reason: { code: "22P02" } });
    expect(before).toMatchObject({ value: [{ workspace }] });
    expect(after).toMatchObject({ value: [{ workspace: other }] });
  });

  it("do not feel that nobody waits for one of them any more", async () => {
    await openAll();
    const napping = open();
    const gone = askOnly(nap, { seconds: 0.3 }, napping);
    const stays = askOnly(whereabouts, {}, open(other));
    const start = performance.now();
    await napping.close();
    await expect(gone).rejects.toThrow(RequestEndedError);
    expect(performance.now() - start).toBeLessThan(250);
    expect(await stays).toMatchObject([{ workspace: other }]);
    // Nothing is wrong with the connection.
    expect(pool.state).toMatchObject({ busy: 0, idle: 3 });
  });

  it("tell how long each took, without those before it", async () => {
    await openAll();
    const [long, abandoned, quick] = [open(), open(other), open()];
    const asked = Promise.allSettled([
      askOnly(nap, { seconds: 0.4 }, long),
      askOnly(nap, { seconds: 0.4 }, abandoned),
      askOnly(whereabouts, {}, quick),
    ]);
    await sleep(100);
    await abandoned.close();
    await asked;
    const took = (session: ReadSession) => session.record.batches.map(({ ms }) => ms)[0] ?? NaN;
    expect(took(long)).toBeGreaterThan(390);
    expect(took(quick)).toBeLessThan(350);
  });

  it("end by themselves when nobody waits for any of them, and their connection comes back", async () => {
    await openAll();
    const asked = [0.1, 0.2].map((seconds) => askOnly(nap, { seconds }));
    const start = performance.now();
    for (const session of sessions) await session.close();
    for (const outcome of await Promise.allSettled(asked)) {
      expect(outcome).toMatchObject({ reason: expect.any(RequestEndedError) });
    }
    expect(performance.now() - start).toBeLessThan(90);
    expect(pool.state).toMatchObject({ busy: 1, idle: 2 });
    while (pool.state.busy > 0) await sleep(10);
    expect(pool.state).toMatchObject({ idle: 3 });
    expect(performance.now() - start).toBeGreaterThan(290);
  });

  it("are cancelled where there is only one that nobody waits for", async () => {
    await openAll();
    const asked = askOnly(nap, { seconds: 30 });
    while ((await napping()).length === 0) await sleep(10);
    const start = performance.now();
    await sessions[0]!.close();
    await expect(asked).rejects.toThrow(RequestEndedError);
    expect(pool.state).toMatchObject({ busy: 0, idle: 2 });
    while ((await napping()).length > 0) await sleep(10);
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
  });

  it("all fail when their connection is lost, and the next are answered", async () => {
    await openAll();
    const asked = Promise.allSettled([askOnly(nap, { seconds: 30 }), askOnly(whereabouts)]);
    let pids: number[];
    do pids = await napping();
    while (pids.length === 0);
    await admin`select pg_terminate_backend(pid) from unnest(${pids}::int[]) as pid`;
    for (const outcome of await asked) {
      expect(outcome).toMatchObject({ status: "rejected" });
    }
    expect(await askOnly(whereabouts)).toMatchObject([{ workspace }]);
  });
});

describe("requests of two workspaces at once", () => {
  it("each read their own posts, and none of the other's", async () => {
    const app = await createTestApp({ settings: { POOL_SIZE: "2" } });
    onTestFinished(() => app.close());
    const keys = [app.key, await makeKey(app.database, other)];
    const listed = await Promise.all(
      keys.map((key) => app.ask("{ posts(first: 25) { nodes { id body } } }", { key })),
    );
    const posts: { id: string; body: string }[][] = listed.map(({ data }) => data.posts.nodes);
    const asked = keys.flatMap((key, asking) =>
      posts.flatMap((some, owner) =>
        some.map(async ({ id, body }) => {
          const answer = await app.ask("query ($id: ID!) { post(id: $id) { body } }", {
            key,
            variables: { id },
          });
          expect(answer).toMatchObject({
            status: 200,
            errors: [],
            data: { post: asking === owner ? { body } : null },
          });
        }),
      ),
    );
    expect(asked).toHaveLength(100);
    await Promise.all(asked);
  });
});
