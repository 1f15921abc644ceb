// What contenders that write SQL by hand share: as good as ours, one for all parents.

const POST = `p.id, p.id as key, p.body, p.status, p.created_at as "createdAt",
  p.published_at as "publishedAt", p.timeline_at as "timelineAt"`;
const COMMENT = `k.id, k.body, k.status, k.created_at as "createdAt",
  k.contact_id as "contactId", k.post_id as "postId"`;
const ACCOUNT = `id, network, handle, display_name as "displayName",
  follower_count as "followerCount", created_at as "createdAt"`;

/** $1 workspace, $2 ids or parents (or the limit where there are none), $3 limit, $4 and $5 after. */
export const statements = {
  accounts: `select ${ACCOUNT} from accounts where workspace_id = $1
    order by created_at, id limit $2::int`,
  accountsById: `select ${ACCOUNT} from accounts where workspace_id = $1 and id = any($2::uuid[])`,
  posts: `select ${POST} from posts as p where workspace_id = $1 and id = any($2::uuid[])`,
  postsOfAccounts: (after) => `select parent.key as "parentKey", page.*
    from unnest($2::uuid[]) as parent(key) cross join lateral (
      select ${POST} from posts as p where p.workspace_id = $1 and p.account_id = parent.key
        ${after ? "and (p.timeline_at, p.id) < ($4::timestamptz, $5::uuid)" : ""}
      order by p.timeline_at desc, p.id desc limit $3::int) as page`,
  metricsOfPosts: `select post_id as key, impressions, reach, likes, comments, shares, clicks,
      captured_at as "capturedAt"
    from post_metrics where workspace_id = $1 and post_id = any($2::uuid[])`,
  comments: `select ${COMMENT} from comments as k where k.workspace_id = $1
    order by k.created_at desc, k.id desc limit $2::int`,
  commentsOfPosts: `select parent.key as "parentKey", page.*
    from unnest($2::uuid[]) as parent(key) cross join lateral (
      select ${COMMENT} from comments as k where k.workspace_id = $1 and k.post_id = parent.key
      order by k.created_at desc, k.id desc limit $3::int) as page`,
  contacts: `select id, id as key, display_name as "displayName", handle, avatar_url as "avatarUrl"
    from contacts where workspace_id = $1 and id = any($2::uuid[])`,
};
