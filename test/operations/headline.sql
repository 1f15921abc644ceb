-- depth 4 of 5, complexity 54 of 500, 5 statements

-- 1. Query.accounts, 1 key
-- $1 workspaceId, $2 limit
select "accounts"."id" as "id", "accounts"."network" as "network", "accounts"."handle" as "handle", "accounts"."display_name" as "displayName", "accounts"."follower_count" as "followerCount", "accounts"."created_at" as "createdAt"
from "accounts"
where "accounts"."workspace_id" = $1::uuid
order by "accounts"."created_at" asc, "accounts"."id" asc
limit $2::int;

-- 2. Account.posts, 15 keys
-- $1 parents, $2 workspaceId, $3 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "posts"."id" as "id", "posts"."status" as "status", "posts"."body" as "body", "posts"."published_at" as "publishedAt", "posts"."timeline_at" as "timelineAt"
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."account_id" = parent.key
  order by "posts"."timeline_at" desc, "posts"."id" desc
  limit $3::int
) as page;

-- 3. metricsOfPost, 150 keys
-- $1 keys, $2 workspaceId
select found.*
from unnest($1::uuid[]) as wanted(key)
cross join lateral (
  select "post_metrics"."post_id" as "postId", "post_metrics"."impressions" as "impressions", "post_metrics"."reach" as "reach", "post_metrics"."likes" as "likes", "post_metrics"."comments" as "comments", "post_metrics"."shares" as "shares", "post_metrics"."clicks" as "clicks", "post_metrics"."captured_at" as "capturedAt"
  from "post_metrics"
  where "post_metrics"."workspace_id" = $2::uuid
    and "post_metrics"."post_id" = wanted.key
  limit 1
) as found;

-- 4. Post.comments, 150 keys
-- $1 parents, $2 workspaceId, $3 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "comments"."id" as "id", "comments"."contact_id" as "contactId", "comments"."body" as "body", "comments"."created_at" as "createdAt"
  from "comments"
  where "comments"."workspace_id" = $2::uuid
    and "comments"."post_id" = parent.key
  order by "comments"."created_at" desc, "comments"."id" desc
  limit $3::int
) as page;

-- 5. contactById, 172 keys
-- $1 keys, $2 workspaceId
select found.*
from unnest($1::uuid[]) as wanted(key)
cross join lateral (
  select "contacts"."id" as "id", "contacts"."handle" as "handle", "contacts"."display_name" as "displayName", "contacts"."avatar_url" as "avatarUrl"
  from "contacts"
  where "contacts"."workspace_id" = $2::uuid
    and "contacts"."id" = wanted.key
  limit 1
) as found;
