-- depth 4 of 5, complexity 31 of 500, 5 statements

-- 1. contactById, 1 key
-- $1 workspaceId, $2 key
select "contacts"."id" as "id", "contacts"."network" as "network", "contacts"."display_name" as "displayName"
from "contacts"
where "contacts"."workspace_id" = $1::uuid
  and "contacts"."id" = $2::uuid;

-- 2. Contact.comments, 1 key
-- $1 parents, $2 workspaceId, $3 createdBetweenFrom, $4 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "comments"."id" as "id", "comments"."post_id" as "postId", "comments"."contact_id" as "contactId", "comments"."status" as "status", "comments"."body" as "body", "comments"."created_at" as "createdAt"
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
-- $1 workspaceId, $2 key
select "posts"."id" as "id", "posts"."account_id" as "accountId", "posts"."body" as "body"
from "posts"
where "posts"."workspace_id" = $1::uuid
  and "posts"."id" = $2::uuid;

-- 5. accountById, 1 key
-- $1 workspaceId, $2 key
select "accounts"."id" as "id", "accounts"."handle" as "handle"
from "accounts"
where "accounts"."workspace_id" = $1::uuid
  and "accounts"."id" = $2::uuid;
