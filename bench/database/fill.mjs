import { rowIdSql, timeSql } from "./ids.mjs";

/** Three of ten posts are on each workspace's first account: in the largest more than 500 pages. */
const BUSY_ACCOUNT = 1;

/** 1 … count, with a hash of the number that is spread evenly over 0 … 9,999. */
const series = (count) =>
  `(select n, (hashint4(n)::bigint & 2147483647) % 10000 as h from generate_series(1, ${count}) as n) as s`;

const networkOf = (number) =>
  `(array['INSTAGRAM','FACEBOOK','TIKTOK','X','LINKEDIN'])[(${number}) % 5 + 1]`;

/** What the audience writes is not ASCII: one in four has letters and pictures beyond. */
const beyondAscii = (hash) =>
  `case when ${hash} % 4 = 0 then ' Très chouette, bravo à tous 🎉' else '' end`;

/** SQL that makes one workspace and all that belongs to it, the same in every run. */
export function fillWorkspace(w) {
  const into = (table, columns, values, from) =>
    `insert into ${table} (workspace_id, ${columns}) select '${w.id}', ${values} from ${from}`;
  const id = (kind, number) => rowIdSql(w, kind, number);

  const accountOf = (hash) =>
    `case when ${hash} % 10 < 3 then ${BUSY_ACCOUNT} else ${hash} % ${w.accounts - 1} + 2 end`;
  const statusOf =
    "case when h % 100 < 2 then 'DRAFT' when h % 100 < 4 then 'SCHEDULED' when h % 100 = 5 then 'FAILED' else 'PUBLISHED' end";
  // Three posts at a time: the id decides between them.
  const postTime = timeSql("Post", "n / 3 * 3");
  const commentedPost = `(hashint4(n * 7)::bigint & 2147483647) % ${w.posts} + 1`;

  return [
    "begin",
    `set local app.workspace_id = '${w.id}'`,
    `insert into workspaces (workspace_id, name) values ('${w.id}', 'Workspace ${w.number}')`,
    into(
      "members",
      "id, email, display_name, role, created_at",
      `${id("Member", "n")}, n || '@example.com', 'Member ' || n, 'EDITOR', ${timeSql("Member", "n")}`,
      series(w.members),
    ),
    into(
      "accounts",
      "id, network, handle, display_name, follower_count, created_at",
      `${id("Account", "n")}, ${networkOf("n")}, 'handle' || n, 'Account ' || h, h, ${timeSql("Account", "n")}`,
      series(w.accounts),
    ),
    into(
      "contacts",
      "id, network, handle, display_name, avatar_url, created_at",
      `${id("Contact", "n")}, ${networkOf("h")}, 'contact' || n, 'Contact ' || n, case when h % 3 > 0 then 'https://images.example.com/avatars/' || md5(n::text) || '.jpg' end, ${timeSql("Contact", "n")}`,
      series(w.contacts),
    ),
    into(
      "posts",
      "id, account_id, network, author_id, status, body, created_at, scheduled_at, published_at",
      `${id("Post", "n")}, ${id("Account", accountOf("h"))}, ${networkOf(accountOf("h"))},
        case when h % 20 > 0 then ${id("Member", `h % ${w.members} + 1`)} end, status,
        'Lorem ipsum dolor sit amet, consectetur adipiscing elit.' || ${beyondAscii("h")} || repeat(' ' || md5(n::text), (1 + h % 6)::int),
        at, case when status = 'SCHEDULED' then at end, case when status = 'PUBLISHED' then at end`,
      `(select *, ${statusOf} as status, ${postTime} as at from ${series(w.posts)}) as s`,
    ),
    into(
      "post_metrics",
      "post_id, impressions, reach, likes, comments, shares, clicks, saves, video_views, captured_at",
      `${id("Post", "n")}, h * 31, h * 17, h, h / 7, h / 11, h / 3, h / 13, 0, ${timeSql("Post", "n + 1000")}`,
      `${series(w.posts)} where (${statusOf}) = 'PUBLISHED'`,
    ),
    into(
      "comments",
      "id, account_id, post_id, contact_id, status, body, created_at",
      `${id("Comment", "n")}, ${id("Account", accountOf("posth"))}, ${id("Post", "post")},
        ${id("Contact", `(hashint4(n * 3)::bigint & 2147483647) % ${w.contacts} + 1`)},
        case when h % 100 < 5 then 'NEW' when h % 100 < 6 then 'HIDDEN' when h % 2 = 0 then 'READ' else 'ANSWERED' end,
        'What a lovely comment, number ' || n || ${beyondAscii("h")} || left(md5(n::text), (h % 32)::int), ${timeSql("Comment", "n / 4 * 4")}`,
      `(select n, h, post, (hashint4(post::int)::bigint & 2147483647) % 10000 as posth
        from (select n, h, ${commentedPost} as post from ${series(w.comments)}) as s) as s`,
    ),
    "commit",
  ].join(";\n");
}
