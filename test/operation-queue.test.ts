import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OperationQueue, type Place } from "../src/http/operation-queue.ts";
import { createTestApp, type TestApp } from "./support/app.ts";
import { codeOf, keepLogs, send } from "./support/http.ts";
import { listen, open, post } from "./support/raw-http.ts";
import { setTimeout as sleep } from "node:timers/promises";

const busy = { message: expect.stringMatching(/as many operations/) };

describe("the queue of operations", () => {
  it("lets as many run as may, at once", () => {
    const queue = new OperationQueue({ running: 2, queued: 0, waitMs: 1000 });
    const places = [queue.enter(), queue.enter()];
    expect(places.map(({ turn }) => turn)).toEqual([undefined, undefined]);
    expect(queue.state).toEqual({ running: 2, waiting: 0 });
    expect(() => queue.enter()).toThrow(/as many operations/);
    for (const { leave } of places) leave();
    expect(queue.state).toEqual({ running: 0, waiting: 0 });
  });

  it("is first come, first served, and never lets more run than may", async () => {
    const queue = new OperationQueue({ running: 3, queued: 50, waitMs: 5000 });
    const served: number[] = [];
    await Promise.all(
      Array.from({ length: 53 }, async (_, number) => {
        const { turn, leave } = queue.enter();
        await turn;
        served.push(number);
        expect(queue.state.running).toBeLessThanOrEqual(3);
        await sleep(number % 3);
        leave();
      }),
    );
    expect(served).toEqual(Array.from({ length: 53 }, (_, number) => number));
    expect(queue.state).toEqual({ running: 0, waiting: 0 });
  });

  it("tells who waits too long, and forgets them", async () => {
    const queue = new OperationQueue({ running: 1, queued: 2, waitMs: 30 });
    const running = queue.enter();
    const late = [queue.enter(), queue.enter()];
    expect(() => queue.enter()).toThrow(/as many operations/);
    for (const { turn } of late) await expect(turn).rejects.toMatchObject(busy);
    expect(queue.state).toEqual({ running: 1, waiting: 0 });
    for (const { leave } of late) leave();
    running.leave();
    expect(queue.state).toEqual({ running: 0, waiting: 0 });
  });

  it("loses no place, whoever leaves when and however often", async () => {
    const queue = new OperationQueue({ running: 4, queued: 16, waitMs: 20 });
    const places: Place[] = [];
    let seed = 7;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let step = 0; step < 3000; step += 1) {
      if (random(2) === 0) {
        try {
          const place = queue.enter();
          place.turn?.catch(() => undefined);
          places.push(place);
        } catch (error) {
          expect(error).toMatchObject(busy);
          expect(queue.state).toEqual({ running: 4, waiting: 16 });
        }
      } else if (places.length > 0) {
        const [place] = places.splice(random(places.length), 1);
        place!.leave();
        if (random(4) === 0) place!.leave();
      }
      if (step % 500 === 0) await sleep(25);
      const { running, waiting } = queue.state;
      expect(running).toBeLessThanOrEqual(4);
      // Nobody waits while there is a place.
      if (waiting > 0) expect(running).toBe(4);
    }
    for (const { leave } of places) leave();
    expect(queue.state).toEqual({ running: 0, waiting: 0 });
  });
});

describe("a server with more operations than it takes", () => {
  const logs = keepLogs();
  let app: TestApp;
  let port: number;
  beforeAll(async () => {
    app = await createTestApp({
      logger: logs.logger,
      settings: {
        POOL_SIZE: "1",
        MAX_CONCURRENT_OPERATIONS: "1",
        MAX_QUEUED_OPERATIONS: "2",
        POOL_ACQUIRE_TIMEOUT_MS: "300",
      },
    });
    port = await listen(app);
    await app.ask("{ __typename }");
  });
  afterAll(() => app.close());

  const query = "{ accounts(first: 1) { nodes { id } } }";
  const ask = () => send(app, { body: { query } });
  /** Runs while the one connection to the database is taken, so that an operation runs on and on. */
  async function whileBusy<Result>(work: () => Promise<Result>): Promise<Result> {
    const lease = await app.pool.acquire();
    try {
      return await work();
    } finally {
      lease.release();
      await until(() => app.operations.state.running === 0);
    }
  }

  it("refuses the next at once: 503, Retry-After, a code, and no work for anybody", async () => {
    await whileBusy(async () => {
      const others = [ask(), ask(), ask()];
      await until(() => app.operations.state.waiting === 2);
      const start = performance.now();
      const refused = await ask();
      expect(performance.now() - start).toBeLessThan(200);
      expect(refused).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
      expect(codeOf(refused)).toBe("SERVICE_UNAVAILABLE");
      expect(refused.data).toBeUndefined();
      const lines = logs.lines.filter(
        ({ requestId }) => requestId === refused.headers["x-request-id"],
      );
      expect(lines).toMatchObject([{ msg: "operation", statements: 0, status: 503 }]);
      // The one that ran found no connection; those behind it waited as long, or got one in time.
      for (const { status } of await Promise.all(others)) expect([200, 503]).toContain(status);
    });
  });

  it("serves all of them when there are no more than it takes", async () => {
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all([ask(), ask(), ask()]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    }
    await until(() => app.operations.state.running === 0);
  });

  it("forgets who hangs up while waiting, and says so in the log", async () => {
    logs.clear();
    await whileBusy(async () => {
      const first = await open(port, post(app.key, query));
      await until(() => app.operations.state.running === 1);
      const waiting = [
        await open(port, post(app.key, query)),
        await open(port, post(app.key, query)),
      ];
      await until(() => app.operations.state.waiting === 2);
      for (const { socket } of waiting) socket.destroy();
      await until(() => app.operations.state.waiting === 0);
      first.socket.destroy();
      await until(() => app.operations.state.running === 0);
      expect(app.pool.state.waiting).toBe(0);
    });
    const lines = logs.lines.filter(({ msg }) => msg === "operation");
    expect(lines.filter(({ status }) => status === 499)).toHaveLength(2);
    expect(lines).toHaveLength(3);
    expect(logs.lines.filter(({ level }) => level >= 40)).toEqual([]);
    expect((await ask()).status).toBe(200);
  });

  it("forgets all that one connection sent, one request behind the other", async () => {
    await whileBusy(async () => {
      const { socket } = await open(port, post(app.key, query).repeat(3));
      await until(() => app.operations.state.waiting === 2);
      socket.destroy();
      await until(() => app.operations.state.running === 0);
      expect(app.operations.state.waiting).toBe(0);
    });
    expect((await ask()).status).toBe(200);
  });

  it("has a place again after every kind of answer", async () => {
    const answers = [
      await send(app, { body: "{" }),
      await send(app, { body: { query: "{" } }),
      await send(app, { body: { query: "{ nothing }" } }),
      await send(app, { body: { query }, key: null }),
      await send(app, { body: { query }, key: "shk_nonsense" }),
      await send(app, { method: "GET", url: "/graphql?query=%7B__typename%7D" }),
      await send(app, { body: [] }),
      await send(app, {}),
    ];
    for (const { status } of answers) expect(status).toBeLessThan(500);
    await until(() => app.operations.state.running === 0);
    expect((await ask()).status).toBe(200);
  });
});

async function until(condition: () => boolean) {
  while (!condition()) await sleep(5);
}
