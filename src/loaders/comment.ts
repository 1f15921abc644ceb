import { comments, type CommentRow } from "../db/tables/comment.ts";
import { byId } from "./by-id.ts";
import { connection } from "./connection.ts";
import { anyOf, between, isTrue } from "./filters.ts";
import { selected } from "./selected-columns.ts";

const orders = {
  NEWEST_FIRST: { by: comments.createdAt, direction: "desc" },
  OLDEST_FIRST: { by: comments.createdAt, direction: "asc" },
} as const;

const filters = {
  statuses: anyOf(comments.status),
  startsThread: isTrue(comments.startsThread),
  createdBetween: between(comments.createdAt),
};

export const commentById = byId<CommentRow>("commentById", comments, {
  reads: selected("Comment", comments.contactId),
});

export const commentsOfWorkspace = connection<CommentRow>({
  name: "Query.comments",
  table: comments,
  reads: selected("Comment", comments.contactId),
  orders,
  filters: { ...filters, accountIds: anyOf(comments.accountId, { of: "Account" }) },
});

export const commentsOfPost = connection<CommentRow>({
  name: "Post.comments",
  table: comments,
  reads: selected("Comment", comments.contactId),
  parent: comments.postId,
  orders,
  filters,
});

export const commentsOfContact = connection<CommentRow>({
  name: "Contact.comments",
  table: comments,
  reads: selected("Comment", comments.contactId),
  parent: comments.contactId,
  orders,
  filters,
});

export const repliesOfComment = connection<CommentRow>({
  name: "Comment.replies",
  table: comments,
  reads: selected("Comment", comments.contactId),
  parent: comments.parentId,
  orders,
});
