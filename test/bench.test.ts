import { describe, expect, test } from "vitest";

// What the bench does with numbers and answers; the measuring itself needs minutes and `npm run bench`.

const moduleOf = (path: string) =>
  // The path is no literal, because TypeScript knows no types of it.
  import(new URL(`../bench/${path}`, import.meta.url).href);
const { meanOf, median, percentile, shuffled } = await moduleOf("measure/statistics.mjs");
const { difference, normalise } = await moduleOf("measure/answers.mjs");
const { rowsOf } = await moduleOf("rows.mjs");
const { tableOf } = await moduleOf("report/table.mjs");
const { targetsOf } = await moduleOf("report/targets.mjs");
const { readmeSection } = await moduleOf("report/readme.mjs");
const { between } = await moduleOf("report/markdown.mjs");
const { chartOf } = await moduleOf("report/chart.mjs");
const { differenceInJson } = await moduleOf("parity/same-json.mjs");
const { collectionNames, readCollection } = await moduleOf("parity/collection.mjs");
const { parityTable, summaryOf } = await moduleOf("parity/report.mjs");
const { workspacesOf } = await moduleOf("database/sets.mjs");

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

  test("pieces of one measurement become their means, with all their errors", () => {
    const piece = { workload: "post", rps: 100, errors: 1, postgresCpuMs: null };
    expect(meanOf([piece, { ...piece, rps: 130, errors: 2 }, { ...piece, rps: 70 }])).toEqual({
      ...piece,
      errors: 4,
    });
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
    const unknown = { p50: null, p95: null, p99: null, serverCpuMs: null, rssMb: null };
    expect(rows).toMatchObject([
      {
        workload: "post",
        contender: "ours",
        rounds: 3,
        rps: 20,
        sql: 1,
        sqlOverhead: 4,
        ...unknown,
      },
      { workload: "post", contender: "floor-2", rounds: 3, rps: 40, sql: 1, ...unknown },
    ]);
    expect(rows[0].ratios).toEqual({ "floor-2": { rps: 0.5, sql: 1 } });
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

describe("the parity proof", () => {
  const post = { id: "abc", likes: 12, publishedAt: "2026-03-01T09:30:00.120Z", tags: ["a", "b"] };
  const page = { edges: [{ cursor: "ours", node: post }], pageInfo: { endCursor: "ours" } };
  const found = (theirs: object) => differenceInJson({ posts: page }, { posts: theirs });

  test("takes cursors as each has them, and nothing else", () => {
    const theirs = { edges: [{ cursor: "theirs", node: post }], pageInfo: { endCursor: "theirs" } };
    expect(found(theirs)).toBeUndefined();
    expect(found({ ...theirs, pageInfo: { endCursor: null } })).toBe(
      'data.posts.pageInfo.endCursor is null, not "a cursor"',
    );
  });

  test.each([
    ["a value", { ...post, likes: 13 }, "data.posts.edges.0.node.likes is 13, not 12"],
    ["a type", { ...post, likes: "12" }, 'data.posts.edges.0.node.likes is "12", not 12'],
    ["a spelling", { ...post, publishedAt: "2026-03-01T09:30:00.12Z" }, /publishedAt is/],
    ["an order", { ...post, tags: ["b", "a"] }, /tags\.0 is "b", not "a"/],
    ["something missing", { id: "abc" }, /likes is missing, not 12/],
    ["something more", { ...post, link: null }, /link is null, not missing/],
    ["an order of members", Object.fromEntries(Object.entries(post).reverse()), /another order/],
  ])("sees %s", (_, node, why) => {
    const theirs = { edges: [{ cursor: "x", node }], pageInfo: { endCursor: "x" } };
    expect(found(theirs)).toMatch(why);
  });

  test("asks every operation of the collection, with the data of a workspace in its variables", () => {
    const some = (type: string) =>
      Array.from({ length: 9 }, (_, index) => ({ id: `${type}-${index + 1}` }));
    const data = {
      accounts: { nodes: some("account") },
      replies: {
        nodes: some("post").map((each, index) => ({
          post: each,
          parent: { id: `comment-${index + 1}`, author: { id: `contact-${index + 1}` } },
        })),
      },
      posts: { nodes: some("post"), pageInfo: { endCursor: "theEnd" } },
      tags: { nodes: some("tag") },
      workspace: { members: { nodes: some("member") } },
    };
    const collection = readCollection(data);
    expect(collection.map(({ name }: { name: string }) => name)).toEqual(collectionNames());
    expect(collectionNames().length).toBeGreaterThan(10);
    const variables = collection.map((operation: { variables: object }) => operation.variables);
    expect(JSON.stringify(variables)).not.toMatch(/"</);
    const find = (wanted: string) =>
      collection.find(({ name }: { name: string }) => name === wanted)?.variables;
    expect(find("last-page")).toEqual({ id: "account-1", before: "theEnd" });
    expect(find("posts-by-tag").tagIds).toEqual(["tag-1", "tag-2"]);
    expect(() => readCollection({ ...data, tags: { nodes: [] } })).toThrow(/there is no <Tag>/);
  });

  test("tells of each operation what became of it; one workspace that differs is a difference", () => {
    const results = [
      { operation: "inbox", workspace: "A", verdict: "same", statements: { ours: 7, before: 83 } },
      { operation: "inbox", workspace: "B", verdict: "different", why: "data.x is 1, not 2" },
      { operation: "tags", workspace: "A", verdict: "same", statements: { ours: 4, before: 38 } },
      { operation: "tags", workspace: "B", verdict: "same", statements: { ours: 4, before: 20 } },
      { operation: "limits", workspace: "A", verdict: "unsupported", why: "it had no budgets" },
    ];
    expect(summaryOf(results)).toEqual({ same: 1, different: 1, unsupported: 1, workspaces: 2 });
    const table = parityTable(results);
    expect(table).toMatch(/^ {2}inbox +different: data\.x is 1, not 2/m);
    expect(table).toMatch(/^ {2}tags +same, 38 statements before, 4 now$/m);
    expect(table).toMatch(/^ {2}limits +unsupported: it had no budgets$/m);
  });
});

describe("what a run shows", () => {
  const row = (workload: string, contender: string, rest: object) => ({
    workload,
    contender,
    rps: 100,
    p50: 1,
    p95: 20,
    p99: 3,
    serverCpuMs: 4,
    postgresCpuMs: 2,
    sql: 5,
    rssMb: 100,
    ...rest,
  });
  const rows = [
    row("dashboard", "ours", { rps: 60 }),
    row("dashboard", "floor-2", { rps: 80 }),
    row("dashboard", "before", { rps: 3, p95: 240 }),
    row("page-1", "ours", {}),
    row("page-500", "ours", { serverCpuMs: 4.2 }),
    row("cold", "ours", { rps: null, p50: 151 }),
  ];
  const result = {
    rows,
    excluded: [{ workload: "all", contender: "mercurius", why: "it did not become ready" }],
    date: "2026-11-22T07:15:00.000Z",
    command: "npm run bench",
    machine: { cpu: "A <CPU>", cores: 2, memoryGb: 24 },
    versions: { postgres: "18.4", node: { "v20.20.2": ["ours-node20"], "v26.10.0": ["ours"] } },
    data: { posts: 500_000, comments: 2_000_000, workspaces: 100 },
    load: { rounds: 4, seconds: 3, inFlight: 8 },
    parity: { same: 13, different: 0, unsupported: 0 },
  };

  test("each target is met, missed or not measured, and the table says which", () => {
    const verdicts = Object.fromEntries(
      targetsOf(rows).map(({ what, verdict }: { what: string; verdict: string }) => [
        what,
        verdict,
      ]),
    );
    expect(verdicts).toMatchObject({
      "dashboard: requests/s ÷ FLOOR-2": "met",
      "dashboard: p95 of the “before” ÷ ours, as many in flight": "missed",
      "dashboard: SQL statements of data": "met",
      "page 500 ÷ page 1, CPU of a request": "met",
      "one post by id: requests/s ÷ FLOOR-2": "not measured",
      "cold server, ms to its first dashboard": "missed",
    });
    expect(tableOf(result)).toMatch(/^cold server.* 151 +at most 150 +MISSED$/m);
  });

  test("the README has machine, date, command, every contender and what was missed", () => {
    const section = readmeSection(result);
    for (const part of ["2026-11-22", "`npm run bench`", "2 cores", "Node 26.10.0 and 20.20.2"]) {
      expect(section).toContain(part);
    }
    expect(section).toMatch(/\| \*\*ours\*\* +\| +60 \| +0\.75 \|/);
    expect(section).toMatch(/cold server[^|]*\| at most 150 +\| +151 \| \*\*missed\*\*/);
    expect(section).toContain("`mercurius` does not count for all: it did not become ready.");
  });

  test("the README's text is put between its marks, again and again", () => {
    const readme = "before\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nafter\n";
    const once = between(readme, "bench", "new $& text");
    expect(once).toContain(
      "before\n<!-- bench:begin -->\n\nnew $& text\n\n<!-- bench:end -->\nafter",
    );
    expect(between(once, "bench", "new $& text")).toBe(once);
    expect(() => between("no marks", "bench", "text")).toThrow(/there is no/);
  });

  test("the chart is one for light and dark pages", () => {
    const chart = chartOf(result);
    expect(chart).toMatch(/^<svg [^]*prefers-color-scheme:dark[^]*<\/svg>\n$/);
    expect(chart).toContain("A &lt;CPU>");
    // Less is better: ours first.
    expect(chart).toMatch(/p95 in ms[^]*?>(ours|floor-2)<[^]*>before</);
  });

  test("the data set is as large as it says: 100 workspaces, 500,000 posts, 2,000,000 comments", () => {
    const workspaces = workspacesOf("full");
    const sum = (count: "posts" | "comments") =>
      workspaces.reduce((total: number, each: Record<string, number>) => total + each[count]!, 0);
    expect(workspaces).toHaveLength(100);
    expect(sum("posts")).toBeGreaterThanOrEqual(500_000);
    expect(sum("comments")).toBeGreaterThanOrEqual(2_000_000);
    expect(new Set(workspaces.map(({ id }: { id: string }) => id)).size).toBe(100);
  });
});
