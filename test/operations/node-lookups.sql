-- depth 2 of 5, complexity 39 of 500, 10 statements

-- 1. accountById, 1 key
-- $1 workspaceId, $2 keys
select "accounts"."workspace_id" as "workspaceId", "accounts"."id" as "id", "accounts"."external_id" as "externalId", "accounts"."network" as "network", "accounts"."handle" as "handle", "accounts"."display_name" as "displayName", "accounts"."avatar_url" as "avatarUrl", "accounts"."follower_count" as "followerCount", "accounts"."health" as "health", "accounts"."created_at" as "createdAt"
from "accounts"
where "accounts"."workspace_id" = $1::uuid
  and "accounts"."id" = any($2::uuid[]);

-- 2. postById, 2 keys
-- $1 workspaceId, $2 keys
select "posts"."workspace_id" as "workspaceId", "posts"."id" as "id", "posts"."external_id" as "externalId", "posts"."account_id" as "accountId", "posts"."network" as "network", "posts"."author_id" as "authorId", "posts"."status" as "status", "posts"."body" as "body", "posts"."link" as "link", "posts"."created_at" as "createdAt", "posts"."scheduled_at" as "scheduledAt", "posts"."published_at" as "publishedAt", "posts"."timeline_at" as "timelineAt"
from "posts"
where "posts"."workspace_id" = $1::uuid
  and "posts"."id" = any($2::uuid[]);

-- 3. commentById, 2 keys
-- $1 workspaceId, $2 keys
select "comments"."workspace_id" as "workspaceId", "comments"."id" as "id", "comments"."external_id" as "externalId", "comments"."account_id" as "accountId", "comments"."post_id" as "postId", "comments"."parent_id" as "parentId", "comments"."starts_thread" as "startsThread", "comments"."contact_id" as "contactId", "comments"."status" as "status", "comments"."body" as "body", "comments"."created_at" as "createdAt"
from "comments"
where "comments"."workspace_id" = $1::uuid
  and "comments"."id" = any($2::uuid[]);

-- 4. contactById, 1 key
-- $1 workspaceId, $2 keys
select "contacts"."workspace_id" as "workspaceId", "contacts"."id" as "id", "contacts"."external_id" as "externalId", "contacts"."network" as "network", "contacts"."handle" as "handle", "contacts"."display_name" as "displayName", "contacts"."avatar_url" as "avatarUrl", "contacts"."created_at" as "createdAt"
from "contacts"
where "contacts"."workspace_id" = $1::uuid
  and "contacts"."id" = any($2::uuid[]);

-- 5. memberById, 1 key
-- $1 workspaceId, $2 keys
select "members"."workspace_id" as "workspaceId", "members"."id" as "id", "members"."email" as "email", "members"."display_name" as "displayName", "members"."avatar_url" as "avatarUrl", "members"."role" as "role", "members"."user_id" as "userId", "members"."created_at" as "createdAt", "members"."removed_at" as "removedAt"
from "members"
where "members"."workspace_id" = $1::uuid
  and "members"."id" = any($2::uuid[]);

-- 6. tagById, 1 key
-- $1 workspaceId, $2 keys
select "tags"."workspace_id" as "workspaceId", "tags"."id" as "id", "tags"."name" as "name", "tags"."created_at" as "createdAt"
from "tags"
where "tags"."workspace_id" = $1::uuid
  and "tags"."id" = any($2::uuid[]);

-- 7. Account.posts, 1 key
-- $1 parents, $2 workspaceId, $3 limit
select parent.key as "parentKey", page.*
from unnest($1::uuid[]) as parent(key)
cross join lateral (
  select "posts"."workspace_id" as "workspaceId", "posts"."id" as "id", "posts"."external_id" as "externalId", "posts"."account_id" as "accountId", "posts"."network" as "network", "posts"."author_id" as "authorId", "posts"."status" as "status", "posts"."body" as "body", "posts"."link" as "link", "posts"."created_at" as "createdAt", "posts"."scheduled_at" as "scheduledAt", "posts"."published_at" as "publishedAt", "posts"."timeline_at" as "timelineAt"
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."account_id" = parent.key
  order by "posts"."timeline_at" desc, "posts"."id" desc
  limit $3::int
) as page;

-- 8. metricsOfPost, 2 keys
-- $1 workspaceId, $2 keys
select "post_metrics"."workspace_id" as "workspaceId", "post_metrics"."post_id" as "postId", "post_metrics"."impressions" as "impressions", "post_metrics"."reach" as "reach", "post_metrics"."likes" as "likes", "post_metrics"."comments" as "comments", "post_metrics"."shares" as "shares", "post_metrics"."clicks" as "clicks", "post_metrics"."saves" as "saves", "post_metrics"."video_views" as "videoViews", "post_metrics"."captured_at" as "capturedAt"
from "post_metrics"
where "post_metrics"."workspace_id" = $1::uuid
  and "post_metrics"."post_id" = any($2::uuid[]);

-- 9. commentById, 2 keys
-- $1 workspaceId, $2 keys
select "comments"."workspace_id" as "workspaceId", "comments"."id" as "id", "comments"."external_id" as "externalId", "comments"."account_id" as "accountId", "comments"."post_id" as "postId", "comments"."parent_id" as "parentId", "comments"."starts_thread" as "startsThread", "comments"."contact_id" as "contactId", "comments"."status" as "status", "comments"."body" as "body", "comments"."created_at" as "createdAt"
from "comments"
where "comments"."workspace_id" = $1::uuid
  and "comments"."id" = any($2::uuid[]);

-- 10. contactById, 1 key
-- $1 workspaceId, $2 keys
select "contacts"."workspace_id" as "workspaceId", "contacts"."id" as "id", "contacts"."external_id" as "externalId", "contacts"."network" as "network", "contacts"."handle" as "handle", "contacts"."display_name" as "displayName", "contacts"."avatar_url" as "avatarUrl", "contacts"."created_at" as "createdAt"
from "contacts"
where "contacts"."workspace_id" = $1::uuid
  and "contacts"."id" = any($2::uuid[]);
