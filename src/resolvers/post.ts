import { accountById } from "../loaders/account.ts";
import { commentsOfPost } from "../loaders/comment.ts";
import { nodesOf } from "../loaders/connection.ts";
import { rowId } from "../loaders/global-id.ts";
import { mediaOfPost } from "../loaders/media.ts";
import { memberById } from "../loaders/member.ts";
import { metricsOfPost } from "../loaders/post-metrics.ts";
import { postById, postsOfWorkspace } from "../loaders/post.ts";
import type { Resolvers } from "../schema/types.generated.ts";
import { nodeId } from "./node.ts";

const ALL = { first: 100, orderBy: "POSITION" };

export const post = {
  Query: {
    post: (_, { id }, context) => postById(context).load(rowId(id, "Post")),
    posts: (_, args, context) => postsOfWorkspace(context, args),
  },
  Post: {
    id: nodeId("Post", postById, (row) => row.id),
    account: (row, _, context) => accountById(context).load(row.accountId),
    author: (row, _, context) =>
      row.authorId === null ? null : memberById(context).load(row.authorId),
    media: (row, _, context) => nodesOf(mediaOfPost(context, ALL, row.id)),
    metrics: (row, _, context) => metricsOfPost(context).load(row.id),
    comments: (row, args, context) => commentsOfPost(context, args, row.id),
  },
} satisfies Resolvers;
