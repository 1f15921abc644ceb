// The floor of one statement: PostgreSQL builds the JSON, and nothing stands between it and HTTP.
import { openPool, serveFloor } from "./shared/floor.mjs";

const sql = openPool();

const globalId = (type, column) => base64(`'${type}:' || ${column}`);
const cursor = (sort, id) => base64(`'[1,"bench-01","' || ${sort} || '","' || ${id} || '"]'`);
const base64 = (text) =>
  `translate(encode(convert_to(${text}, 'UTF8'), 'base64'), E'+/=\\n', '-_')`;

/** For edges whose cursors nobody asks for. */
const NO_CURSOR = "";

/** A connection's JSON from rows that have a cursor, and one row more than the page has. */
const connection = (rows, size, node, edge = "'cursor', cursor,") => `(
  select json_build_object(
    'edges', coalesce(json_agg(json_build_object(${edge} 'node', ${node}) order by n)
      filter (where n <= ${size}), '[]'),
    'pageInfo', json_build_object('hasNextPage', count(*) > ${size},
      'endCursor', (array_agg(cursor order by n desc) filter (where n <= ${size}))[1]))
  from (select *, row_number() over () as n from (${rows}) as page) as page)`;

const post = `'id', ${globalId("Post", "id")}, 'body', body, 'status', status, 'publishedAt', published_at`;
const author = `(select json_build_object('id', ${globalId("Contact", "c.id")}, 'displayName', c.display_name,
    'handle', c.handle, 'avatarUrl', c.avatar_url)
  from contacts as c where c.workspace_id = $1 and c.id = page.contact_id)`;

const dashboard = `select ${connection(
  `select *, ${cursor("created_at", "id")} as cursor from accounts
   where workspace_id = $1 order by created_at, id limit 16`,
  15,
  `json_build_object('id', ${globalId("Account", "id")}, 'network', network, 'handle', handle,
     'displayName', display_name, 'followerCount', follower_count, 'posts', ${connection(
       `select p.id, p.body, p.status, p.published_at, ${cursor("p.timeline_at", "p.id")} as cursor
        from posts as p where p.workspace_id = $1 and p.account_id = page.id
        order by p.timeline_at desc, p.id desc limit 11`,
       10,
       `json_build_object(${post},
          'metrics', (select json_build_object('impressions', m.impressions, 'reach', m.reach, 'likes', m.likes,
              'comments', m.comments, 'shares', m.shares, 'clicks', m.clicks, 'capturedAt', m.captured_at)
            from post_metrics as m where m.workspace_id = $1 and m.post_id = page.id),
          'comments', ${connection(
            `select k.id, k.body, k.created_at, k.contact_id, ${cursor("k.created_at", "k.id")} as cursor
             from comments as k where k.workspace_id = $1 and k.post_id = page.id
             order by k.created_at desc, k.id desc limit 3`,
            2,
            `json_build_object('id', ${globalId("Comment", "id")}, 'body', body, 'createdAt', created_at,
               'author', ${author})`,
            NO_CURSOR,
          )})`,
     )})`,
  NO_CURSOR,
)}::text as json`;

const postById = `select json_build_object(${post}, 'createdAt', created_at)::text as json
  from posts where workspace_id = $1 and id = $2`;

const accountPage = (after) =>
  `select json_build_object('id', ${globalId("Account", "$2::uuid")}, 'posts', ${connection(
    `select p.id, p.body, p.status, p.published_at, ${cursor("p.timeline_at", "p.id")} as cursor
   from posts as p where p.workspace_id = $1 and p.account_id = $2
     ${after ? "and (p.timeline_at, p.id) < ($4::timestamptz, $5::uuid)" : ""}
   order by p.timeline_at desc, p.id desc limit $3::int + 1`,
    "$3::int",
    `json_build_object(${post})`,
  )})::text as json`;
const firstPage = accountPage(false);
const nextPage = accountPage(true);

const inbox = `select ${connection(
  `select k.*, ${cursor("k.created_at", "k.id")} as cursor from comments as k
   where k.workspace_id = $1 order by k.created_at desc, k.id desc limit $2::int + 1`,
  "$2::int",
  `json_build_object('id', ${globalId("Comment", "id")}, 'body', body, 'status', status, 'createdAt', created_at,
     'author', ${author},
     'post', (select json_build_object('id', ${globalId("Post", "p.id")}, 'body', p.body)
       from posts as p where p.workspace_id = $1 and p.id = page.post_id))`,
)}::text as json`;

async function answer(field, text, values) {
  const [row] = await sql.unsafe(text, values, { prepare: true });
  return `{"data":{"${field}":${row?.json ?? "null"}}}`;
}

serveFloor({
  dashboard: (workspace) => answer("accounts", dashboard, [workspace]),
  post: (workspace, { id }) => answer("post", postById, [workspace, id]),
  page: (workspace, { account, first, after }) =>
    after
      ? answer("account", nextPage, [workspace, account, first, after.sort, after.id])
      : answer("account", firstPage, [workspace, account, first]),
  inbox: (workspace, { first }) => answer("comments", inbox, [workspace, first]),
});
