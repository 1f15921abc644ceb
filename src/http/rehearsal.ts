import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin } from "@apollo/server";
import type { GraphQLFormattedError } from "graphql";
import { Viewer } from "../auth/viewer.ts";
import { NO_WORKSPACE } from "../db/no-workspace.ts";
import type { RequestContext } from "../context.ts";
import type { Asking } from "./endpoint.ts";
import type { GraphQLParameters } from "./parameters.ts";
import type { Rehearse } from "./trusted-documents.ts";

/** Takes an operation of nobody through all checks of the given options, without executing it. */
export function rehearsal(
  options: ApolloServerOptions<RequestContext>,
  createContext: (asking: Asking) => RequestContext,
): Rehearse {
  const rehearse = rehearsalOf(options);
  return async (query) => (await rehearse({ query }, createContext(nobody())))[0];
}

/** The same for whoever's context it is: the errors with which the operation would be refused. */
export function rehearsalOf(options: ApolloServerOptions<RequestContext>) {
  let apollo: ApolloServer<RequestContext> | undefined;
  return async (
    asked: Pick<GraphQLParameters, "query" | "variables" | "operationName">,
    contextValue: RequestContext,
  ): Promise<readonly GraphQLFormattedError[]> => {
    apollo ??= new ApolloServer({
      ...options,
      plugins: [...(options.plugins ?? []), neverExecute],
    });
    const { body } = await apollo.executeOperation(asked, { contextValue });
    return body.kind === "single" ? (body.singleResult.errors ?? []) : [];
  };
}

/** Nobody's request, with every scope. */
export const nobody = (): Asking => ({
  requestId: "rehearsal",
  startedAt: performance.now(),
  line: { written: false },
  insightHeader: undefined,
  caller: { ipAddress: null, userAgent: null },
  authentication: {
    viewer: new Viewer({
      workspaceId: NO_WORKSPACE,
      kind: "API_KEY",
      id: NO_WORKSPACE,
      name: "rehearsal",
      role: "OWNER",
      scopes: ["read", "write", "admin"],
    }),
    statements: 0,
  },
});

const neverExecute: ApolloServerPlugin = {
  async requestDidStart() {
    return {
      async responseForOperation({ response }) {
        return { http: response.http, body: { kind: "single", singleResult: { data: null } } };
      },
    };
  },
};
