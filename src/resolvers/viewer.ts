import { viewerOf } from "../context.ts";
import { workspaceById } from "../loaders/workspace.ts";
import type { Resolvers, Scope } from "../schema/types.generated.ts";

export const viewer = {
  Query: {
    viewer: (_, __, context) => {
      const { name, role, scopes, permissions, trustedDocumentsOnly } = viewerOf(context);
      const words = scopes.map((scope) => scope.toUpperCase() as Scope);
      return {
        name,
        role,
        scopes: words,
        permissions: [...permissions],
        isTrustedDocumentsOnly: trustedDocumentsOnly,
      };
    },
  },
  Viewer: {
    workspace: (_, __, context) => workspaceById(context).load(context.session.workspaceId),
  },
} satisfies Resolvers;
