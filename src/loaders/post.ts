import type { PgColumn } from "drizzle-orm/pg-core";
import { accounts } from "../db/tables/account.ts";
import { posts, type PostRow } from "../db/tables/post.ts";
import { postTags } from "../db/tables/tag.ts";
import { byId } from "./by-id.ts";
import { connection } from "./connection.ts";
import { anyOf, anyOfLinked, between } from "./filters.ts";
import { selected } from "./selected-columns.ts";

/** From a tag to its posts. */
const tagged = {
  table: postTags,
  columns: new Map([
    [posts.id, postTags.postId],
    [posts.timelineAt, postTags.timelineAt],
    [posts.accountId, postTags.accountId],
    [posts.network, postTags.network],
    [posts.status, postTags.status],
  ] as [PgColumn, PgColumn][]),
};

const orders = {
  NEWEST_FIRST: { by: posts.timelineAt, direction: "desc" },
  OLDEST_FIRST: { by: posts.timelineAt, direction: "asc" },
} as const;

const filters = {
  statuses: anyOf(posts.status),
  // A published post's place on the timeline is when it was published.
  publishedBetween: between(posts.timelineAt, {
    only: { column: posts.status, word: "PUBLISHED" },
  }),
};
const tagIds = anyOfLinked(posts.id, tagged, postTags.tagId, { of: "Tag" });

export const postById = byId<PostRow>("postById", posts, { reads: selected("Post") });

export const postsOfWorkspace = connection<PostRow>({
  name: "Query.posts",
  table: posts,
  reads: selected("Post"),
  orders,
  filters: {
    ...filters,
    timelineBetween: between(posts.timelineAt),
    tagIds,
    accountIds: anyOf(posts.accountId, { of: "Account" }),
    networks: anyOf(posts.network, {
      copies: { by: posts.accountId, of: accounts, match: accounts.network },
    }),
  },
});

export const postsOfAccount = connection<PostRow>({
  name: "Account.posts",
  table: posts,
  reads: selected("Post"),
  parent: posts.accountId,
  orders,
  filters: { ...filters, tagIds },
});

export const postsOfMember = connection<PostRow>({
  name: "Member.posts",
  table: posts,
  reads: selected("Post"),
  parent: posts.authorId,
  orders,
  filters,
});

export const postsOfTag = connection<PostRow>({
  name: "Tag.posts",
  table: posts,
  reads: selected("Post"),
  parent: postTags.tagId,
  through: tagged,
  orders,
});
