-- depth 4 of 5, complexity 31 of 500, 5 statements

-- 1. contactById, 1 key
-- $1 workspaceId, $2 keys
select "contacts"."workspace_id" as "workspaceId", "contacts"."id" as "id", "contacts"."external_id" as "externalId", "contacts"."network" as "network", "contacts"."handle" as "handle", "contacts"."display_name" as "displayName", "contacts"."avatar_url" as "avatarUrl", "contacts"."created_at" as "createdAt"
from "contacts"
where "contacts"."workspace_id" = $1::uuid
  and "contacts"."id" = any($2::uuid[]);

-- 2. Contact.comments, 1 key
-- $1 parents, $2 workspaceId, $3 createdBetweenFrom, $4 limit
select parent.key as "parentKey", page.*
from unnest($1::uuid[]) as parent(key)
cross join lateral (
  select "comments"."workspace_id" as "workspaceId", "comments"."id" as "id", "comments"."external_id" as "externalId", "comments"."account_id" as "accountId", "comments"."post_id" as "postId", "comments"."parent_id" as "parentId", "comments"."starts_thread" as "startsThread", "comments"."contact_id" as "contactId", "comments"."status" as "status", "comments"."body" as "body", "comments"."created_at" as "createdAt"
  from "comments"
  where "comments"."workspace_id" = $2::uuid
    and "comments"."contact_id" = parent.key
    and "comments"."created_at" >= $3::timestamptz
  order by "comments"."created_at" desc, "comments"."id" desc
  limit $4::int
) as page;

-- 3. Contact.comments.totalCount, 1 key
-- $1 parents, $2 workspaceId, $3 createdBetweenFrom
select parent.key as "parentKey", counted.total
from unnest($1::uuid[]) as parent(key)
cross join lateral (
  select count(*) as total
  from "comments"
  where "comments"."workspace_id" = $2::uuid
    and "comments"."contact_id" = parent.key
    and "comments"."created_at" >= $3::timestamptz
) as counted;

-- 4. postById, 1 key
-- $1 workspaceId, $2 keys
select "posts"."workspace_id" as "workspaceId", "posts"."id" as "id", "posts"."external_id" as "externalId", "posts"."account_id" as "accountId", "posts"."network" as "network", "posts"."author_id" as "authorId", "posts"."status" as "status", "posts"."body" as "body", "posts"."link" as "link", "posts"."created_at" as "createdAt", "posts"."scheduled_at" as "scheduledAt", "posts"."published_at" as "publishedAt", "posts"."timeline_at" as "timelineAt"
from "posts"
where "posts"."workspace_id" = $1::uuid
  and "posts"."id" = any($2::uuid[]);

-- 5. accountById, 1 key
-- $1 workspaceId, $2 keys
select "accounts"."workspace_id" as "workspaceId", "accounts"."id" as "id", "accounts"."external_id" as "externalId", "accounts"."network" as "network", "accounts"."handle" as "handle", "accounts"."display_name" as "displayName", "accounts"."avatar_url" as "avatarUrl", "accounts"."follower_count" as "followerCount", "accounts"."health" as "health", "accounts"."created_at" as "createdAt"
from "accounts"
where "accounts"."workspace_id" = $1::uuid
  and "accounts"."id" = any($2::uuid[]);
