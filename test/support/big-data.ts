import { createHash } from "node:crypto";
import type postgres from "postgres";
import { connect, OWNER_ROLE } from "../../src/db/client.ts";
import type { TestDatabase } from "./database.ts";

/** How many rows of each table a workspace has. */
export interface BigWorkspace {
  id: string;
  posts: number;
  accounts: number;
  members: number;
  contacts: number;
  comments: number;
}

const WORKSPACES = 20;

/** How much of the data to make, and where. */
export interface BigDataSize {
  posts: number;
  comments: number;
  contacts: number;
  /** Accounts of the first workspace; the others have fifteen for each hundred. */
  accounts: number;
  /** A workspace that there is already, which gets the largest part; a new one unless told. */
  firstWorkspace?: string;
}

const ordinarySize: BigDataSize = {
  posts: 100_000,
  comments: 100_000,
  contacts: 20_000,
  accounts: 200,
};

/** Tags of every workspace: the first is on a third of all posts, the last on three of them. */
export const TAGS = 30;
/** Row numbers with a part to play, in every workspace. */
export const special = {
  /** Three of ten posts are the first account's: more than 10,000 in the large workspace. */
  busyAccount: 1,
  quietAccount: 2,
  /** 5,000 comments in the large workspace. */
  discussedPost: 1000,
  /** A quarter of that discussion answers it. */
  answeredComment: 4,
  /** Writes three of ten comments. */
  loudContact: 1,
  /** On a third of all posts. */
  commonTag: 1,
  /** On three posts. */
  rareTag: TAGS,
  /** Wrote half of all posts. */
  busyAuthor: 1,
  /** Wrote one of 5,000. */
  rareAuthor: 2,
} as const;

/** Words of posts. Only of them there are terms, and of one word in ten posts that no other has. */
export const words = {
  common: "Lorem",
  /** One post in three has it. */
  commonEach: 3,
  rare: "consectetur",
  rareEach: 100,
} as const;

/** Comments of the large workspace's most discussed post; 200 in the others. */
export const DISCUSSION = 5000;

/** The id of the nth row of a kind: a UUIDv7 of the row's moment, for row 1 to the number of rows. */
export function rowIdOf(workspace: BigWorkspace, kind: Kind, number: number): string {
  const time = (epochs[kind] + number * MINUTE).toString(16);
  return `0${time}${endOfIds(workspace, kind)}`.replace(
    /^(.{8})(.{4})(.{4})(.{4})(.{12})$/,
    "$1-$2-$3-$4-$5",
  );
}

/** The same in SQL; a plain expression, because calling a function for each id takes twice as long. */
const idOf = (workspace: BigWorkspace, kind: Kind, number: string) =>
  `('0' || to_hex(${epochs[kind]} + (${number})::bigint * ${MINUTE}) || '${endOfIds(workspace, kind)}')::uuid`;

/** What the ids of a workspace's rows of a kind have in common: the version, and no two workspaces an end. */
function endOfIds({ id }: BigWorkspace, kind: Kind): string {
  const digits = createHash("md5").update(`${id} ${kind}`).digest("hex");
  return `7${digits.slice(0, 3)}8${digits.slice(3, 18)}`;
}

/** Each row is a minute younger than the row before it. */
const MINUTE = 60_000;
const epochs = {
  Account: Date.UTC(2024, 0),
  Member: Date.UTC(2024, 0),
  Tag: Date.UTC(2024, 0),
  Contact: Date.UTC(2024, 0),
  Post: Date.UTC(2025, 0),
  Media: Date.UTC(2025, 0),
  Comment: Date.UTC(2025, 0),
  ApiKey: Date.UTC(2025, 0),
  Invitation: Date.UTC(2025, 0),
  AuditLogEntry: Date.UTC(2025, 0),
};
export type Kind = keyof typeof epochs;

const timeOf = (kind: Kind, number: string) =>
  `(to_timestamp(${epochs[kind] / 1000}) + (${number}) * interval '1 minute')`;

/**
 * Fills an empty, migrated database with data of realistic size and shape, made inside of PostgreSQL:
 * 20 workspaces, 100,000 posts, 100,000 comments and what belongs to them, all of it uneven. The first
 * workspace is by far the largest, the last the smallest.
 * The same in every run. Nothing analyzes it by itself: {@link analyze} does.
 */
