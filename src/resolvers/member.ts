import { changeMemberRole } from "../actions/change-member-role.ts";
import { leaveWorkspace } from "../actions/leave-workspace.ts";
import { removeMember } from "../actions/remove-member.ts";
import { memberById, membersOfWorkspace } from "../loaders/member.ts";
import { postsOfMember } from "../loaders/post.ts";
import type { Resolvers } from "../schema/types.generated.ts";
import { nodeId } from "./node.ts";

export const member = {
  Mutation: { changeMemberRole, removeMember, leaveWorkspace },
  Workspace: {
    members: (_, args, context) => membersOfWorkspace(context, args),
  },
  Member: {
    id: nodeId("Member", memberById, (row) => row.id),
    posts: (row, args, context) => postsOfMember(context, args, row.id),
  },
} satisfies Resolvers;
