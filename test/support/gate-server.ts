import type { GraphQLRequestContextDidResolveOperation } from "@apollo/server";
import {
  getOperationAST,
  GraphQLError,
  parse,
  specifiedRules,
  validate,
  type ValidationRule,
} from "graphql";
import { Viewer, type KeyLimits } from "../../src/auth/viewer.ts";
import { readConfig } from "../../src/config.ts";
import type { Measured, RequestContext } from "../../src/context.ts";
import { gates } from "../../src/gates/hooks.ts";
import { buildSchema } from "../../src/schema/build.ts";

/** What came of an operation up to its execution. */
export interface Gated {
  /** Undefined when it passed. */
  code: string | undefined;
  errors: readonly GraphQLError[];
  extensions: Record<string, unknown>;
  measured: Partial<Measured>;
}

export interface Asked {
  variables?: Record<string, unknown>;
  limits?: KeyLimits;
}

export type Ask = (query: string, asked?: Asked) => Promise<Gated>;

const codeOf = ({ extensions }: GraphQLError) =>
  (extensions["code"] as string | undefined) ?? "GRAPHQL_VALIDATION_FAILED";

const schema = buildSchema();

/**
 * What Apollo Server does with an operation before it executes it (parsing, validation, gates), without
 * HTTP, database and memory of documents. Throws whatever would be a 500. `standardRules` are graphql's own.
 */
export function gateServer(
  settings: Record<string, string> = {},
  standardRules: readonly ValidationRule[] = specifiedRules,
): Ask {
  const { hooks, parseOptions, validationRules, validationOptions } = gates(readConfig(settings));
  const rules = [...standardRules, ...validationRules];

  return async (query, { variables = {}, limits = {} } = {}) => {
    const viewer = new Viewer({
      workspaceId: "w",
      kind: "API_KEY",
      id: "k",
      name: "test",
      role: "OWNER",
      scopes: ["read"],
      limits,
    });
    const session = { expectOne: () => undefined };
    const contextValue = { viewer, measured: {}, session } as unknown as RequestContext;
    const errors = await refusalsOf(query, variables, contextValue);
    const [first] = errors;
    return {
      code: first && codeOf(first),
      errors,
      extensions: { ...first?.extensions },
      measured: contextValue.measured,
    };
  };

  async function refusalsOf(
    query: string,
    variables: Record<string, unknown>,
    contextValue: RequestContext,
  ): Promise<readonly GraphQLError[]> {
    let document;
    try {
      document = parse(query, parseOptions);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return [new GraphQLError(error.message, { extensions: { code: "GRAPHQL_PARSE_FAILED" } })];
    }
    const invalid = validate(schema, document, rules, validationOptions);
    if (invalid.length > 0) return invalid;
    const operation = getOperationAST(document) ?? undefined;
    const request = { document, schema, operation, request: { variables }, contextValue };
    try {
      hooks.didResolveOperation?.(
        request as unknown as GraphQLRequestContextDidResolveOperation<RequestContext>,
      );
      return [];
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return [error];
    }
  }
}
