import { nodesOf } from "../loaders/connection.ts";
import { postsOfTag } from "../loaders/post.ts";
import { tagById, tagsOfPost, tagsOfWorkspace } from "../loaders/tag.ts";
import type { Resolvers } from "../schema/types.generated.ts";
import { nodeId } from "./node.ts";

const ALL = { first: 100, orderBy: "CREATION" };

export const tag = {
  Query: {
    tags: (_, args, context) => tagsOfWorkspace(context, args),
  },
  Post: {
    tags: (row, _, context) => nodesOf(tagsOfPost(context, ALL, row.id)),
  },
  Tag: {
    id: nodeId("Tag", tagById, (row) => row.id),
    posts: (row, args, context) => postsOfTag(context, args, row.id),
  },
} satisfies Resolvers;
