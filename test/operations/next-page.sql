-- depth 2 of 5, complexity 19 of 500, 3 statements

-- 1. Query.posts, 1 key
-- $1 workspaceId, $2 afterSort, $3 afterId, $4 limit
select "posts"."workspace_id" as "workspaceId", "posts"."id" as "id", "posts"."external_id" as "externalId", "posts"."account_id" as "accountId", "posts"."network" as "network", "posts"."author_id" as "authorId", "posts"."status" as "status", "posts"."body" as "body", "posts"."link" as "link", "posts"."created_at" as "createdAt", "posts"."scheduled_at" as "scheduledAt", "posts"."published_at" as "publishedAt", "posts"."timeline_at" as "timelineAt"
from "posts"
where "posts"."workspace_id" = $1::uuid
  and ("posts"."timeline_at", "posts"."id") < ($2::timestamp(3) with time zone, $3::uuid)
order by "posts"."timeline_at" desc, "posts"."id" desc
limit $4::int;

-- 2. Post.comments, 50 keys
-- $1 parents, $2 workspaceId, $3 limit
select parent.key as "parentKey", page.*
from unnest($1::uuid[]) as parent(key)
cross join lateral (
  select "comments"."workspace_id" as "workspaceId", "comments"."id" as "id", "comments"."external_id" as "externalId", "comments"."account_id" as "accountId", "comments"."post_id" as "postId", "comments"."parent_id" as "parentId", "comments"."starts_thread" as "startsThread", "comments"."contact_id" as "contactId", "comments"."status" as "status", "comments"."body" as "body", "comments"."created_at" as "createdAt"
  from "comments"
  where "comments"."workspace_id" = $2::uuid
    and "comments"."post_id" = parent.key
  order by "comments"."created_at" desc, "comments"."id" desc
  limit $3::int
) as page;

-- 3. Post.comments.totalCount, 50 keys
-- $1 parents, $2 workspaceId
select parent.key as "parentKey", counted.total
from unnest($1::uuid[]) as parent(key)
cross join lateral (
  select count(*) as total
  from "comments"
  where "comments"."workspace_id" = $2::uuid
    and "comments"."post_id" = parent.key
) as counted;
