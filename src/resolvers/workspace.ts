import { toGlobalId } from "../loaders/global-id.ts";
import { workspaceById } from "../loaders/workspace.ts";
import type { Resolvers } from "../schema/types.generated.ts";

export const workspace = {
  Query: {
    workspace: (_, __, context) => workspaceById(context).load(context.session.workspaceId),
  },
  Workspace: {
    id: (row) => toGlobalId("Workspace", row.workspaceId),
  },
} satisfies Resolvers;
