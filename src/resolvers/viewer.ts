import { viewerOf, type RequestContext } from "../context.ts";
import { toGlobalId } from "../loaders/global-id.ts";
import { memberById } from "../loaders/member.ts";
import { workspaceById } from "../loaders/workspace.ts";
import type { Person } from "../auth/person.ts";
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
        // Found below, when it is asked for.
        workspaces: null,
      };
    },
  },
  Viewer: {
    workspace: (_, __, context) => workspaceById(context).load(context.session.workspaceId),
    member: (_, __, context) => {
      const { kind, id } = viewerOf(context);
      return kind === "MEMBER" ? memberById(context).load(id) : null;
    },
    workspaces: (_, __, context) =>
      context.person ? membershipsOf(context.person) : workspaceOfKey(context),
  },
} satisfies Resolvers;

const MOST_WORKSPACES = 100;

/** They came with the session: no SQL. */
const membershipsOf = ({ memberships }: Person) =>
  memberships.slice(0, MOST_WORKSPACES).map(({ workspaceId, workspaceName, role }) => ({
    workspaceId: toGlobalId("Workspace", workspaceId),
    name: workspaceName,
    role,
  }));

async function workspaceOfKey(context: RequestContext) {
  const { workspaceId, role } = viewerOf(context);
  const workspace = await workspaceById(context).load(workspaceId);
  if (!workspace) return [];
  return [{ workspaceId: toGlobalId("Workspace", workspaceId), name: workspace.name, role }];
}
