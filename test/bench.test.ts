import { describe, expect, test } from "vitest";

// What the bench does with numbers and answers; the measuring itself needs minutes and `npm run bench`.

const moduleOf = (path: string) =>
  // The path is no literal, because TypeScript knows no types of it.
  import(new URL(`../bench/${path}`, import.meta.url).href);
const { median, percentile, shuffled } = await moduleOf("measure/statistics.mjs");
const { difference, normalise } = await moduleOf("measure/answers.mjs");
const { rowsOf } = await moduleOf("rows.mjs");
const { tableOf } = await moduleOf("report/table.mjs");

describe("figures", () => {
  test("a percentile is a value that was measured, by the nearest rank", () => {
    const sorted = Array.from({ length: 200 }, (_, index) => index + 1);
    expect([0.5, 0.95, 0.99, 1].map((share) => percentile(sorted, share))).toEqual([
      100, 190, 198, 200,
    ]);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([], 0.5)).toBeNull();
  });

  test("a median leaves out what was not measured", () => {
    expect(median([3, 100, 1])).toBe(3);
    expect(median([4, null, 2, undefined])).toBe(3);
    expect(median([null])).toBeNull();
  });

  test("a shuffle loses nobody", () => {
    expect(shuffled([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  test("rounds become one row, which is held against the floors", () => {
    const samples = [10, 30, 20].flatMap((rps) => [
      { workload: "post", contender: "ours", rps, sql: 1, sqlOverhead: 4, postgresCpuMs: null },
      { workload: "post", contender: "floor-2", rps: rps * 2, sql: 1, sqlOverhead: 0 },
    ]);
    const rows = rowsOf(samples);
    expect(rows).toEqual([
      { workload: "post", contender: "ours", rounds: 3, rps: 20, sql: 1, sqlOverhead: 4 },
      { workload: "post", contender: "floor-2", rounds: 3, rps: 40, sql: 1, sqlOverhead: 0 },
    ]);
    const excluded = [{ workload: "post", contender: "slow", why: "data.post is null" }];
    const table = tableOf({ rows, excluded, smoke: true });
    expect(table).toMatch(/^ours +20 +0\.50 .*1 \+ 4/m);
    expect(table).toContain("post: slow does not count: data.post is null");
    expect(table).toContain("no results");
  });
});

describe("answers of contenders", () => {
  const id = "0194f8a0-1c00-7abc-8def-0123456789ab";
  const ours = {
    post: {
      id: Buffer.from(`Post:${id}`).toString("base64url"),
      publishedAt: "2026-03-01T09:30:00.120Z",
      metrics: { likes: 12 },
      comments: { edges: [{ cursor: "abc" }], pageInfo: { endCursor: "abc", hasNextPage: true } },
    },
  };
  const theirs = {
    post: {
      publishedAt: "2026-03-01T09:30:00.12+00:00",
      id,
      metrics: { likes: "12" },
      comments: { edges: [{ cursor: "xyz" }], pageInfo: { hasNextPage: true, endCursor: "xyz" } },
    },
  };
  const found = (answer: object) => difference(normalise(ours), normalise(answer));

  test("are the same data in another spelling", () => {
    expect(found(theirs)).toBeUndefined();
  });

  test("are not the same when a value, an order or a page differs", () => {
    const { post } = theirs;
    expect(found({ post: null })).toMatch(/^data\.post is null, not/);
    expect(found({ post: { ...post, metrics: { likes: "13" } } })).toBe(
      "data.post.metrics.likes is 13, not 12",
    );
    expect(found({ post: { ...post, comments: { ...post.comments, edges: [] } } })).toMatch(
      /edges\.0 is missing/,
    );
    expect(found({ post: { ...post, publishedAt: null } })).toMatch(/publishedAt is null/);
  });
});
