import { parse } from "graphql";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { DocumentStore } from "../src/document-store.ts";
import { makeKey } from "./support/app.ts";
import { createTestDatabase } from "./support/database.ts";

const MB = 1024 * 1024;

describe("the memory of the server", () => {
  it(
    "does not grow under hostile traffic, which leaves nothing running",
    { timeout: 60_000 },
    async () => {
      const database = await createTestDatabase("demo");
      onTestFinished(() => database.close());
      const key = await makeKey(database, demoWorkspaceList()[0]!.id);
      // Without what fills the store of documents, which has its own bound: below.
      const kinds =
        "variables,filters,unknownHashes,unknownKeys,noKey,deepBombs,fragmentBombs,cycles,garbage,hangUps,slowBodies,hugeHeaders,noHttp";
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ["scripts/soak.mjs", "--seconds", "4", "--key", key, "--only", kinds],
        { env: { ...process.env, DATABASE_URL: database.url, DEMO: "off" } },
      );
      const { requests, statuses, heaps, pool, operations } = JSON.parse(
        stdout.trim().split("\n").at(-1) ?? "",
      );
      expect(requests).toBeGreaterThan(50);
      expect(Object.keys(statuses)).toEqual(expect.arrayContaining(["200", "400", "401", "431"]));
      expect(statuses["500"]).toBeUndefined();
      expect({ busy: pool.busy, waiting: pool.waiting, ...operations }).toEqual({
        busy: 0,
        waiting: 0,
        running: 0,
      });
      const settled = Math.min(...heaps.slice(3, 5));
      expect(Math.min(...heaps.slice(-2)) - settled).toBeLessThan(12 * MB);
    },
  );
});

describe("the store of documents", () => {
  const ofLength = (length: number, name = "a") => parse(`{ ${name} }`.padEnd(length));

  it("forgets those that were not asked for longest, when there is too much text", async () => {
    const store = new DocumentStore(1000);
    await store.set("one", ofLength(400));
    await store.set("two", ofLength(400));
    expect(await store.get("one")).toBeDefined();
    await store.set("three", ofLength(400));
    expect(await store.get("two")).toBeUndefined();
    expect(await store.get("one")).toBeDefined();
    expect(await store.get("three")).toBeDefined();
    await store.set("huge", ofLength(1001));
    expect(store.size).toBe(0);
  });

  it("is bounded for the shortest documents as well", async () => {
    const store = new DocumentStore(10_000);
    for (let count = 0; count < 1000; count += 1) await store.set(`key ${count}`, ofLength(5));
    expect(store.size).toBe(50);
    expect(await store.get("key 999")).toBeDefined();
    await store.set("key 999", ofLength(5, "b"));
    expect(store.size).toBe(50);
    expect(await store.delete("key 999")).toBe(true);
    expect(await store.delete("key 999")).toBe(false);
    expect(store.size).toBe(49);
  });
});
