import { toGlobalId } from "../loaders/global-id.ts";
import { membersOfWorkspace } from "../loaders/member.ts";
import { postsOfMember } from "../loaders/post.ts";
import type { Resolvers } from "../schema/types.generated.ts";

export const member = {
  Workspace: {
    members: (_, args, context) => membersOfWorkspace(context, args),
  },
  Member: {
    id: (row) => toGlobalId("Member", row.id),
    posts: (row, args, context) => postsOfMember(context, args, row.id),
  },
} satisfies Resolvers;
