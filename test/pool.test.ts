import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { APP_ROLE, connect, type Client } from "../src/db/client.ts";
import { Pool, type Lease, type PoolOptions } from "../src/db/pool.ts";
import { PoolError } from "../src/db/pool-error.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";
import { AT_ONCE_MS } from "./support/patience.ts";
import { openProxy } from "./support/proxy.ts";

const PATIENCE = 20_000;

let database: TestDatabase;
let admin: Client;
const pools: Pool[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  admin = connect(database.url, { max: 1, name: "test" });
});
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  // A pool that is closed leaves nothing behind on the server.
  await until(async () => (await backends()).length === 0);
});
afterAll(async () => {
  await admin.end({ timeout: 5 });
  await database.close();
});

describe("a connection", () => {
  it("is lent, given back and lent again", async () => {
    const pool = newPool();
    const first = await pool.acquire();
    const [pid] = await pidOf(first);
    expect(pool.state).toEqual({ busy: 1, idle: 0, waiting: 0, size: 2 });
    first.release();
    expect(pool.state).toEqual({ busy: 0, idle: 1, waiting: 0, size: 2 });
    const second = await pool.acquire();
    expect(await pidOf(second)).toEqual([pid]);
    second.release();
  });

  it("takes on the server's role", async () => {
    const lease = await newPool().acquire();
    expect(await lease.ask("select current_user::text as role", undefined, PATIENCE)).toEqual([
      { role: APP_ROLE },
    ]);
    lease.release();
  });

  it("is of no use any more once it is given back, and is given back once", async () => {
    const pool = newPool({ size: 1 });
    const lease = await pool.acquire();
    lease.release();
    lease.release(true);
    await expect(lease.ask("select 1", undefined, PATIENCE)).rejects.toThrow("given back");
    expect(pool.state).toMatchObject({ busy: 0, idle: 1 });
  });

  it("prepares each statement once", async () => {
    const lease = await newPool().acquire();
    for (const number of ["1", "2", "3"]) {
      const rows = await lease.ask("select $1::int as number", [number], PATIENCE);
      expect(rows).toEqual([{ number: Number(number) }]);
    }
    const prepared = await lease.ask(
      "select count(*)::int as count from pg_prepared_statements where statement like 'select $1%'",
      undefined,
      PATIENCE,
    );
    expect(prepared).toEqual([{ count: 1 }]);
    lease.release();
  });

  it("survives a statement that PostgreSQL refuses", async () => {
    const lease = await newPool().acquire();
    const [pid] = await pidOf(lease);
    const answers = await Promise.allSettled([
      lease.ask("select nonsense", undefined, PATIENCE),
      lease.ask("select $1::int", ["not a number"], PATIENCE),
      lease.ask("select 1 as one", undefined, PATIENCE),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(await pidOf(lease)).toEqual([pid]);
    lease.release();
  });
});

describe("when all connections are busy", () => {
  it("whoever waits longer than the acquire timeout is told so, and the others are not", async () => {
    const pool = newPool({ size: 1, acquireTimeoutMs: 200 });
    const lease = await opened(pool);
    const start = performance.now();
    const impatient = pool.acquire();
    await expect(impatient).rejects.toMatchObject({ reason: "exhausted" });
    await expect(impatient).rejects.toThrow(PoolError);
    expect(performance.now() - start).toBeGreaterThan(190);
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
    expect(pool.state).toMatchObject({ busy: 1, waiting: 0 });

    const patient = pool.acquire();
    lease.release();
    (await patient).release();
    expect(pool.state).toMatchObject({ busy: 0, idle: 1, waiting: 0 });
  });

  it("whoever gives up waiting leaves the queue at once, with a reason of its own", async () => {
    const pool = newPool({ size: 1 });
    const lease = await pool.acquire();
    const giveUp = new AbortController();
    const waiting = pool.acquire(() => giveUp.signal);
    const next = pool.acquire();
    giveUp.abort(new Error("no longer needed"));
    await expect(waiting).rejects.toThrow("no longer needed");
    expect(pool.state).toMatchObject({ busy: 1, waiting: 1 });
    lease.release();
    // Too late for those who have what they waited for.
    const held = await next;
    giveUp.abort();
    held.release();
    expect(pool.state).toMatchObject({ busy: 0, idle: 1, waiting: 0 });
  });

  it("those who wait are served first come, first served", async () => {
    const pool = newPool({ size: 2 });
    const leases = await Promise.all([pool.acquire(), pool.acquire()]);
    const served: number[] = [];
    const waiting = Array.from({ length: 20 }, async (_, number) => {
      const lease = await pool.acquire();
      served.push(number);
      await lease.ask("select 1", undefined, PATIENCE);
      lease.release();
    });
    for (const lease of leases) lease.release();
    await Promise.all(waiting);
    expect(served).toEqual(Array.from({ length: 20 }, (_, number) => number));
  });

  it("never more connections are open than the size allows, and all who wait are served", async () => {
    const pool = newPool({ size: 3 });
    let most = 0;
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const lease = await pool.acquire();
        most = Math.max(most, pool.state.busy);
        await lease.ask("select 1", undefined, PATIENCE);
        lease.release();
      }),
    );
    expect(most).toBe(3);
    expect(await backends()).toHaveLength(3);
  });

  it("a new connection takes the place of one thrown away, at once", async () => {
    const pool = newPool({ size: 1 });
    const broken = await pool.acquire();
    const next = pool.acquire();
    broken.release(true);
    (await next).release();
    expect(pool.state).toMatchObject({ busy: 0, idle: 1 });
  });
});