export async function buildBigData(
  database: TestDatabase,
  size = ordinarySize,
): Promise<BigWorkspace[]> {
  const workspaces = workspaceSizes(size);
  const client = connect(database.ownerUrl, { max: 1, idleTimeoutMs: 600_000 });
  try {
    // The rows refer to each other by construction; a superuser need not have that checked.
    const [login] = await client<{ super: boolean }[]>`
      select rolsuper as super from pg_roles where rolname = current_user`;
    if (login?.super) await client.unsafe("set session_replication_role = replica");
    await client
      .unsafe(
        `set role ${OWNER_ROLE}; set synchronous_commit = off; set jit = off;
         set maintenance_work_mem = '256MB'; set max_parallel_maintenance_workers = 0`,
      )
      .simple();
    await client.unsafe(withoutAutovacuum);
    const indexes = await takeIndexes(client);
    await client.unsafe("begin");
    // What is written to a table that was emptied in the same transaction needs no write-ahead log.
    if (!size.firstWorkspace) await client.unsafe(`truncate ${await tablesOf(client)}`);
    for (const workspace of workspaces) await fill(client, workspace);
    await client.unsafe(indexes.join("; ")).simple();
    await client.unsafe("commit");
    return workspaces;
  } finally {
    await client.end({ timeout: 5 });
  }
}

async function tablesOf(client: ReturnType<typeof connect>): Promise<string> {
  const tables = await client<{ name: string }[]>`
    select oid::regclass::text as name from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and not relispartition`;
  return tables.map(({ name }) => name).join();
}

