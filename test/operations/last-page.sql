-- depth 2 of 5, complexity 24 of 500, 3 statements

-- 1. accountById, 1 key
-- $1 workspaceId, $2 key
select "accounts"."id" as "id"
from "accounts"
where "accounts"."workspace_id" = $1::uuid
  and "accounts"."id" = $2::uuid;

-- 2. Query.posts, 1 key
-- $1 workspaceId, $2 beforeSort, $3 beforeId, $4 limit
select "posts"."id" as "id", "posts"."timeline_at" as "timelineAt"
from "posts"
where "posts"."workspace_id" = $1::uuid
  and ("posts"."timeline_at", "posts"."id") > ($2::timestamp(3) with time zone, $3::uuid)
order by "posts"."timeline_at" asc, "posts"."id" asc
limit $4::int;

-- 3. Account.posts, 1 key
-- $1 parents, $2 workspaceId, $3 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "posts"."id" as "id", "posts"."timeline_at" as "timelineAt"
  from "posts"
  where "posts"."workspace_id" = $2::uuid
    and "posts"."account_id" = parent.key
  order by "posts"."timeline_at" asc, "posts"."id" asc
  limit $3::int
) as page;
