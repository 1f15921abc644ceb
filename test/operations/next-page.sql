-- depth 2 of 5, complexity 19 of 500, 3 statements

-- 1. Query.posts, 1 key
-- $1 workspaceId, $2 afterSort, $3 afterId, $4 limit
select "posts"."id" as "id", "posts"."body" as "body", "posts"."timeline_at" as "timelineAt"
from "posts"
where "posts"."workspace_id" = $1::uuid
  and ("posts"."timeline_at", "posts"."id") < ($2::timestamp(3) with time zone, $3::uuid)
order by "posts"."timeline_at" desc, "posts"."id" desc
limit $4::int;

-- 2. Post.comments, 50 keys
-- $1 parents, $2 workspaceId, $3 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "comments"."id" as "id", "comments"."contact_id" as "contactId", "comments"."body" as "body", "comments"."created_at" as "createdAt"
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
