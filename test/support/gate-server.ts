import { ApolloServer } from "@apollo/server";
import type { GraphQLFormattedError } from "graphql";
import { Viewer, type ViewerLimits } from "../../src/auth/viewer.ts";
import { readConfig } from "../../src/config.ts";
import type { Measured, RequestContext } from "../../src/context.ts";
import { gates } from "../../src/gates/plugin.ts";
import { formatError } from "../../src/insight/format-error.ts";
import { buildSchema } from "../../src/schema/build.ts";

/** What came of an operation up to its execution. */
export interface Gated {
  /** Undefined when it passed. */
  code: string | undefined;
  /** HTTP status of a refusal. */
  status: number | undefined;
  errors: readonly GraphQLFormattedError[];
  extensions: Record<string, unknown>;
  measured: Partial<Measured>;
}

export interface Asked {
  variables?: Record<string, unknown>;
  limits?: ViewerLimits;
}

export type Ask = (query: string, asked?: Asked) => Promise<Gated>;

/**
 * The server's own parsing, validation and gates in Apollo Server, without HTTP and database: what
 * passes is answered without being executed. Remembers no documents.
 */
export function gateServer(settings: Record<string, string> = {}): Ask {
  const { plugin, ...options } = gates(readConfig(settings));
  const server = new ApolloServer<RequestContext>({
    schema: buildSchema(),
    formatError,
    includeStacktraceInErrorResponses: false,
    documentStore: null,
    ...options,
    plugins: [plugin, { requestDidStart: async () => ({ responseForOperation: passed }) }],
  });
  return async (query, { variables, limits } = {}) => {
    const contextValue = {
      viewer: new Viewer({
        workspaceId: "w",
        name: "test",
        role: "OWNER",
        scopes: ["read"],
        ...(limits ? { limits } : {}),
      }),
      measured: {},
    } as RequestContext;
    const { body, http } = await server.executeOperation(
      { query, ...(variables ? { variables } : {}) },
      { contextValue },
    );
    const errors = body.kind === "single" ? (body.singleResult.errors ?? []) : [];
    const extensions = errors[0]?.extensions ?? {};
    const { code } = extensions as { code?: string };
    return { code, status: http.status, errors, extensions, measured: contextValue.measured };
  };
}

const passed = async () => ({
  http: { status: undefined, headers: new Map() as never },
  body: { kind: "single" as const, singleResult: { data: null } },
});
