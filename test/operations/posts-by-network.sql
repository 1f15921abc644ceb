-- depth 2 of 5, complexity 16 of 500, 2 statements

-- 1. Query.posts, 1 key
-- $1 workspaceId, $2 networks, $3 workspaceId, $4 limit, $5 limit
select merged.*
from (
  select "accounts"."id" as value
  from "accounts"
  where "accounts"."workspace_id" = $1::uuid
    and "accounts"."network" = any($2::text[])
) as fan0
cross join lateral (
  select "posts"."workspace_id" as "workspaceId", "posts"."id" as "id", "posts"."external_id" as "externalId", "posts"."account_id" as "accountId", "posts"."author_id" as "authorId", "posts"."status" as "status", "posts"."body" as "body", "posts"."link" as "link", "posts"."created_at" as "createdAt", "posts"."scheduled_at" as "scheduledAt", "posts"."published_at" as "publishedAt", "posts"."timeline_at" as "timelineAt"
  from "posts"
  where "posts"."workspace_id" = $3::uuid
    and "posts"."account_id" = fan0.value
  order by "posts"."timeline_at" asc, "posts"."id" asc
  limit $4::int
) as merged
order by merged."timelineAt" asc, merged."id" asc
limit $5::int;

-- 2. accountById, 3 keys
-- $1 workspaceId, $2 keys
select "accounts"."workspace_id" as "workspaceId", "accounts"."id" as "id", "accounts"."external_id" as "externalId", "accounts"."network" as "network", "accounts"."handle" as "handle", "accounts"."display_name" as "displayName", "accounts"."avatar_url" as "avatarUrl", "accounts"."follower_count" as "followerCount", "accounts"."health" as "health", "accounts"."created_at" as "createdAt"
from "accounts"
where "accounts"."workspace_id" = $1::uuid
  and "accounts"."id" = any($2::uuid[]);
