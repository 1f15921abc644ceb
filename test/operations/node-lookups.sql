-- depth 2 of 5, complexity 39 of 500, 10 statements

-- 1. accountById, 1 key
-- $1 workspaceId, $2 key
select "accounts"."id" as "id", "accounts"."display_name" as "displayName"
from "accounts"
where "accounts"."workspace_id" = $1::uuid
  and "accounts"."id" = $2::uuid;

-- 2. postById, 2 keys
-- $1 keys, $2 workspaceId
select found.*
from unnest($1::uuid[]) as wanted(key)
cross join lateral (
  select "posts"."id" as "id", "posts"."status" as "status", "posts"."body" as "body"
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."id" = wanted.key
  limit 1
) as found;

-- 3. commentById, 2 keys
-- $1 keys, $2 workspaceId
select found.*
from unnest($1::uuid[]) as wanted(key)
cross join lateral (
  select "comments"."id" as "id", "comments"."parent_id" as "parentId", "comments"."contact_id" as "contactId", "comments"."body" as "body"
  from "comments"
  where "comments"."workspace_id" = $2::uuid
    and "comments"."id" = wanted.key
  limit 1
) as found;

-- 4. contactById, 1 key
-- $1 workspaceId, $2 key
select "contacts"."id" as "id", "contacts"."handle" as "handle", "contacts"."display_name" as "displayName"
from "contacts"
where "contacts"."workspace_id" = $1::uuid
  and "contacts"."id" = $2::uuid;

-- 5. memberById, 1 key
-- $1 workspaceId, $2 key
select "members"."workspace_id" as "workspaceId", "members"."id" as "id", "members"."email" as "email", "members"."display_name" as "displayName", "members"."avatar_url" as "avatarUrl", "members"."role" as "role", "members"."user_id" as "userId", "members"."created_at" as "createdAt", "members"."removed_at" as "removedAt"
from "members"
where "members"."workspace_id" = $1::uuid
  and "members"."id" = $2::uuid;

-- 6. tagById, 1 key
-- $1 workspaceId, $2 key
select "tags"."workspace_id" as "workspaceId", "tags"."id" as "id", "tags"."name" as "name", "tags"."created_at" as "createdAt"
from "tags"
where "tags"."workspace_id" = $1::uuid
  and "tags"."id" = $2::uuid;

-- 7. Account.posts, 1 key
-- $1 parents, $2 workspaceId, $3 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "posts"."id" as "id", "posts"."status" as "status", "posts"."body" as "body", "posts"."timeline_at" as "timelineAt"
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."account_id" = parent.key
  order by "posts"."timeline_at" desc, "posts"."id" desc
  limit $3::int
) as page;

-- 8. metricsOfPost, 2 keys
-- $1 keys, $2 workspaceId
select found.*
from unnest($1::uuid[]) as wanted(key)
cross join lateral (
  select "post_metrics"."post_id" as "postId", "post_metrics"."likes" as "likes"
  from "post_metrics"
  where "post_metrics"."workspace_id" = $2::uuid
    and "post_metrics"."post_id" = wanted.key
  limit 1
) as found;

-- 9. commentById, 2 keys
-- $1 keys, $2 workspaceId
select found.*
from unnest($1::uuid[]) as wanted(key)
cross join lateral (
  select "comments"."id" as "id", "comments"."parent_id" as "parentId", "comments"."contact_id" as "contactId", "comments"."body" as "body"
  from "comments"
  where "comments"."workspace_id" = $2::uuid
    and "comments"."id" = wanted.key
  limit 1
) as found;

-- 10. contactById, 1 key
-- $1 workspaceId, $2 key
select "contacts"."id" as "id", "contacts"."handle" as "handle", "contacts"."display_name" as "displayName"
from "contacts"
where "contacts"."workspace_id" = $1::uuid
  and "contacts"."id" = $2::uuid;
