import type { ApolloCache, Reference } from "@apollo/client";

interface KnownList {
  edges: { node: Reference }[];
}

/** Puts what was just made at the beginning of a list of the workspace that the cache has. */
export function prepend(
  cache: ApolloCache,
  workspaceId: string,
  list: "apiKeys" | "invitations",
  made: { __typename: string; id: string },
) {
  const id = cache.identify({ __typename: "Workspace", id: workspaceId });
  const ref = cache.identify(made);
  if (id === undefined || ref === undefined) return;
  cache.modify<Record<string, KnownList | null>>({
    id,
    fields: {
      [list](existing) {
        // Null where it could not be loaded.
        const known = existing as KnownList | null;
        if (!known || known.edges.some(({ node }) => node.__ref === ref)) return known;
        const edge = { __typename: `${made.__typename}Edge`, node: { __ref: ref } };
        return { ...known, edges: [edge, ...known.edges] };
      },
    },
  });
}
