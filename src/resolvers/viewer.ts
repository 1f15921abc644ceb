import { viewerOf } from "../context.ts";
import { workspaceById } from "../loaders/workspace.ts";
import type { Resolvers, Scope } from "../schema/types.generated.ts";

/** The database's words as the schema's. */
export const scopeWords = (scopes: readonly string[]) =>
  scopes.map((scope) => scope.toUpperCase() as Scope);

export const viewer = {
  Query: {
    viewer: (_, __, context) => {
      const { name, role, scopes, permissions, trustedDocumentsOnly } = viewerOf(context);
      return {
        name,
        role,
        scopes: scopeWords(scopes),
        permissions: [...permissions],
        isTrustedDocumentsOnly: trustedDocumentsOnly,
      };
    },
  },
  Viewer: {
    workspace: (_, __, context) => workspaceById(context).load(context.session.workspaceId),
  },
} satisfies Resolvers;
