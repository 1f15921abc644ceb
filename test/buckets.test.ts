import type { RateLimiterRes } from "rate-limiter-flexible";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { networkOf } from "../src/budget/address.ts";
import { Budget } from "../src/budget/budget.ts";
import type { Holder } from "../src/budget/level.ts";
import { LocalBuckets } from "../src/budget/local-buckets.ts";
import { Redis } from "../src/budget/redis.ts";
import { captureLog } from "./support/log-lines.ts";
import { hasRedis, TestRedis } from "./support/redis.ts";

/** Whether the points fitted, and how full the bucket is then, or would have been. */
const tried = (consumed: Promise<RateLimiterRes>) =>
  consumed.then(
    ({ consumedPoints }) => ["fits", consumedPoints],
    (refused: RateLimiterRes) => ["too much", refused.consumedPoints],
  );

describe("a bucket of 60 points a minute", () => {
  it("leaks evenly: never a whole minute's points at once", async () => {
    let now = 0;
    const buckets = new LocalBuckets(60, 60, () => now);
    expect(await tried(buckets.consume("a", 60))).toEqual(["fits", 60]);
    expect(await tried(buckets.consume("a", 1))).toEqual(["too much", 61]);
    now = 999;
    expect(await tried(buckets.consume("a", 1))).toEqual(["too much", 61]);
    now = 1000;
    expect(await tried(buckets.consume("a", 1))).toEqual(["fits", 60]);
    now = 31_000;
    expect(await tried(buckets.consume("a", 31))).toEqual(["too much", 61]);
    expect(await tried(buckets.consume("a", 30))).toEqual(["fits", 60]);
    now = 91_000;
    expect(await tried(buckets.consume("a", 60))).toEqual(["fits", 60]);
  });

  it("takes points back, but is never less than empty", async () => {
    const buckets = new LocalBuckets(60, 60, () => 0);
    await buckets.consume("a", 50);
    expect((await buckets.reward("a", 20)).consumedPoints).toBe(30);
    expect((await buckets.reward("a", 100)).consumedPoints).toBe(0);
    expect(await tried(buckets.consume("a", 60))).toEqual(["fits", 60]);
  });

  it("is one of many, and forgotten when it is empty", async () => {
    let now = 0;
    const buckets = new LocalBuckets(60, 60, () => now);
    for (let index = 0; index < 1000; index += 1) await buckets.consume(`address ${index}`, 1);
    expect(await tried(buckets.consume("address 1000", 60))).toEqual(["fits", 60]);
    expect(buckets.size).toBe(1001);
    now = 60_000;
    await buckets.consume("a", 1);
    expect(buckets.size).toBe(1);
  });

  it("does not fill the memory, whatever names are made up", async () => {
    const buckets = new LocalBuckets(60, 60, () => 0);
    for (let index = 0; index < 100_100; index += 1) void buckets.consume(`address ${index}`, 1);
    expect(buckets.size).toBe(100_000);
  });
});

describe("an address", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002:ffff::", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1:2:3:4%eth0", "fe80:0:0:0::/64"],
    ["64:ff9b::203.0.113.7", "64:ff9b:0:0::/64"],
    ["1:2:3:4:5:6:203.0.113.7", "1:2:3:4::/64"],
  ])("%s counts as %s", (address, network) => expect(networkOf(address)).toBe(network));
});

const holder = (id: string, limit: number): Holder => ({ kind: "key", id, limit });

describe("what is given back of a budget of 60 points a minute", () => {
  const key = holder("key", 60);
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  it("is not what has leaked out meanwhile: others have come in for that", async () => {
    const budget = new Budget();
    const levels = await budget.take([key], 30);
    vi.advanceTimersByTime(20_000);
    await budget.take([key], 40);
    await budget.giveBack({ levels, points: 30 });
    // As if nothing but the 40 had ever been taken, less the point of this.
    expect((await budget.take([key], 1))[0]!.remaining).toBe(19);
  });

  it("is all of it while it is in the bucket, and nothing when it is empty", async () => {
    const budget = new Budget();
    await budget.take([key], 20);
    const levels = await budget.take([key], 30);
    vi.advanceTimersByTime(10_000);
    await budget.giveBack({ levels, points: 30 });
    expect((await budget.take([key], 1))[0]!.remaining).toBe(49);
    vi.advanceTimersByTime(60_000);
    await budget.take([key], 40);
    await budget.giveBack({ levels, points: 30 });
    expect((await budget.take([key], 1))[0]!.remaining).toBe(19);
  });
});

