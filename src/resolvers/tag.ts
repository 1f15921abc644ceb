import { nodesOf } from "../loaders/connection.ts";
import { toGlobalId } from "../loaders/global-id.ts";
import { postsOfTag } from "../loaders/post.ts";
import { tagsOfPost, tagsOfWorkspace } from "../loaders/tag.ts";
import type { Resolvers } from "../schema/types.generated.ts";

export const tag = {
  Query: {
    tags: (_, args, context) => tagsOfWorkspace(context, args),
  },
  Post: {
    tags: (row, _, context) =>
      nodesOf(tagsOfPost(context, { first: 100, orderBy: "CREATION" }, row.id)),
  },
  Tag: {
    id: (row) => toGlobalId("Tag", row.id),
    posts: (row, args, context) => postsOfTag(context, args, row.id),
  },
} satisfies Resolvers;
