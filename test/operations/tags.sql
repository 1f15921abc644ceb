-- depth 2 of 5, complexity 17 of 500, 4 statements

-- 1. Query.tags, 1 key
-- $1 workspaceId, $2 limit
select "tags"."workspace_id" as "workspaceId", "tags"."id" as "id", "tags"."name" as "name", "tags"."created_at" as "createdAt"
from "tags"
where "tags"."workspace_id" = $1::uuid
order by "tags"."name" asc
limit $2::int;

-- 2. Query.tags.totalCount, 1 key
-- $1 workspaceId
select '' as "parentKey", counted.total
from (
  select count(*) as total
  from "tags"
  where "tags"."workspace_id" = $1::uuid
) as counted;

-- 3. Tag.posts, 12 keys
-- $1 parents, $2 workspaceId, $3 workspaceId, $4 limit
select parent.place::int as "parentPlace", page.*
from unnest($1::uuid[]) with ordinality as parent(key, place)
cross join lateral (
  select "posts"."id" as "id", "posts"."body" as "body", "posts"."timeline_at" as "timelineAt"
  from "post_tags"
  join "posts"
    on "posts"."workspace_id" = "post_tags"."workspace_id"
    and "posts"."id" = "post_tags"."post_id"
  where "post_tags"."workspace_id" = $2::uuid
    and "posts"."workspace_id" = $3::uuid
    and "post_tags"."tag_id" = parent.key
  order by "post_tags"."timeline_at" desc, "post_tags"."post_id" desc
  limit $4::int
) as page;

-- 4. Tag.posts.totalCount, 12 keys
-- $1 parents, $2 workspaceId, $3 workspaceId
select parent.key as "parentKey", counted.total
from unnest($1::uuid[]) as parent(key)
cross join lateral (
  select count(*) as total
  from "post_tags"
  join "posts"
    on "posts"."workspace_id" = "post_tags"."workspace_id"
    and "posts"."id" = "post_tags"."post_id"
  where "post_tags"."workspace_id" = $2::uuid
    and "posts"."workspace_id" = $3::uuid
    and "post_tags"."tag_id" = parent.key
) as counted;
