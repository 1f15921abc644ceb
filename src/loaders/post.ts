import { sql } from "drizzle-orm";
import { accounts } from "../db/tables/account.ts";
import { posts, type PostRow } from "../db/tables/post.ts";
import { postTags } from "../db/tables/tag.ts";
import { byId } from "./by-id.ts";
import { connection } from "./connection.ts";
import { anyOf, anyOfLinked, anyOfReferenced, between } from "./filters.ts";

/** From a tag to its posts. */
const tagged = { table: postTags, id: postTags.postId, sort: postTags.timelineAt };

const orders = {
  NEWEST_FIRST: { by: posts.timelineAt, direction: "desc" },
  OLDEST_FIRST: { by: posts.timelineAt, direction: "asc" },
} as const;

const filters = {
  statuses: anyOf(posts.status),
  tagIds: anyOfLinked(posts.id, tagged, postTags.tagId, { of: "Tag" }),
  // A published post's place on the timeline is when it was published: one range of the index by status.
  publishedBetween: between(posts.timelineAt, {
    and: sql`${posts.status} = 'PUBLISHED' and ${posts.publishedAt} is not null`,
  }),
};

export const postById = byId<PostRow>("postById", posts);

export const postsOfWorkspace = connection<PostRow>({
  name: "Query.posts",
  table: posts,
  orders,
  filters: {
    ...filters,
    accountIds: anyOf(posts.accountId, { of: "Account" }),
    networks: anyOfReferenced(posts.accountId, accounts, accounts.network),
  },
});

export const postsOfAccount = connection<PostRow>({
  name: "Account.posts",
  table: posts,
  parent: posts.accountId,
  orders,
  filters,
});

export const postsOfMember = connection<PostRow>({
  name: "Member.posts",
  table: posts,
  parent: posts.authorId,
  orders,
  filters,
});

export const postsOfTag = connection<PostRow>({
  name: "Tag.posts",
  table: posts,
  parent: postTags.tagId,
  through: tagged,
  orders,
});
