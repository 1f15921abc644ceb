-- depth 2 of 5, complexity 46 of 500, 6 statements

-- 1. Query.posts, 1 key
-- $1 accountIds, $2 statuses, $3 workspaceId, $4 limit, $5 limit
select merged.*
from (
  select unnest($1::uuid[]) as value
) as fan0
cross join (
  select unnest($2::text[]) as value
) as fan1
cross join lateral (
  select "posts"."id" as "id", "posts"."account_id" as "accountId", "posts"."author_id" as "authorId", "posts"."status" as "status", "posts"."body" as "body", "posts"."timeline_at" as "timelineAt"
  from "posts"
  where "posts"."workspace_id" = $3::uuid
    and "posts"."account_id" = fan0.value
    and "posts"."status" = fan1.value
  order by "posts"."timeline_at" desc, "posts"."id" desc
  limit $4::int
) as merged
order by merged."timelineAt" desc, merged."id" desc
limit $5::int;

-- 2. Query.posts.totalCount, 1 key
-- $1 workspaceId, $2 accountIds, $3 statuses
select '' as "parentKey", counted.total
from (
  select count(*) as total
  from "posts"
  where "posts"."workspace_id" = $1::uuid
    and "posts"."account_id" = any($2::uuid[])
    and "posts"."status" = any($3::text[])
) as counted;

-- 3. accountById, 2 keys
-- $1 keys, $2 workspaceId
select found.*
from unnest($1::uuid[]) as wanted(key)
cross join lateral (
  select "accounts"."id" as "id", "accounts"."network" as "network", "accounts"."handle" as "handle"
  from "accounts"
  where "accounts"."workspace_id" = $2::uuid
    and "accounts"."id" = wanted.key
  limit 1
) as found;

-- 4. memberById, 5 keys
-- $1 keys, $2 workspaceId
select found.*
from unnest($1::uuid[]) as wanted(key)
cross join lateral (
  select "members"."workspace_id" as "workspaceId", "members"."id" as "id", "members"."email" as "email", "members"."display_name" as "displayName", "members"."avatar_url" as "avatarUrl", "members"."role" as "role", "members"."user_id" as "userId", "members"."created_at" as "createdAt", "members"."removed_at" as "removedAt"
  from "members"
  where "members"."workspace_id" = $2::uuid
    and "members"."id" = wanted.key
  limit 1
) as found;

-- 5. Post.tags, 20 keys
-- $1 parents, $2 workspaceId, $3 workspaceId, $4 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "tags"."workspace_id" as "workspaceId", "tags"."id" as "id", "tags"."name" as "name", "tags"."created_at" as "createdAt"
  from "post_tags"
  join "tags"
    on "tags"."workspace_id" = "post_tags"."workspace_id"
    and "tags"."id" = "post_tags"."tag_id"
  where "post_tags"."workspace_id" = $2::uuid
    and "tags"."workspace_id" = $3::uuid
    and "post_tags"."post_id" = parent.key
  order by "post_tags"."tag_id" asc, "post_tags"."tag_id" asc
  limit $4::int
) as page;

-- 6. metricsOfPost, 20 keys
-- $1 keys, $2 workspaceId
select found.*
from unnest($1::uuid[]) as wanted(key)
cross join lateral (
  select "post_metrics"."post_id" as "postId", "post_metrics"."impressions" as "impressions", "post_metrics"."likes" as "likes"
  from "post_metrics"
  where "post_metrics"."workspace_id" = $2::uuid
    and "post_metrics"."post_id" = wanted.key
  limit 1
) as found;
