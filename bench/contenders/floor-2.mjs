// The floor of flat statements: five for the dashboard, and the JSON put together by hand.
import { globalId } from "./shared/global-id.mjs";
import { openPool, serveFloor } from "./shared/floor.mjs";

const sql = openPool();

/** Rows as lists of columns: no object is made of them. */
const rowsOf = (text, values) => sql.unsafe(text, values, { prepare: true }).values();

const POST = "p.id, p.body, p.status, p.published_at, p.timeline_at";
const COMMENT = "k.id, k.body, k.status, k.created_at, k.contact_id, k.post_id";

const texts = {
  accounts: `select id, network, handle, display_name, follower_count, created_at from accounts
    where workspace_id = $1 order by created_at, id limit 16`,
  posts: `select parent.key, page.* from unnest($2::uuid[]) as parent(key) cross join lateral (
    select ${POST} from posts as p where p.workspace_id = $1 and p.account_id = parent.key
    order by p.timeline_at desc, p.id desc limit 11) as page`,
  metrics: `select post_id, impressions, reach, likes, comments, shares, clicks, captured_at
    from post_metrics where workspace_id = $1 and post_id = any($2::uuid[])`,
  comments: `select parent.key, page.* from unnest($2::uuid[]) as parent(key) cross join lateral (
    select ${COMMENT} from comments as k where k.workspace_id = $1 and k.post_id = parent.key
    order by k.created_at desc, k.id desc limit 3) as page`,
  contacts: `select id, display_name, handle, avatar_url from contacts
    where workspace_id = $1 and id = any($2::uuid[])`,
  post: `select id, body, status, published_at, created_at from posts
    where workspace_id = $1 and id = $2`,
  account: "select id from accounts where workspace_id = $1 and id = $2",
  firstPage: `select ${POST} from posts as p where p.workspace_id = $1 and p.account_id = $2
    order by p.timeline_at desc, p.id desc limit $3::int + 1`,
  nextPage: `select ${POST} from posts as p where p.workspace_id = $1 and p.account_id = $2
      and (p.timeline_at, p.id) < ($4::timestamptz, $5::uuid)
    order by p.timeline_at desc, p.id desc limit $3::int + 1`,
  inbox: `select ${COMMENT} from comments as k where k.workspace_id = $1
    order by k.created_at desc, k.id desc limit $2::int + 1`,
  postBodies: "select id, body from posts where workspace_id = $1 and id = any($2::uuid[])",
};

const quoted = JSON.stringify;
const cursorOf = (sort, id) =>
  Buffer.from(`[1,"bench-01","${sort}","${id}"]`, "latin1").toString("base64url");
const listOf = (ids) => `{${ids.join()}}`;

/** `2026-03-01 09:30:00.12+00` as `"2026-03-01T09:30:00.120Z"`. */
function moment(text) {
  if (text === null) return "null";
  const fraction = text.length > 22 ? text.slice(20, -3).padEnd(3, "0") : "000";
  return `"${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z"`;
}

/** A connection's JSON from rows of which there is one more than the page has. */
function connection(rows, size, cursor, node, showsCursors = true) {
  let edges = "";
  let last = "null";
  const count = Math.min(size, rows.length);
  for (let index = 0; index < count; index++) {
    if (showsCursors || index === count - 1) last = `"${cursor(rows[index])}"`;
    const shown = showsCursors ? `"cursor":${last},` : "";
    edges += `${index ? "," : ""}{${shown}"node":${node(rows[index])}}`;
  }
  return `{"edges":[${edges}],"pageInfo":{"hasNextPage":${rows.length > size},"endCursor":${last}}}`;
}

