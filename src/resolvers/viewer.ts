import { viewerOf } from "../context.ts";
import { workspaceById } from "../loaders/workspace.ts";
import type { Resolvers, Scope } from "../schema/types.generated.ts";

export const viewer = {
  Query: {
    viewer: (_, __, context) => {
      const { name, role, scopes } = viewerOf(context);
      return { name, role, scopes: scopes.map((scope) => scope.toUpperCase() as Scope) };
    },
  },
  Viewer: {
    workspace: (_, __, context) => workspaceById(context).load(context.session.workspaceId),
  },
} satisfies Resolvers;
