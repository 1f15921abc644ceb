-- depth 3 of 5, complexity 52 of 500, 7 statements

-- 1. Query.comments, 1 key
-- $1 statuses, $2 workspaceId, $3 startsThread, $4 limit, $5 limit
select merged.*
from (
  select unnest($1::text[]) as value
) as fan0
cross join lateral (
  select "comments"."id" as "id", "comments"."post_id" as "postId", "comments"."contact_id" as "contactId", "comments"."status" as "status", "comments"."body" as "body", "comments"."created_at" as "createdAt"
  from "comments"
  where "comments"."workspace_id" = $2::uuid
    and "comments"."status" = fan0.value
    and "comments"."starts_thread" = $3::boolean
  order by "comments"."created_at" desc, "comments"."id" desc
  limit $4::int
) as merged
order by merged."createdAt" desc, merged."id" desc
limit $5::int;

-- 2. Query.comments.totalCount, 1 key
-- $1 workspaceId, $2 statuses, $3 startsThread
select '' as "parentKey", counted.total
from (
  select count(*) as total
  from "comments"
  where "comments"."workspace_id" = $1::uuid
    and "comments"."status" = any($2::text[])
    and "comments"."starts_thread" = $3::boolean
) as counted;

-- 3. contactById, 19 keys
-- $1 keys, $2 workspaceId
select found.*
from unnest($1::uuid[]) as wanted(key)
cross join lateral (
  select "contacts"."id" as "id", "contacts"."network" as "network", "contacts"."handle" as "handle", "contacts"."display_name" as "displayName", "contacts"."avatar_url" as "avatarUrl"
  from "contacts"
  where "contacts"."workspace_id" = $2::uuid
    and "contacts"."id" = wanted.key
  limit 1
) as found;

-- 4. postById, 2 keys
-- $1 keys, $2 workspaceId
select found.*
from unnest($1::uuid[]) as wanted(key)
cross join lateral (
  select "posts"."id" as "id", "posts"."account_id" as "accountId", "posts"."body" as "body"
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."id" = wanted.key
  limit 1
) as found;

-- 5. Comment.replies, 25 keys
-- $1 parents, $2 workspaceId, $3 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "comments"."id" as "id", "comments"."post_id" as "postId", "comments"."contact_id" as "contactId", "comments"."status" as "status", "comments"."body" as "body", "comments"."created_at" as "createdAt"
  from "comments"
  where "comments"."workspace_id" = $2::uuid
    and "comments"."parent_id" = parent.key
  order by "comments"."created_at" asc, "comments"."id" asc
  limit $3::int
) as page;

-- 6. accountById, 1 key
-- $1 workspaceId, $2 key
select "accounts"."id" as "id", "accounts"."network" as "network", "accounts"."handle" as "handle"
from "accounts"
where "accounts"."workspace_id" = $1::uuid
  and "accounts"."id" = $2::uuid;

-- 7. contactById, 5 keys
-- $1 keys, $2 workspaceId
select found.*
from unnest($1::uuid[]) as wanted(key)
cross join lateral (
  select "contacts"."id" as "id", "contacts"."network" as "network", "contacts"."handle" as "handle", "contacts"."display_name" as "displayName", "contacts"."avatar_url" as "avatarUrl"
  from "contacts"
  where "contacts"."workspace_id" = $2::uuid
    and "contacts"."id" = wanted.key
  limit 1
) as found;