/** Gives the planner its statistics. */
export async function analyze(database: TestDatabase) {
  const client = connect(database.ownerUrl, { max: 1 });
  try {
    await client.unsafe(`set role ${OWNER_ROLE}; analyze`).simple();
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** Else the statistics would come in the middle of a test. */
const withoutAutovacuum = `do $$
  declare name regclass;
  begin
    for name in select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace loop
      execute format('alter table %s set (autovacuum_enabled = false)', name);
    end loop;
  end $$`;

/**
 * Drops indexes that no constraint needs, and gives what makes them again, in the order in which they
 * were made: all at once is faster. Some of posts are so alike that their sizes decide between them, and
 * else their age: they become about as large as they do in life.
 */
async function takeIndexes(client: ReturnType<typeof connect>): Promise<string[]> {
  const indexes = await client<{ name: string; definition: string }[]>`
    select i.indexrelid::regclass::text as name,
      pg_get_indexdef(i.indexrelid) || case when c.relname = 'posts' then ${GROWN} else '' end
        as definition
    from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relnamespace = 'public'::regnamespace
      and not exists (select from pg_constraint where conindid = i.indexrelid)
    order by i.indexrelid`;
  await client.unsafe(`drop index ${indexes.map(({ name }) => name).join()}`);
  return indexes.map(({ definition }) => definition);
}

/** Pages that were split again and again are about two thirds full. */
const GROWN = " with (fillfactor = 65)";

/** 40 % of everything in the first workspace, the rest shared out as 1/2, 1/3, 1/4 … */
function workspaceSizes(size: BigDataSize): BigWorkspace[] {
  const weights = Array.from({ length: WORKSPACES - 1 }, (_, index) => 1 / (index + 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return [0.4, ...weights.map((weight) => (0.6 * weight) / sum)].map((share, index) => {
    const digits = createHash("md5").update(`workspace ${index}`).digest("hex");
    const id = digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-7$3-8$4-$5");
    return {
      id: (index === 0 && size.firstWorkspace) || id,
      posts: Math.ceil(size.posts * share),
      accounts: index === 0 ? size.accounts : Math.ceil(size.accounts * 0.15),
      members: 12,
      contacts: Math.ceil(size.contacts * share),
      comments: Math.ceil(size.comments * share),
    };
  });
}

const networkOf = (number: string) =>
  `(array['INSTAGRAM','FACEBOOK','TIKTOK','X','LINKEDIN'])[(${number}) % 5 + 1]`;

/** 1 … count, with a hash of the number that is spread evenly over 0 … 9,999. */
const series = (count: number) =>
  `(select n, (hashint4(n)::bigint & 2147483647) % 10000 as h from generate_series(1, ${count}) as n) as s`;

async function fill(client: postgres.Sql<never> | ReturnType<typeof connect>, w: BigWorkspace) {
  const text =
    "'Lorem ipsum dolor sit amet, consectetur adipiscing elit. ' || repeat(md5(n::text), 4)";
  // A row in the order of its tables' references; `into` adds the workspace.
  const into = (table: string, columns: string, values: string, from: string) =>
    `insert into ${table} (workspace_id, ${columns}) select '${w.id}', ${values} from ${from}`;

  // The busy account and one in ten of the others' posts; a quiet account has one in 500.
  const accountOf = `case when h % 10 < 3 then ${special.busyAccount} when h % 500 = 3 then ${special.quietAccount} else h % ${w.accounts - 2} + 3 end`;
  const authorOf = `case when h % 20 = 0 then null when h % 5000 = 1 then ${special.rareAuthor} when h % 2 = 0 then ${special.busyAuthor} else h % ${w.members - 2} + 3 end`;
  const statusOf = `case when n % 1000 = 7 then 'FAILED' when n % 2000 = 8 then 'PUBLISHING' when h % 100 < 3 then 'DRAFT' when h % 100 < 6 then 'SCHEDULED' when h % 100 < 7 then 'NEEDS_APPROVAL' else 'PUBLISHED' end`;
  // Three posts at a time; what is scheduled lies behind all that is published.
  const postTime = timeOf("Post", "n / 3 * 3");
  const scheduledTime = timeOf("Post", "n / 3 * 3 + 100000");
  const discussion = w.posts > DISCUSSION * 4 ? DISCUSSION : 200;
  const postOf = (comment: string) =>
    `case when ${comment} <= ${discussion} then ${Math.min(special.discussedPost, w.posts)} else ((${comment})::bigint * 7919) % ${w.posts} + 1 end`;

  await client
    .unsafe(
      [
        `set local app.workspace_id = '${w.id}'`,
        `insert into workspaces (workspace_id, name) values ('${w.id}', 'Workspace') on conflict do nothing`,
        into(
          "members",
          "id, email, display_name, role, created_at",
          `${idOf(w, "Member", "n")}, n || '@example.com', 'Member ' || n, 'EDITOR', ${timeOf("Member", "n")}`,
          series(w.members),
        ),
        into(
          "tags",
          "id, name, created_at",
          `${idOf(w, "Tag", "n")}, 'Tag ' || n, ${timeOf("Tag", "n")}`,
          series(TAGS),
        ),
        into(
          "accounts",
          "id, network, handle, display_name, follower_count, health, created_at",
          `${idOf(w, "Account", "n")}, ${networkOf("n")}, 'handle' || n, 'Account ' || h, h, case when n % 20 = 5 then 'DISCONNECTED' else 'HEALTHY' end, ${timeOf("Account", "n")}`,
          series(w.accounts),
        ),
        into(
          "contacts",
          "id, network, handle, display_name, created_at",
          `${idOf(w, "Contact", "n")}, ${networkOf("h")}, 'contact' || n, 'Contact ' || n, ${timeOf("Contact", "n")}`,
          series(w.contacts),
        ),
        into(
          "posts",
          "id, account_id, network, author_id, status, body, created_at, scheduled_at, published_at",
          `${idOf(w, "Post", "n")}, ${idOf(w, "Account", accountOf)}, ${networkOf(accountOf)}, ${idOf(w, "Member", authorOf)}, status, ${text}, at, case when status = 'SCHEDULED' then ${scheduledTime} end, case when status = 'PUBLISHED' then at end`,
          `(select *, ${statusOf} as status, ${postTime} as at from ${series(w.posts)}) as s`,
        ),
        into(
          "post_metrics",
          "post_id, impressions, likes, captured_at",
          `${idOf(w, "Post", "n")}, h, h / 100, ${postTime}`,
          `${series(w.posts)} where (${statusOf}) = 'PUBLISHED'`,
        ),
        into(
          "media",
          "id, post_id, position, kind, url",
          `${idOf(w, "Media", "n")}, ${idOf(w, "Post", "n * 2")}, 0, 'IMAGE', 'https://example.com/' || n`,
          series(Math.floor(w.posts / 2)),
        ),
        into(
          "post_tags",
          "post_id, tag_id, timeline_at, account_id, network, status",
          `${idOf(w, "Post", "n")}, ${idOf(w, "Tag", "tag")}, case when (${statusOf}) = 'SCHEDULED' then ${scheduledTime} else ${postTime} end, ${idOf(w, "Account", accountOf)}, ${networkOf(accountOf)}, ${statusOf}`,
          `(select n, h, ${special.commonTag} as tag from ${series(w.posts)} where n % 3 = 0
            union all select n, h, h % ${TAGS - 2} + 2 from ${series(w.posts)} where n % 3 < 2
            union all select n, h, ${special.rareTag} from ${series(300)} where n % 100 = 0) as s`,
        ),
        into(
          "post_terms",
          "term, timeline_at, post_id",
          `term, case when (${statusOf}) = 'SCHEDULED' then ${scheduledTime} else ${postTime} end, ${idOf(w, "Post", "n")}`,
          `(select n, h, lower('${words.common}') as term from ${series(w.posts)} where n % ${words.commonEach} = 0
            union all select n, h, '${words.rare}' from ${series(w.posts)} where n % ${words.rareEach} = 0
            union all select n, h, md5(n::text) from ${series(w.posts)} where n % 10 = 0) as s`,
        ),
        into(
          "comments",
          "id, account_id, post_id, parent_id, contact_id, status, body, created_at",
          `${idOf(w, "Comment", "n")}, ${idOf(w, "Account", accountOf.replaceAll("h %", "posth %"))}, ${idOf(w, "Post", "post")},
            case when parent then ${idOf(w, "Comment", `case when n <= ${discussion} then ${special.answeredComment} else n - 1 end`)} end,
            ${idOf(w, "Contact", `case when h % 10 < 3 then ${special.loudContact} else h % ${w.contacts} + 1 end`)},
            case when h % 100 < 2 then 'NEW' when h % 100 < 3 then 'HIDDEN' when h % 2 = 0 then 'READ' else 'ANSWERED' end,
            'What a lovely comment, number ' || n, ${timeOf("Comment", "n / 4 * 4")}`,
          // One in four answers: in the discussion the same comment, else the one before it; below its post.
          `(select n, h, post, parent, (hashint4(post::int)::bigint & 2147483647) % 10000 as posth
            from (select n, h, n % 4 = 1 and n > 4 as parent, ${postOf("n - (n % 4 = 1)::int")} as post
              from ${series(w.comments)}) as s) as s`,
        ),
        into(
          "api_keys",
          "id, name, role, scopes, hash, created_at",
          `${idOf(w, "ApiKey", "n")}, 'Key ' || n, 'VIEWER', '{read}', md5(n::text), ${timeOf("ApiKey", "n / 4 * 4")}`,
          series(w.members * 20),
        ),
        into(
          "invitations",
          "id, email, role, token_hash, created_at, expires_at",
          `${idOf(w, "Invitation", "n")}, n || '@example.com', 'EDITOR', md5(n::text), ${timeOf("Invitation", "n / 4 * 4")}, ${timeOf("Invitation", "n + 10000")}`,
          series(w.members * 20),
        ),
        into(
          "audit_log_entries",
          "id, action, actor_kind, actor_id, actor_name, created_at",
          `${idOf(w, "AuditLogEntry", "n")}, case when n % 1000 = 7 then 'MEMBER_LEFT' when h % 2 = 0 then 'API_KEY_CREATED' else 'MEMBER_INVITED' end,
            'MEMBER', ${idOf(w, "Member", `case when n % 500 = 3 then ${special.rareAuthor} when h % 2 = 0 then ${special.busyAuthor} else h % ${w.members - 2} + 3 end`)}, 'Member', ${timeOf("AuditLogEntry", "n / 4 * 4")}`,
          series(w.contacts),
        ),
      ].join(";\n"),
    )
    .simple();
}