function grouped(rows) {
  const groups = new Map();
  for (const row of rows) {
    const [key] = row;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

const byFirst = (rows) => new Map(rows.map((row) => [row[0], row]));

const postFields = ([id, body, status, publishedAt]) =>
  `"id":"${globalId("Post", id)}","body":${quoted(body)},"status":"${status}","publishedAt":${moment(publishedAt)}`;

function author([id, displayName, handle, avatarUrl]) {
  return `{"id":"${globalId("Contact", id)}","displayName":${quoted(displayName)},"handle":${quoted(handle)},"avatarUrl":${quoted(avatarUrl)}}`;
}

async function dashboard(workspace) {
  const accounts = await rowsOf(texts.accounts, [workspace]);
  const accountIds = accounts.slice(0, 15).map(([id]) => id);
  const posts = grouped(await rowsOf(texts.posts, [workspace, listOf(accountIds)]));
  const postIds = [...posts.values()].flatMap((rows) => rows.slice(0, 10).map(([, id]) => id));
  const [metricRows, commentRows] = await Promise.all([
    rowsOf(texts.metrics, [workspace, listOf(postIds)]),
    rowsOf(texts.comments, [workspace, listOf(postIds)]),
  ]);
  const metrics = byFirst(metricRows);
  const comments = grouped(commentRows);
  const contactIds = new Set();
  for (const rows of comments.values()) for (const row of rows.slice(0, 2)) contactIds.add(row[5]);
  const contacts = byFirst(await rowsOf(texts.contacts, [workspace, listOf([...contactIds])]));

  const commentNode = ([, id, body, , createdAt, contactId]) =>
    `{"id":"${globalId("Comment", id)}","body":${quoted(body)},"createdAt":${moment(createdAt)},"author":${author(contacts.get(contactId))}}`;
  const metricsNode = (row) =>
    row
      ? `{"impressions":${row[1]},"reach":${row[2]},"likes":${row[3]},"comments":${row[4]},"shares":${row[5]},"clicks":${row[6]},"capturedAt":${moment(row[7])}}`
      : "null";
  const commentCursor = (row) => cursorOf(row[4], row[1]);
  const postNode = ([, ...row]) =>
    `{${postFields(row)},"metrics":${metricsNode(metrics.get(row[0]))},"comments":${connection(comments.get(row[0]) ?? [], 2, commentCursor, commentNode, false)}}`;
  const postCursor = (row) => cursorOf(row[5], row[1]);
  const accountNode = ([id, network, handle, displayName, followerCount]) =>
    `{"id":"${globalId("Account", id)}","network":"${network}","handle":${quoted(handle)},"displayName":${quoted(displayName)},"followerCount":${followerCount},"posts":${connection(posts.get(id) ?? [], 10, postCursor, postNode)}}`;
  return `{"data":{"accounts":${connection(accounts, 15, (row) => cursorOf(row[5], row[0]), accountNode, false)}}}`;
}

async function post(workspace, { id }) {
  const [row] = await rowsOf(texts.post, [workspace, id]);
  if (!row) return '{"data":{"post":null}}';
  return `{"data":{"post":{${postFields(row)},"createdAt":${moment(row[4])}}}}`;
}

async function page(workspace, { account, first, after }) {
  const [[found], rows] = await Promise.all([
    rowsOf(texts.account, [workspace, account]),
    after
      ? rowsOf(texts.nextPage, [workspace, account, first, after.sort, after.id])
      : rowsOf(texts.firstPage, [workspace, account, first]),
  ]);
  if (!found) return '{"data":{"account":null}}';
  const posts = connection(
    rows,
    first,
    (row) => cursorOf(row[4], row[0]),
    (row) => `{${postFields(row)}}`,
  );
  return `{"data":{"account":{"id":"${globalId("Account", account)}","posts":${posts}}}}`;
}

async function inbox(workspace, { first }) {
  const rows = await rowsOf(texts.inbox, [workspace, first]);
  const shown = rows.slice(0, first);
  const idsOf = (column) => listOf([...new Set(shown.map((row) => row[column]))]);
  const [contacts, posts] = (
    await Promise.all([
      rowsOf(texts.contacts, [workspace, idsOf(4)]),
      rowsOf(texts.postBodies, [workspace, idsOf(5)]),
    ])
  ).map(byFirst);
  const node = ([id, body, status, createdAt, contactId, postId]) =>
    `{"id":"${globalId("Comment", id)}","body":${quoted(body)},"status":"${status}","createdAt":${moment(createdAt)},"author":${author(contacts.get(contactId))},"post":{"id":"${globalId("Post", postId)}","body":${quoted(posts.get(postId)[1])}}}`;
  return `{"data":{"comments":${connection(rows, first, (row) => cursorOf(row[3], row[0]), node)}}}`;
}

serveFloor({ dashboard, post, page, inbox });
