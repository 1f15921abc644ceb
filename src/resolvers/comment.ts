import { commentById, commentsOfWorkspace, repliesOfComment } from "../loaders/comment.ts";
import { contactById } from "../loaders/contact.ts";
import { postById } from "../loaders/post.ts";
import type { Resolvers } from "../schema/types.generated.ts";
import { nodeId } from "./node.ts";

export const comment = {
  Query: {
    comments: (_, args, context) => commentsOfWorkspace(context, args),
  },
  Comment: {
    id: nodeId("Comment", commentById, (row) => row.id),
    post: (row, _, context) => postById(context).load(row.postId),
    author: (row, _, context) => contactById(context).load(row.contactId),
    parent: (row, _, context) =>
      row.parentId === null ? null : commentById(context).load(row.parentId),
    replies: (row, args, context) => repliesOfComment(context, args, row.id),
  },
} satisfies Resolvers;
