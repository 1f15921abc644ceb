-- depth 4 of 5, complexity 105 of 500, 12 statements

-- 1. postById, 1 key
-- $1 workspaceId, $2 key
select "posts"."id" as "id", "posts"."account_id" as "accountId", "posts"."author_id" as "authorId", "posts"."status" as "status", "posts"."body" as "body", "posts"."link" as "link", "posts"."published_at" as "publishedAt"
from "posts"
where "posts"."workspace_id" = $1::uuid
  and "posts"."id" = $2::uuid;

-- 2. accountById, 1 key
-- $1 workspaceId, $2 key
select "accounts"."id" as "id", "accounts"."network" as "network", "accounts"."handle" as "handle", "accounts"."display_name" as "displayName"
from "accounts"
where "accounts"."workspace_id" = $1::uuid
  and "accounts"."id" = $2::uuid;

-- 3. memberById, 1 key
-- $1 workspaceId, $2 key
select "members"."workspace_id" as "workspaceId", "members"."id" as "id", "members"."email" as "email", "members"."display_name" as "displayName", "members"."avatar_url" as "avatarUrl", "members"."role" as "role", "members"."user_id" as "userId", "members"."created_at" as "createdAt", "members"."removed_at" as "removedAt"
from "members"
where "members"."workspace_id" = $1::uuid
  and "members"."id" = $2::uuid;

-- 4. Post.media, 1 key
-- $1 parents, $2 workspaceId, $3 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "media"."workspace_id" as "workspaceId", "media"."id" as "id", "media"."post_id" as "postId", "media"."position" as "position", "media"."kind" as "kind", "media"."url" as "url", "media"."alt_text" as "altText", "media"."width" as "width", "media"."height" as "height"
  from "media"
  where "media"."workspace_id" = $2::uuid
    and "media"."post_id" = parent.key
  order by "media"."position" asc, "media"."id" asc
  limit $3::int
) as page;

-- 5. Post.tags, 1 key
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

-- 6. metricsOfPost, 1 key
-- $1 workspaceId, $2 key
select "post_metrics"."post_id" as "postId", "post_metrics"."impressions" as "impressions", "post_metrics"."reach" as "reach", "post_metrics"."likes" as "likes", "post_metrics"."comments" as "comments", "post_metrics"."shares" as "shares", "post_metrics"."clicks" as "clicks", "post_metrics"."saves" as "saves", "post_metrics"."video_views" as "videoViews", "post_metrics"."captured_at" as "capturedAt"
from "post_metrics"
where "post_metrics"."workspace_id" = $1::uuid
  and "post_metrics"."post_id" = $2::uuid;

-- 7. Post.comments, 1 key
-- $1 parents, $2 workspaceId, $3 startsThread, $4 limit, $5 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select merged.*
  from (
    select *
    from (values ('NEW'::text), ('READ'::text), ('ANSWERED'::text), ('HIDDEN'::text)) as words(value)
  ) as fan0
  cross join lateral (
    select "comments"."id" as "id", "comments"."contact_id" as "contactId", "comments"."body" as "body", "comments"."created_at" as "createdAt"
    from "comments"
    where "comments"."workspace_id" = $2::uuid
      and "comments"."post_id" = parent.key
      and "comments"."status" = fan0.value
      and "comments"."starts_thread" = $3::boolean
    order by "comments"."created_at" asc, "comments"."id" asc
    limit $4::int
  ) as merged
  order by merged."createdAt" asc, merged."id" asc
  limit $5::int
) as page;

-- 8. Post.comments.totalCount, 1 key
-- $1 parents, $2 workspaceId, $3 startsThread
select parent.key as "parentKey", counted.total
from unnest($1::uuid[]) as parent(key)
cross join lateral (
  select count(*) as total
  from "comments"
  where "comments"."workspace_id" = $2::uuid
    and "comments"."post_id" = parent.key
    and "comments"."starts_thread" = $3::boolean
) as counted;

-- 9. contactById, 16 keys
-- $1 keys, $2 workspaceId
select found.*
from unnest($1::uuid[]) as wanted(key)
cross join lateral (
  select "contacts"."id" as "id", "contacts"."display_name" as "displayName", "contacts"."avatar_url" as "avatarUrl"
  from "contacts"
  where "contacts"."workspace_id" = $2::uuid
    and "contacts"."id" = wanted.key
  limit 1
) as found;

-- 10. Comment.replies, 20 keys
-- $1 parents, $2 workspaceId, $3 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "comments"."id" as "id", "comments"."contact_id" as "contactId", "comments"."body" as "body", "comments"."created_at" as "createdAt"
  from "comments"
  where "comments"."workspace_id" = $2::uuid
    and "comments"."parent_id" = parent.key
  order by "comments"."created_at" asc, "comments"."id" asc
  limit $3::int
) as page;

-- 11. Comment.replies.totalCount, 20 keys
-- $1 parents, $2 workspaceId
select parent.key as "parentKey", counted.total
from unnest($1::uuid[]) as parent(key)
cross join lateral (
  select count(*) as total
  from "comments"
  where "comments"."workspace_id" = $2::uuid
    and "comments"."parent_id" = parent.key
) as counted;

-- 12. contactById, 20 keys
-- $1 keys, $2 workspaceId
select found.*
from unnest($1::uuid[]) as wanted(key)
cross join lateral (
  select "contacts"."id" as "id", "contacts"."display_name" as "displayName", "contacts"."avatar_url" as "avatarUrl"
  from "contacts"
  where "contacts"."workspace_id" = $2::uuid
    and "contacts"."id" = wanted.key
  limit 1
) as found;