describe.runIf(hasRedis)("budgets in Redis", () => {
  const log = captureLog();
  let server: TestRedis;
  let one: Redis;
  let other: Redis;
  beforeAll(async () => {
    server = await TestRedis.start();
    [one, other] = [connect(server.url), connect(server.url)];
    await untilReady(one, other);
  });
  afterAll(async () => {
    one.close();
    other.close();
    await server.kill();
  });

  /** The machine may be busy: only a Redis that hangs takes that long. */
  const patienceMs = 800;
  const connect = (url: string) => new Redis({ url, patienceMs }, log.logger);
  const untilReady = async (...clients: Redis[]) => {
    for (let wait = 0; wait < 300 && !clients.every(({ isReady }) => isReady); wait += 1) {
      await sleep(20);
    }
    expect(clients.map(({ isReady }) => isReady)).toEqual(clients.map(() => true));
  };
  const left = async (budget: Budget, wanted: Holder, points: number) => {
    const [level] = await budget.take([wanted], points);
    return level!.remaining;
  };

  it.concurrent("are shared by all servers, leak, and take points back", async () => {
    const [here, there] = [new Budget(one), new Budget(other)];
    // A point leaks out in a second: what is asked at once sees none.
    const shared = holder("shared", 60);
    const taken = await here.take([shared], 40);
    expect(taken[0]!.remaining).toBe(20);
    expect(await left(there, shared, 15)).toBe(5);
    await expect(there.take([shared], 10)).rejects.toMatchObject({
      extensions: { code: "RATE_LIMITED", limit: 60, remaining: 5, retryAfterSeconds: 5 },
    });
    await here.giveBack({ levels: taken, points: 30 });
    expect(await left(there, shared, 10)).toBe(25);

    const fast = holder("fast", 6000);
    expect(await left(here, fast, 6000)).toBeLessThan(10);
    await expect(there.take([fast], 100)).rejects.toThrow(/Try again in 1 s/);
    await sleep(1050);
    expect(await left(there, fast, 100)).toBeLessThan(100);
  });

  it.concurrent("take back whole points, however little has leaked out since", async () => {
    const budget = new Budget(one);
    const aged = holder("aged", 60);
    const levels = await budget.take([aged], 40);
    await sleep(30);
    await budget.giveBack({ levels, points: 40 });
    expect(await left(budget, aged, 60)).toBe(0);
  });

  it.concurrent("do not take back what has leaked out", async () => {
    const [here, there] = [new Budget(one), new Budget(other)];
    const leaking = holder("leaking", 6000);
    const levels = await here.take([leaking], 100);
    await sleep(500);
    await there.take([leaking], 1000);
    await here.giveBack({ levels, points: 100 });
    // With the half that had leaked given back once more it would be about 5050.
    expect(await left(there, leaking, 1)).toBeLessThan(5030);
  });

  it("are in none of them when one is too small", async () => {
    const budget = new Budget(one);
    const [wide, narrow] = [holder("wide", 60), holder("narrow", 6)];
    await expect(budget.take([wide, narrow], 7)).rejects.toThrow(/has 6 of 6 points/);
    expect(await left(budget, wide, 60)).toBe(0);
  });

  it("are limited here while Redis hangs, and nobody but the first waits", async () => {
    const budget = new Budget(one);
    expect(await left(budget, holder("hung", 60), 20)).toBe(40);
    log.lines.length = 0;
    server.freeze();
    try {
      const begin = performance.now();
      // Each process has a budget of its own now: it begins whole.
      expect(await left(budget, holder("hung", 60), 50)).toBe(10);
      expect(performance.now() - begin).toBeGreaterThan(patienceMs / 2);
      expect(one.isReady, "asked again at once").toBe(false);
      await expect(budget.take([holder("hung", 60)], 50)).rejects.toThrow(/Try again/);
    } finally {
      server.thaw();
    }
    await untilReady(one);
    // What was asked while it hung came too late, and did not fit there.
    const shared = await left(budget, holder("hung", 60), 1);
    expect(Math.abs(shared - 40)).toBeLessThan(5);
    expect(log.lines.map(({ msg }) => msg)).toEqual([
      "no Redis: rate budgets are counted in this process alone",
      "Redis is back: rate budgets are shared again",
    ]);
  });

  it("are limited here after Redis was killed, without waiting, and shared when it is back", async () => {
    const [here, there] = [new Budget(one), new Budget(other)];
    const killed = holder("killed", 60);
    await here.take([killed], 30);
    await server.kill();
    expect(await left(here, killed, 60)).toBe(0);
    await expect(here.take([killed], 10)).rejects.toThrow(/Try again/);
    expect(await left(there, killed, 60)).toBe(0);

    await server.run();
    await untilReady(one, other);
    expect(await left(here, killed, 10)).toBe(50);
    expect(await left(there, killed, 10)).toBe(40);
  });

  it("are limited here from the start when there is no Redis", async () => {
    const away = connect("redis://127.0.0.1:1");
    const budget = new Budget(away);
    expect(await left(budget, holder("away", 60), 60)).toBe(0);
    await expect(budget.take([holder("away", 60)], 1)).rejects.toThrow(/Try again/);
    away.close();
  });
});
