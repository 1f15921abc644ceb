-- depth 2 of 5, complexity 16 of 500, 2 statements

-- 1. Query.posts, 1 key
-- $1 networks, $2 workspaceId, $3 limit, $4 limit
select merged.*
from (
  select unnest($1::text[]) as value
) as fan0
cross join (
  select *
  from (values ('DRAFT'::text), ('NEEDS_APPROVAL'::text), ('SCHEDULED'::text), ('PUBLISHING'::text), ('PUBLISHED'::text), ('FAILED'::text)) as words(value)
) as fan1
cross join lateral (
  select "posts"."id" as "id", "posts"."account_id" as "accountId", "posts"."timeline_at" as "timelineAt"
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."network" = fan0.value
    and "posts"."status" = fan1.value
  order by "posts"."timeline_at" asc, "posts"."id" asc
  limit $3::int
) as merged
order by merged."timelineAt" asc, merged."id" asc
limit $4::int;

-- 2. accountById, 3 keys
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
