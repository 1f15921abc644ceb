-- depth 1 of 5, complexity 9 of 500, 2 statements

-- 1. Query.posts, 1 key
-- $1 workspaceId, $2 workspaceId, $3 workspaceId, $4 statuses, $5 text0, $6 workspaceId, $7 text1, $8 limit
select "posts"."id" as "id", "posts"."body" as "body", "posts"."timeline_at" as "timelineAt"
from "post_terms"
cross join lateral (
  select *
  from "posts"
  where "posts"."workspace_id" = $1::uuid
    and "posts"."id" = "post_terms"."post_id"
  limit 1
) as "posts"
where "post_terms"."workspace_id" = $2::uuid
  and "posts"."workspace_id" = $3::uuid
  and "posts"."status" = $4::text
  and "post_terms"."term" = lower($5::text)
  and coalesce((
  select true
  from "post_terms" as "word1"
  where "word1"."workspace_id" = $6::uuid
    and "word1"."term" = lower($7::text)
    and "word1"."post_id" = "post_terms"."post_id"
    and "word1"."timeline_at" = "post_terms"."timeline_at"
  limit 1
), false)
order by "post_terms"."timeline_at" desc, "post_terms"."post_id" desc
limit $8::int;

-- 2. Query.posts.totalCount, 1 key
-- $1 workspaceId, $2 workspaceId, $3 statuses, $4 text0, $5 workspaceId, $6 text1
select '' as "parentKey", counted.total
from (
  select count(*) as total
  from "post_terms"
  join "posts"
    on "posts"."workspace_id" = "post_terms"."workspace_id"
    and "posts"."id" = "post_terms"."post_id"
  where "post_terms"."workspace_id" = $1::uuid
    and "posts"."workspace_id" = $2::uuid
    and "posts"."status" = $3::text
    and "post_terms"."term" = lower($4::text)
    and coalesce((
    select true
    from "post_terms" as "word1"
    where "word1"."workspace_id" = $5::uuid
      and "word1"."term" = lower($6::text)
      and "word1"."post_id" = "post_terms"."post_id"
      and "word1"."timeline_at" = "post_terms"."timeline_at"
    limit 1
  ), false)
) as counted;