describe("when the database is away", () => {
  it("says so at once when connections are refused, to all who wait, with the cause", async () => {
    const proxy = await openProxy(database.url);
    await proxy.cut();
    const pool = newPool({ url: proxy.url });
    const start = performance.now();
    for (const attempt of Array.from({ length: 5 }, () => pool.acquire())) {
      await expect(attempt).rejects.toMatchObject({
        reason: "unreachable",
        cause: { code: "ECONNREFUSED" },
      });
    }
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
    expect(pool.state).toMatchObject({ busy: 0, idle: 0, waiting: 0 });

    await proxy.mend();
    (await pool.acquire()).release();
    await proxy.cut();
  });

  it("says why PostgreSQL does not let it in", async () => {
    const url = new URL(database.url);
    url.pathname = "/no_such_database";
    await expect(newPool({ url: url.href }).acquire()).rejects.toMatchObject({
      reason: "unreachable",
      cause: { code: "3D000" },
    });
  });

  const treatments: [string, (socket: Socket) => void][] = [
    ["says nothing", () => undefined],
    ["hangs up at once", (socket) => socket.end()],
    ["hangs up after the first message", (socket) => socket.once("data", () => socket.end())],
    ["breaks off", (socket) => socket.once("data", () => socket.resetAndDestroy())],
    ["speaks something else", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ];

  it("gives up in time on a server that says nothing, hangs up or speaks something else", async () => {
    const giveUp = async ([what, treat]: (typeof treatments)[number]) => {
      const server = await listen(treat);
      onTestFinished(() => void server.close());
      const { port } = server.address() as AddressInfo;
      const pool = newPool({ url: `postgres://u@127.0.0.1:${port}/d`, acquireTimeoutMs: 300 });
      const start = performance.now();
      await expect(pool.acquire(), what).rejects.toMatchObject({ reason: "unreachable" });
      // The attempt itself goes on for five seconds.
      expect(performance.now() - start, what).toBeLessThan(4500);
    };
    await Promise.all(treatments.map(giveUp));
  });

  it("does not fail with the server while it logs in", async () => {
    const proxy = await openProxy(database.url);
    for (let delay = 0; delay < 12; delay += 1) {
      const pool = newPool({ url: proxy.url, acquireTimeoutMs: 300 });
      const attempt = pool.acquire().catch((error: unknown) => error as PoolError);
      await sleep(delay);
      await proxy.cut();
      const outcome = await attempt;
      // Either it was too late for this attempt, or it ended as it should.
      if (outcome instanceof PoolError) expect(outcome.reason).toBe("unreachable");
      else outcome.release(true);
      await proxy.mend();
    }
    await proxy.cut();
  });
});

describe("a connection that is lost", () => {
  it("fails what runs and what waits behind it, and everything after", async () => {
    const pool = newPool({ size: 1 });
    const lease = await pool.acquire();
    const [pid] = await pidOf(lease);
    const asked = [
      lease.ask("select pg_sleep(60), $1::int", ["1"], PATIENCE),
      lease.ask("select $1::int as number", ["2"], PATIENCE),
      lease.ask("select 3", undefined, PATIENCE),
    ];
    const outcomes = Promise.allSettled(asked);
    await untilRunning(pid!);
    await terminate(pid!);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { reason: "lost" } });
    }
    await expect(lease.ask("select 4", undefined, PATIENCE)).rejects.toMatchObject({
      reason: "lost",
    });
    lease.release();
    expect(pool.state).toMatchObject({ busy: 0, idle: 0 });
    (await pool.acquire()).release();
  });

  it("fails what is asked after it was lost in the middle of a transaction", async () => {
    const pool = newPool({ size: 1 });
    const lease = await pool.acquire();
    const [pid] = await pidOf(lease);
    await lease.ask("begin", undefined, PATIENCE);
    await terminate(pid!);
    await until(async () => !(await backends()).includes(pid!));
    await expect(lease.ask("select 1", undefined, PATIENCE)).rejects.toMatchObject({
      reason: "lost",
    });
    await expect(lease.ask("commit", undefined, PATIENCE)).rejects.toThrow(PoolError);
    lease.release();
    const next = await pool.acquire();
    expect(await pidOf(next)).not.toEqual([pid]);
    next.release();
  });

  it("is replaced without a word when nobody has it", async () => {
    const pool = newPool({ size: 1 });
    for (let round = 0; round < 3; round += 1) {
      const lease = await pool.acquire();
      const [pid] = await pidOf(lease);
      lease.release();
      await terminate(pid!);
      await until(() => pool.state.idle === 0);
    }
    expect(pool.state).toMatchObject({ busy: 0, idle: 0 });
    const lease = await pool.acquire();
    await pidOf(lease);
    lease.release();
  });

  it("counts as lost when it says nothing for too long", async () => {
    const proxy = await openProxy(database.url);
    const pool = newPool({ url: proxy.url, size: 1 });
    const lease = await pool.acquire();
    proxy.freeze();
    const start = performance.now();
    await expect(lease.ask("select 1", undefined, 200)).rejects.toMatchObject({ reason: "lost" });
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
    lease.release();
    expect(pool.state).toMatchObject({ busy: 0, idle: 0 });
    await proxy.cut();
  });
});

