import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { connect, OWNER_ROLE } from "../src/db/client.ts";
import { inWorkspace, type WorkspaceTransaction } from "../src/db/workspace-transaction.ts";
import { headlineOperation } from "../src/schema/headline.ts";
import { createTestApp, type Json, type TestApp } from "./support/app.ts";
import { withoutTriggers } from "./support/without-triggers.ts";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

describe("the headline operation", () => {
  it("answers fifteen accounts with ten posts each in five statements", async () => {
    const { data, extensions } = await app.read(headlineOperation);

    const accounts = data.accounts.edges;
    expect(accounts).toHaveLength(15);
    for (const { node } of accounts) expect(node.posts.edges).toHaveLength(10);
    expect(extensions["sql"].statements).toBe(5);
    expect(extensions["sql"].batches.map((batch: { loader: string }) => batch.loader)).toEqual([
      "Query.accounts",
      "Account.posts",
      "metricsOfPost",
      "Post.comments",
      "contactById",
    ]);
  });

  it("issues as many on four times the data", async () => {
    let before: Record<string, number> = {};
    await withoutTriggers(app.database.ownerUrl, async () => {
      await keepNewest(40);
      before = await countRows();
      await copyThrice();
    });
    expect(before["posts"]).toBe(15 * 40);
    const after = await countRows();
    for (const [table, count] of Object.entries(before)) expect(after[table]).toBe(4 * count);

    const { data, extensions } = await app.read(headlineOperation);
    expect(extensions["sql"].statements).toBe(5);
    const posts = data.accounts.edges.flatMap(({ node }: Json) => node.posts.edges);
    expect(posts).toHaveLength(150);
  });
});

const workspaceId = demoWorkspaceList()[0]!.id;

/** What the operation reads below the accounts, each behind what it refers to, with the ids to be made new. */
const tables = {
  contacts: ["id"],
  posts: ["id"],
  post_metrics: ["post_id"],
  comments: ["id", "post_id", "parent_id", "contact_id"],
};

/** Does something with the rows of the workspace, as their owner. */
async function asOwner<Result>(work: (transaction: WorkspaceTransaction) => Promise<Result>) {
  const client = connect(app.database.ownerUrl, { role: OWNER_ROLE, max: 1 });
  try {
    return await inWorkspace(client, workspaceId, work);
  } finally {
    await client.end({ timeout: 5 });
  }
}

function countRows(): Promise<Record<string, number>> {
  const counts = Object.keys(tables).map(
    (table) => `(select count(*)::int from ${table}) as ${table}`,
  );
  return asOwner(async (transaction) => {
    const [found] = await transaction.unsafe<Record<string, number>[]>(`select ${counts.join()}`);
    return found!;
  });
}

/** Leaves each account so many posts, with what hangs on them: enough for the operation, and soon copied. */
async function keepNewest(posts: number) {
  await asOwner(async (transaction) => {
    await transaction.unsafe(`create temporary table kept on commit drop as
      select id from (
        select id, row_number() over (partition by account_id order by timeline_at desc) as place from posts
      ) as placed where place <= ${posts}`);
    for (const table of ["comments", "post_metrics", "post_tags", "media", "posts"]) {
      const post = table === "posts" ? "id" : "post_id";
      await transaction.unsafe(`delete from ${table} where ${post} not in (select id from kept)`);
    }
  });
}

/** Adds three copies of every row, which are related to each other as the rows are. */
async function copyThrice() {
  await asOwner(async (transaction) => {
    for (const [table, ids] of Object.entries(tables)) {
      const columns = await transaction<{ name: string }[]>`
        select column_name as name from information_schema.columns
        where table_schema = 'public' and table_name = ${table} and is_generated = 'NEVER'`;
      const names = columns.map(({ name }) => name);
      const values = names.map((name) => {
        if (name === "external_id") return "null";
        // Every id of the demo data begins with 0.
        return ids.includes(name) ? `overlay(${name}::text placing copy from 1)::uuid` : name;
      });
      await transaction.unsafe(
        `insert into ${table} (${names.join()}) select ${values.join()}
         from ${table} cross join (values ('1'), ('2'), ('3')) as copies (copy)`,
      );
    }
    await transaction.unsafe(`analyze ${Object.keys(tables).join()}`);
  });
}
