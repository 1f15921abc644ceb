import type { PgColumn } from "drizzle-orm/pg-core";
import { accounts } from "../db/tables/account.ts";
import { postTerms } from "../db/tables/post-term.ts";
import { posts, type PostRow } from "../db/tables/post.ts";
import { postTags } from "../db/tables/tag.ts";
import { byId } from "./by-id.ts";
import { connection } from "./connection.ts";
import { anyOf, anyOfLinked, between } from "./filters.ts";
import { selected } from "./selected-columns.ts";
import { containsWords } from "./words.ts";

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

/** From a word to the posts with it. */
const worded = {
  table: postTerms,
  columns: new Map([
    [posts.id, postTerms.postId],
    [posts.timelineAt, postTerms.timelineAt],
  ] as [PgColumn, PgColumn][]),
  isWalked: true as const,
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
const text = containsWords(postTerms.term, worded);
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
    text,
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
  filters: { ...filters, text, tagIds },
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
