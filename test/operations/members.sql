-- depth 3 of 5, complexity 38 of 500, 5 statements

-- 1. workspaceById, 1 key
-- $1 workspaceId, $2 key
select "workspaces"."workspace_id" as "workspaceId", "workspaces"."name" as "name", "workspaces"."created_at" as "createdAt"
from "workspaces"
where "workspaces"."workspace_id" = $1::uuid
  and "workspaces"."workspace_id" = $2::uuid;

-- 2. Workspace.members, 1 key
-- $1 workspaceId, $2 limit
select "members"."workspace_id" as "workspaceId", "members"."id" as "id", "members"."email" as "email", "members"."display_name" as "displayName", "members"."avatar_url" as "avatarUrl", "members"."role" as "role", "members"."user_id" as "userId", "members"."created_at" as "createdAt", "members"."removed_at" as "removedAt"
from "members"
where "members"."workspace_id" = $1::uuid
  and "members"."removed_at" is null
order by "members"."created_at" asc, "members"."id" asc
limit $2::int;

-- 3. Member.posts, 6 keys
-- $1 parents, $2 workspaceId, $3 statuses, $4 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "posts"."id" as "id", "posts"."body" as "body", "posts"."published_at" as "publishedAt", "posts"."timeline_at" as "timelineAt"
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."author_id" = parent.key
    and "posts"."status" = $3::text
  order by "posts"."timeline_at" desc, "posts"."id" desc
  limit $4::int
) as page;

-- 4. Member.posts, 6 keys
-- $1 parents, $2 workspaceId, $3 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "posts"."id" as "id", "posts"."body" as "body", "posts"."published_at" as "publishedAt", "posts"."timeline_at" as "timelineAt"
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."author_id" = parent.key
  order by "posts"."timeline_at" desc, "posts"."id" desc
  limit $3::int
) as page;

-- 5. Member.posts.totalCount, 6 keys
-- $1 parents, $2 workspaceId, $3 statuses
select parent.key as "parentKey", counted.total
from unnest($1::uuid[]) as parent(key)
cross join lateral (
  select count(*) as total
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."author_id" = parent.key
    and "posts"."status" = $3::text
) as counted;
