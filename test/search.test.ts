import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { connect, OWNER_ROLE, type Client } from "../src/db/client.ts";
import { inWorkspace } from "../src/db/workspace-transaction.ts";
import { toGlobalId } from "../src/loaders/global-id.ts";
import { wordsOf } from "../src/loaders/words.ts";
import { createTestApp, type TestApp } from "./support/app.ts";
import { createTestDatabase } from "./support/database.ts";

/*
 * Posts are found by their words. What a search costs is in test/plans.test.ts, how it goes together with
 * other filters and with paging in test/connections.test.ts.
 */

const workspaceId = demoWorkspaceList()[0]!.id;
let app: TestApp;
let client: Client;
beforeAll(async () => {
  app = await createTestApp({ database: await createTestDatabase("demo") });
  client = connect(app.database.ownerUrl, { role: OWNER_ROLE, max: 1 });
});
afterAll(async () => {
  await client.end({ timeout: 5 });
  await app.close();
});

const search = (text: unknown) =>
  app.ask("query ($text: String) { posts(filter: { text: $text }) { totalCount nodes { id } } }", {
    variables: { text },
  });

/** The ids of the posts that are found. */
async function found(text: string): Promise<string[]> {
  const { data, errors } = await search(text);
  expect(errors).toEqual([]);
  const { nodes, totalCount } = data.posts as { nodes: { id: string }[]; totalCount: number };
  expect(totalCount).toBe(nodes.length);
  return nodes.map(({ id }) => id);
}

const change = (text: string, ...values: string[]) =>
  inWorkspace(client, workspaceId, (transaction) => transaction.unsafe(text, values));

/** A draft with this text. */
async function write(body: string): Promise<string> {
  const id = uuidv7();
  await change(
    `insert into posts (workspace_id, id, account_id, network, status, body)
     select workspace_id, $1, id, network, 'DRAFT', $2 from accounts limit 1`,
    id,
    body,
  );
  return id;
}

const samples = [
  "Zoë's #Black_Friday: SALE!!! https://shop.example.com/a?b=c-d",
  "漢字 🎈❤️ and かな・カナ, Ａ１ ½ ﬁn",
  "सलाम हिन्दी में। سلام، دنیا؟ שלום־עולם",
  "ΟΔΟΣ İstanbul ЁЛКА Straße",
  "a\tb\nc\u00a0d\u200be\u3000f",
  "… — !? 🎈",
  "",
  `${"long".repeat(20)} tail`,
];

describe("the words of a text", () => {
  it("are the same to the server and to PostgreSQL, in every script", async () => {
    for (const text of samples) {
      const [row] = await client<{ terms: string[]; lower: string[] }[]>`
        select array(select words_of(${text}) order by 1) as terms,
          array(select distinct lower(word) from unnest(${wordsOf(text)}::text[]) as word order by 1) as lower`;
      expect(row?.lower, text).toEqual(row?.terms);
    }
    expect(wordsOf(samples[0]!).join(" ")).toBe(
      "Zoë s Black Friday SALE https shop example com a b c d",
    );
    expect(wordsOf(samples[1]!).join(" ")).toBe("漢字 and かな カナ A1 1 2 fin");
    expect(wordsOf(samples[2]!).join(" ")).toBe("सलाम हिन्दी में سلام دنیا שלום עולם");
  });
});

describe("a search", () => {
  it("finds posts with all of the words, whole, in any case and order", async () => {
    const id = toGlobalId("Post", await write("Zanzibar's #Nightfall, by Ünsal (2026)"));
    for (const text of ["zanzibar", "NIGHTFALL zanzibar", "#nightfall", "ünsal 2026", "by by s"]) {
      expect(await found(`${text} zanzibar`), text).toEqual([id]);
    }
    for (const text of ["zanzi", "zanzibar daybreak", "zanzibars"]) {
      expect(await found(text), text).toEqual([]);
    }
  });

  it("follows a post that changes, moves on the timeline and goes", async () => {
    const id = await write("quokka before");
    const marker = toGlobalId("Post", id);
    expect(await found("quokka before")).toEqual([marker]);
    await change("update posts set body = 'quokka after' where id = $1", id);
    expect([await found("quokka before"), await found("quokka after")]).toEqual([[], [marker]]);

    const newer = toGlobalId("Post", await write("quokka newer"));
    expect(await found("quokka")).toEqual([newer, marker]);
    await change(
      "update posts set scheduled_at = '2050-01-01', status = 'SCHEDULED' where id = $1",
      id,
    );
    expect(await found("quokka")).toEqual([marker, newer]);

    await change("delete from posts where id = $1", id);
    expect(await found("quokka")).toEqual([newer]);
    const left = await change("select 1 from post_terms where post_id = $1", id);
    expect(left).toHaveLength(0);
  });

  it("knows the words of every post of the demo data set", async () => {
    const [row] = await change(
      `select count(*)::int as posts, count(*) filter (where terms = array(
         select term from post_terms
         where post_id = post.id and timeline_at = post.timeline_at and term = any(post.terms) order by 1))::int as known
       from (select *, array(select words_of(body) order by 1) as terms from posts limit 50) as post`,
    );
    expect(row).toEqual({ posts: 50, known: 50 });
  });

  it.each([
    ["", "filter.text has no word; give one at least, of letters or digits"],
    ["  !? \u0000 🎈", "filter.text has no word; give one at least, of letters or digits"],
    ["x".repeat(101), "filter.text has 101 characters; it may have at most 100"],
    ["a b c d e f g h i", "filter.text has 9 words; it may have at most 8"],
  ])("refuses %j", async (text, message) => {
    expect((await search(text)).errors).toMatchObject([
      { message, extensions: { code: "BAD_USER_INPUT" } },
    ]);
  });

  it("takes any other text, and null for none", async () => {
    for (const text of ["x".repeat(100), "a b c d e f g h", "\ud800 %_'\"\\ x", "a\u0000b"]) {
      expect((await search(text)).errors, text).toEqual([]);
    }
    expect((await search(null)).data.posts.totalCount).toBeGreaterThan(1000);
  });
});
