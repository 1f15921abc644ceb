-- depth 3 of 5, complexity 59 of 500, 8 statements

-- 1. Query.accounts, 1 key
-- $1 workspaceId, $2 limit
select "accounts"."id" as "id", "accounts"."network" as "network", "accounts"."handle" as "handle", "accounts"."display_name" as "displayName", "accounts"."follower_count" as "followerCount", "accounts"."health" as "health", "accounts"."created_at" as "createdAt"
from "accounts"
where "accounts"."workspace_id" = $1::uuid
order by "accounts"."follower_count" desc, "accounts"."id" desc
limit $2::int;

-- 2. Account.posts, 5 keys
-- $1 parents, $2 workspaceId, $3 statuses, $4 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "posts"."id" as "id", "posts"."author_id" as "authorId", "posts"."body" as "body", "posts"."timeline_at" as "timelineAt"
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."account_id" = parent.key
    and "posts"."status" = $3::text
  order by "posts"."timeline_at" desc, "posts"."id" desc
  limit $4::int
) as page;

-- 3. Account.posts, 5 keys
-- $1 parents, $2 statuses, $3 workspaceId, $4 limit, $5 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select merged.*
  from (
    select unnest($2::text[]) as value
  ) as fan0
  cross join lateral (
    select "posts"."id" as "id", "posts"."author_id" as "authorId", "posts"."body" as "body", "posts"."timeline_at" as "timelineAt"
    from "posts"
    where "posts"."workspace_id" = $3::uuid
      and "posts"."account_id" = parent.key
      and "posts"."status" = fan0.value
    order by "posts"."timeline_at" asc, "posts"."id" asc
    limit $4::int
  ) as merged
  order by merged."timelineAt" asc, merged."id" asc
  limit $5::int
) as page;

-- 4. Account.posts, 5 keys
-- $1 parents, $2 workspaceId, $3 statuses, $4 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "posts"."id" as "id", "posts"."author_id" as "authorId", "posts"."body" as "body", "posts"."timeline_at" as "timelineAt"
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."account_id" = parent.key
    and "posts"."status" = $3::text
  order by "posts"."timeline_at" desc, "posts"."id" desc
  limit $4::int
) as page;

-- 5. Account.posts.totalCount, 5 keys
-- $1 parents, $2 workspaceId, $3 statuses
select parent.key as "parentKey", counted.total
from unnest($1::uuid[]) as parent(key)
cross join lateral (
  select count(*) as total
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."account_id" = parent.key
    and "posts"."status" = $3::text
) as counted;

-- 6. memberById, 5 keys
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

-- 7. Account.posts.totalCount, 5 keys
-- $1 parents, $2 workspaceId, $3 statuses
select parent.key as "parentKey", counted.total
from unnest($1::uuid[]) as parent(key)
cross join lateral (
  select count(*) as total
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."account_id" = parent.key
    and "posts"."status" = any($3::text[])
) as counted;

-- 8. Account.posts.totalCount, 5 keys
-- $1 parents, $2 workspaceId, $3 statuses
select parent.key as "parentKey", counted.total
from unnest($1::uuid[]) as parent(key)
cross join lateral (
  select count(*) as total
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."account_id" = parent.key
    and "posts"."status" = $3::text
) as counted;
