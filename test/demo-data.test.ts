import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audienceOf, castOf } from "../src/data/demo/cast.ts";
import { layerBatches, MAXIMUM_SCALE, spanOf } from "../src/data/demo/layer.ts";
import { seedDemo, type SeedProgress, type SeedSummary } from "../src/data/demo/seed.ts";
import { ANCHOR, demoWorkspaces } from "../src/data/demo/workspaces.ts";
import { connect, type Client } from "../src/db/client.ts";
import { postStatuses } from "../src/db/tables/post.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";
import { withoutTriggers } from "./support/without-triggers.ts";

const tables = [
  "accounts",
  "comments",
  "contacts",
  "media",
  "members",
  "post_metrics",
  "post_tags",
  "posts",
  "tags",
  "workspaces",
];

/** One line about every row of every table: it differs as soon as a single value does. */
async function digest(client: Client) {
  const parts = tables.map(
    (table) =>
      `select '${table}' as name, count(*)::int as count, sum(hashtextextended(t::text, 0))::text as sum from ${table} t`,
  );
  return client.unsafe<{ name: string; count: number; sum: string }[]>(
    `${parts.join(" union all ")} order by name`,
  );
}

describe("The demo data", () => {
  let database: TestDatabase;
  /** A login above row-level security: here all workspaces are looked at. */
  let client: Client;
  let summary: SeedSummary;
  let interrupted: { error: unknown; workspaces: number; contacts: number };
  let layers: SeedSummary["layers"][] = [];
  let first = "";

  const ask = async <Row extends object>(text: string, values: string[] = []) => [
    ...(await client.unsafe<Row[]>(text, values)),
  ];
  const countOf = async (table: string) =>
    (await ask<{ count: number }>(`select count(*)::int as count from ${table}`))[0]?.count ?? 0;

  /** Rows whose foreign key leads nowhere, counted for each key. */
  async function findDangling() {
    const keys = await ask<{ name: string; child: string; parent: string; pairs: string[][] }>(
      `select conname as name, conrelid::regclass::text as child, confrelid::regclass::text as parent,
         (select jsonb_agg(jsonb_build_array(c.attname, p.attname))
          from unnest(conkey, confkey) as pair (own, other)
          join pg_attribute c on c.attrelid = conrelid and c.attnum = own
          join pg_attribute p on p.attrelid = confrelid and p.attnum = other) as pairs
       from pg_constraint where contype = 'f' order by name`,
    );
    const counts = keys.map(({ name, child, parent, pairs }) => {
      const isSet = pairs.map(([own]) => `c.${own} is not null`).join(" and ");
      const fits = pairs.map(([own, other]) => `p.${other} = c.${own}`).join(" and ");
      return `select '${name}' as name, count(*)::int as count from ${child} c
        where ${isSet} and not exists (select from ${parent} p where ${fits})`;
    });
    expect(counts.length).toBeGreaterThan(10);
    const found = await ask<{ name: string; count: number }>(counts.join(" union all "));
    return found.filter(({ count }) => count > 0);
  }

  /** A seeding whose second workspace cannot be loaded: one of its later rows is in the way. */
  async function interrupt() {
    const [, second] = demoWorkspaces;
    if (!second) throw new Error("there is no second workspace");
    const cast = castOf(second);
    const [batch] = layerBatches(cast, 0, audienceOf(cast, 0, spanOf(0).from));
    const commentId = String(batch?.comments[100]?.[0]);
    await client.unsafe(
      `alter table comments add constraint in_the_way check (id <> '${commentId}')`,
    );
    const error: unknown = await seedDemo({ ownerUrl: database.ownerUrl }).catch(
      (reason: unknown) => reason,
    );
    const contacts = await ask("select 1 from contacts where workspace_id = $1", [
      cast.workspaceId,
    ]);
    const workspaces = await countOf("workspaces");
    await client.unsafe("alter table comments drop constraint in_the_way");
    return { error, workspaces, contacts: contacts.length };
  }

  beforeAll(async () => {
    database = await createTestDatabase();
    client = connect(database.ownerUrl, { max: 1 });
    const { ownerUrl } = database;
    const both = await withoutTriggers(ownerUrl, async () => {
      interrupted = await interrupt();
      // Two servers that start at once may both seed: together they load the rest once.
      return Promise.all([seedDemo({ ownerUrl }), seedDemo({ ownerUrl })]);
    });
    layers = both.map((each) => each.layers);
    [summary] = both;
    first = summary.workspaces[0]?.id ?? "";
  });

  afterAll(async () => {
    await client.end({ timeout: 5 });
    await database.close();
  });

  it("are there in whole layers only after a seeding that was interrupted", () => {
    expect(String(interrupted.error)).toContain("in_the_way");
    expect(interrupted).toMatchObject({ workspaces: 1, contacts: 0 });
  });

  it("are loaded once, from there on, by two seedings at the same time", async () => {
    expect(layers.map((each) => each.added + each.found)).toEqual([3, 3]);
    expect(layers.reduce((sum, each) => sum + each.added, 0)).toBe(2);
    expect(await countOf("workspaces")).toBe(3);
  });

  it("are the same rows wherever they are made", async () => {
    // The template was seeded by another process.
    const elsewhere = await createTestDatabase("demo");
    const there = connect(elsewhere.ownerUrl, { max: 1 });
    try {
      expect(await digest(there)).toEqual(await digest(client));
    } finally {
      await there.end({ timeout: 5 });
      await elsewhere.close();
    }
  });

  it("hang together: no foreign key leads nowhere", async () => {
    expect(await findDangling()).toEqual([]);
  });

  it("show fifteen accounts with five hundred posts each on the first page", async () => {
    const page = await ask<{ network: string; posts: number }>(
      `select a.network, (select count(*)::int from posts p
         where p.workspace_id = a.workspace_id and p.account_id = a.id) as posts
       from accounts a where a.workspace_id = $1 order by a.created_at, a.id limit 15`,
      [first],
    );
    expect(page).toHaveLength(15);
    for (const account of page) expect(account.posts).toBeGreaterThanOrEqual(500);
    expect(new Set(page.map((account) => account.network)).size).toBe(10);
  });

  it("show accounts that work on the first page, and a few that need somebody", async () => {
    const healths = await ask<{ health: string; accounts: number }>(
      `select health, count(*)::int as accounts from accounts where workspace_id = $1
       group by health order by health`,
      [first],
    );
    expect(healths).toEqual([
      { health: "DISCONNECTED", accounts: 1 },
      { health: "EXPIRING", accounts: 2 },
      { health: "HEALTHY", accounts: 12 },
    ]);
  });

  it("have three workspaces, one account without posts, one post with a thousand comments", async () => {
    expect(summary.workspaces).toHaveLength(3);
    const silent = await ask<{ workspace: string }>(
      `select a.workspace_id::text as workspace from accounts a where not exists
         (select 1 from posts p where p.workspace_id = a.workspace_id and p.account_id = a.id)`,
    );
    expect(silent).toEqual([{ workspace: summary.workspaces[1]?.id }]);
    const crowded = await ask<{ workspace: string; count: number }>(
      `select workspace_id::text as workspace, count(*)::int as count from comments
       group by workspace_id, post_id having count(*) >= 500`,
    );
    expect(crowded).toEqual([{ workspace: first, count: 1000 }]);
  });

  it("have every status, and scheduled posts later than published ones", async () => {
    const rows = await ask<{ status: string; workspaces: number; from: string; to: string }>(
      `select status, count(distinct workspace_id)::int as workspaces,
         min(timeline_at)::text as from, max(timeline_at)::text as to from posts group by status`,
    );
    expect(rows.map((row) => row.status).sort()).toEqual([...postStatuses].sort());
    const time = (status: string, end: "from" | "to") =>
      Date.parse(rows.find((row) => row.status === status)?.[end] ?? "");
    expect(time("PUBLISHED", "to")).toBeLessThanOrEqual(ANCHOR);
    expect(time("SCHEDULED", "from")).toBeGreaterThan(ANCHOR);
    expect(time("DRAFT", "to")).toBeLessThan(ANCHOR);
  });

  it("have posts of one account and comments of one post within the same millisecond", async () => {
    const [ties] = await ask<{ posts: number; comments: number; accounts: number }>(
      `select
         (select count(*)::int from (select 1 from posts group by account_id, timeline_at having count(*) > 1) x) as posts,
         (select count(*)::int from (select 1 from comments group by post_id, created_at having count(*) > 1) x) as comments,
         (select count(*)::int from (select 1 from accounts group by workspace_id, created_at having count(*) > 1) x) as accounts`,
    );
    expect(ties?.posts).toBeGreaterThan(100);
    expect(ties?.comments).toBeGreaterThan(100);
    expect(ties?.accounts).toBeGreaterThan(3);
  });

  it("have threads four levels deep that stay on their post and go forward in time", async () => {
    const levels = await ask<{ level: number; wrong: number }>(
      `with recursive thread as (
         select id, workspace_id, post_id, created_at, 1 as level, false as wrong
         from comments where parent_id is null
         union all
         select c.id, c.workspace_id, c.post_id, c.created_at, t.level + 1,
           c.post_id <> t.post_id or c.created_at < t.created_at
         from thread t join comments c on c.workspace_id = t.workspace_id and c.parent_id = t.id
       )
       select level, count(*) filter (where wrong)::int as wrong from thread group by level order by level`,
    );
    expect(levels.map((row) => row.level)).toEqual([1, 2, 3, 4]);
    expect(levels.every((row) => row.wrong === 0)).toBe(true);
  });

  it("have believable numbers, one of them beyond 32 bits", async () => {
    const [facts] = await ask<Record<string, number>>(
      `select
         count(*) filter (where m.reach > m.impressions or m.likes > m.reach or m.clicks > m.reach)::int as impossible,
         count(*) filter (where m.captured_at < p.published_at)::int as early,
         count(*) filter (where m.comments <> (
           select count(*) from comments c where c.workspace_id = m.workspace_id and c.post_id = m.post_id
         ))::int as miscounted,
         max(m.video_views) as views,
         max(m.impressions)::float / percentile_cont(0.5) within group (order by m.impressions) as tail,
         count(*)::int as measured,
         (select count(*)::int from posts where status = 'PUBLISHED') as published
       from post_metrics m join posts p on p.workspace_id = m.workspace_id and p.id = m.post_id`,
    );
    expect(facts).toMatchObject({ impossible: 0, early: 0, miscounted: 0 });
    expect(facts?.measured).toBe(facts?.published);
    expect(facts?.views).toBeGreaterThan(2 ** 31);
    expect(facts?.tail).toBeGreaterThan(1000);
  });

  it("look alive: the newest ten posts of an account mostly have two comments or more", async () => {
    const [newest] = await ask<{ posts: number; lively: number }>(
      `select count(*)::int as posts, count(*) filter (where comments >= 2)::int as lively from (
         select (select count(*) from comments c where c.workspace_id = p.workspace_id and c.post_id = p.id) as comments
         from (
           select *, row_number() over (partition by account_id order by timeline_at desc, id desc) as place
           from posts where workspace_id = $1
         ) p where place <= 10
       ) counted`,
      [first],
    );
    expect(newest?.posts).toBe(150);
    expect(newest?.lively).toBeGreaterThan(100);
  });

  it("speak several languages, and no two accounts the same words", async () => {
    const [found] = await ask<Record<string, number>>(
      `select count(*) filter (where body ~ '[ぁ-ん]')::int as japanese,
         count(*) filter (where body ~ '[ء-ي]')::int as arabic,
         count(*) filter (where body ~ '[äöüß]')::int as german,
         count(*) filter (where body ~ '[¿¡ñ]')::int as spanish,
         (count(distinct body) * 100 / count(*))::int as distinct_percent
       from posts`,
    );
    for (const language of ["japanese", "arabic", "german", "spanish"]) {
      expect(found?.[language], language).toBeGreaterThan(100);
    }
    expect(found?.distinct_percent).toBeGreaterThan(80);
  });

  it("carry zero to three tags and zero to four pictures, with members of every role", async () => {
    const [facts] = await ask<Record<string, number>>(
      `select
         (select max(n)::int from (select count(*) as n from post_tags group by post_id) x) as tags,
         (select max(n)::int from (select count(*) as n from media group by post_id) x) as media,
         (select count(*)::int from post_tags t join posts p using (workspace_id)
           where p.id = t.post_id and p.timeline_at <> t.timeline_at) as astray,
         (select min(n)::int from (select count(distinct role) as n from members group by workspace_id) x) as roles`,
    );
    expect(facts).toEqual({ tags: 3, media: 4, astray: 0, roles: 4 });
  });

  it("use ids that sort by time, as version 7 does", async () => {
    const [wrong] = await ask<{ count: number }>(
      `select count(*)::int as count from (
         select id, created_at from posts union all select id, created_at from comments
         union all select id, created_at from contacts union all select id, created_at from accounts
       ) x
       where substr(id::text, 15, 1) <> '7' or substr(id::text, 20, 1) not in ('8', '9', 'a', 'b')
         or ('x' || lpad(replace(left(id::text, 13), '-', ''), 16, '0'))::bit(64)::bigint
            <> round(extract(epoch from created_at) * 1000)`,
    );
    expect(wrong?.count).toBe(0);
  });

  it("stay as they are when they are there, and grow by layers into the past", async () => {
    const before = await digest(client);
    const posts = await countOf("posts");
    const again = await seedDemo({ ownerUrl: database.ownerUrl });
    expect(again).toMatchObject({ layers: { added: 0, found: 3 }, rows: {} });
    expect(await digest(client)).toEqual(before);

    const [oldest] = await ask<{ at: string }>("select min(published_at)::text as at from posts");
    const progress: number[] = [];
    const onProgress = ({ done, total }: SeedProgress) => progress.push(done / total);
    const { ownerUrl } = database;
    const grown = await withoutTriggers(ownerUrl, () =>
      seedDemo({ ownerUrl, scale: 2, onProgress }),
    );
    expect(grown.layers).toEqual({ added: 3, found: 3 });
    expect(grown.rows.posts).toBe(posts);
    expect(progress).toEqual([...progress].sort((left, right) => left - right));
    expect(progress.at(-1)).toBe(1);
    const [newest] = await ask<{ at: string; count: number }>(
      `select max(published_at)::text as at, count(*)::int as count from posts where published_at < $1`,
      [oldest?.at ?? ""],
    );
    expect(newest?.count).toBe(posts);
    expect(await findDangling()).toEqual([]);
  });

  it("refuse a scale that makes no sense", async () => {
    for (const scale of [0, -1, 1.5, Number.NaN, MAXIMUM_SCALE + 1]) {
      await expect(seedDemo({ ownerUrl: database.ownerUrl, scale })).rejects.toThrow(RangeError);
    }
    expect(spanOf(MAXIMUM_SCALE - 1).from).toBeGreaterThan(0);
  });
});