describe("a connection thrown away", () => {
  it("no longer runs what it ran, nor what waited behind it in the transaction", async () => {
    const pool = newPool({ size: 1 });
    const lease = await pool.acquire();
    const [pid] = await pidOf(lease);
    await lease.ask("begin", undefined, PATIENCE);
    const outcomes = Promise.allSettled([
      lease.ask("select pg_sleep(60)", undefined, PATIENCE),
      lease.ask("select pg_sleep(60)", undefined, PATIENCE),
      lease.ask("select pg_sleep(60), $1::int", ["1"], PATIENCE),
    ]);
    await untilRunning(pid!);
    const start = performance.now();
    lease.release(true);
    expect((await outcomes).map(({ status }) => status)).toEqual(Array(3).fill("rejected"));
    (await pool.acquire()).release();
    await until(async () => !(await backends()).includes(pid!));
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
  });
});

describe("an idle connection", () => {
  it("is closed after the idle timeout, and opened again when it is needed", async () => {
    const pool = newPool({ size: 3, idleTimeoutMs: 100 });
    for (let round = 0; round < 2; round += 1) {
      const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
      for (const lease of leases) lease.release();
      expect(pool.state).toMatchObject({ busy: 0, idle: 3 });
      await until(async () => (await backends()).length === 0);
      expect(pool.state).toMatchObject({ busy: 0, idle: 0 });
    }
  });

  it("can be asked for at the very moment in which it is closed", async () => {
    const pool = newPool({ size: 1, idleTimeoutMs: 20 });
    for (let round = 0; round < 20; round += 1) {
      const lease = await pool.acquire();
      await lease.ask("select 1", undefined, PATIENCE);
      lease.release();
      await sleep(18 + (round % 5));
    }
  });
});

describe("a pool that closes", () => {
  it("ends its connections, refuses who waits and who comes, and waits for what is lent", async () => {
    const pool = newPool({ size: 2 });
    const [lent, idle] = await Promise.all([pool.acquire(), pool.acquire()]);
    const waiting = expect(pool.acquire()).rejects.toMatchObject({ reason: "unreachable" });
    idle.release(true);

    const start = performance.now();
    const closed = pool.close();
    await expect(pool.acquire()).rejects.toMatchObject({ reason: "unreachable" });
    await waiting;
    expect(await lent.ask("select 1 as one", undefined, PATIENCE)).toEqual([{ one: 1 }]);
    lent.release();
    await closed;
    // What is never given back gets five seconds.
    expect(performance.now() - start).toBeLessThan(4500);
    await until(async () => (await backends()).length === 0);
  });
});

function newPool(options: Partial<PoolOptions> = {}): Pool {
  const pool = new Pool({
    url: database.url,
    role: APP_ROLE,
    size: 2,
    acquireTimeoutMs: 20_000,
    idleTimeoutMs: 60_000,
    statementTimeoutMs: 60_000,
    ...options,
  });
  pools.push(pool);
  return pool;
}

/** A connection of a pool that waits for less time than opening one may take. */
async function opened(pool: Pool): Promise<Lease> {
  for (;;) {
    const lease = await pool.acquire().catch(() => undefined);
    if (lease) return lease;
  }
}

async function pidOf(lease: Lease): Promise<number[]> {
  const rows = await lease.ask<{ pid: number }>("select pg_backend_pid() as pid", [], PATIENCE);
  return rows.map(({ pid }) => pid);
}

/** The server's connections to this file's database. */
async function backends(): Promise<number[]> {
  const rows = await admin<{ pid: number }[]>`
    select pid from pg_stat_activity
    where datname = current_database() and application_name = 'socialhub' order by pid`;
  return rows.map(({ pid }) => pid);
}

const terminate = (pid: number) => admin`select pg_terminate_backend(${pid}::int)`;

const untilRunning = (pid: number) =>
  until(async () => {
    const [row] = await admin`
      select state from pg_stat_activity where pid = ${pid}::int and query like '%pg_sleep%'`;
    return row?.["state"] === "active";
  });

async function until(condition: () => boolean | Promise<boolean>) {
  while (!(await condition())) await sleep(10);
}

async function listen(treat: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    treat(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
