import { updateWorkspace } from "../actions/update-workspace.ts";
import { workspaceById } from "../loaders/workspace.ts";
import type { Resolvers } from "../schema/types.generated.ts";
import { nodeId } from "./node.ts";

export const workspace = {
  Query: {
    workspace: (_, __, context) => workspaceById(context).load(context.session.workspaceId),
  },
  Mutation: { updateWorkspace },
  Workspace: {
    id: nodeId("Workspace", workspaceById, (row) => row.workspaceId),
  },
} satisfies Resolvers;
