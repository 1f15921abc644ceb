-- depth 2 of 5, complexity 31 of 500, 3 statements

-- 1. Query.posts, 1 key
-- $1 tagIds, $2 workspaceId, $3 workspaceId, $4 publishedBetweenFrom, $5 limit, $6 limit
select distinct on (merged."timelineAt", merged."id") merged.*
from (
  select unnest($1::uuid[]) as value
) as fan0
cross join lateral (
  select "posts"."id" as "id", "posts"."body" as "body", "posts"."published_at" as "publishedAt", "posts"."timeline_at" as "timelineAt"
  from "post_tags"
  join "posts"
    on "posts"."workspace_id" = "post_tags"."workspace_id"
    and "posts"."id" = "post_tags"."post_id"
  where "post_tags"."workspace_id" = $2::uuid
    and "posts"."workspace_id" = $3::uuid
    and "post_tags"."tag_id" = fan0.value
    and "post_tags"."status" = 'PUBLISHED'
    and "post_tags"."timeline_at" >= $4::timestamptz
  order by "post_tags"."timeline_at" desc, "post_tags"."post_id" desc
  limit $5::int
) as merged
order by merged."timelineAt" desc, merged."id" desc
limit $6::int;

-- 2. Post.tags, 20 keys
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

-- 3. Post.media, 20 keys
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
