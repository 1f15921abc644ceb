import type { GraphQLRequestContextDidResolveOperation } from "@apollo/server";
import {
  GraphQLError,
  parse,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { unauthenticated } from "../auth/authenticate.ts";
import type { Viewer } from "../auth/viewer.ts";
import type { Config } from "../config.ts";
import type { RequestContext } from "../context.ts";
import { isErrorCode } from "../errors.ts";
import type { OperationHooks } from "../operation-hooks.ts";
import { deepestPath } from "./depth.ts";
import { introspectionLimit } from "./introspection.ts";
import { measure, price, type Measurement } from "./measurement.ts";
import { isIntrospection } from "./operation.ts";
import { noSuchOperations, tooComplex, tooCurious, tooDeep, tooManyNodes } from "./refusals.ts";
import { structureErrors, structureRule } from "./structure.ts";

type Settings = Pick<Config, "limits" | "introspection">;

/**
 * The gates: what an operation passes before it may touch the database, as options of Apollo Server.
 * Tokens are counted by the parser; the document's structure is looked at by a validation rule, before
 * the standard ones; the rest comes after them.
 */
export function gates(settings: Settings) {
  return {
    parseOptions: { maxTokens: settings.limits.tokens },
    validationRules: [structureRule(settings)],
    // Hints are taken out below as well; not looking for them saves the time.
    validationOptions: {
      maxErrors: settings.limits.validationErrors,
      hideSuggestions: settings.introspection === "off",
    },
    // Apollo's own switch would refuse with its own words.
    introspection: true,
    hooks: gateHooks(settings),
  };
}

/**
 * What is measured stands in `didResolveOperation`, because validation rules run once a document and
 * never see variables.
 */
function gateHooks(settings: Settings): OperationHooks {
  // Apollo keeps parsed documents: the same text is the same operation again.
  const measurements = new WeakMap<OperationDefinitionNode, Measurement>();
  const introspectionLimits = new WeakMap<GraphQLSchema, number>();
  const introspectionLimitOf = (schema: GraphQLSchema) => {
    const limit = introspectionLimits.get(schema) ?? introspectionLimit(schema);
    introspectionLimits.set(schema, limit);
    return limit;
  };
  const measurementOf = (
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ) => {
    let measurement = measurements.get(operation);
    if (!measurement) {
      measurement = measure(schema, document, operation);
      measurements.set(operation, measurement);
    }
    return measurement;
  };

  const check = (request: GraphQLRequestContextDidResolveOperation<RequestContext>) => {
    const { document, schema, contextValue } = request;
    // An unknown operationName comes through here too, which the types forget; execution says so.
    const operation: OperationDefinitionNode | undefined = request.operation;
    if (!operation) return;
    if (!schema.getRootType(operation.operation)) throw noSuchOperations(operation);

    const measurement = measurementOf(schema, document, operation);
    const { roots, introspection, depth, fields, plan } = measurement;
    const { viewer, person, measured } = contextValue;
    if (!viewer && !person && !isOnlyTypename(roots))
      throw unauthenticated("there is no credential");
    if (introspection > 0) {
      const limit = introspectionLimitOf(schema);
      if (introspection > limit) throw tooCurious(introspection, limit);
    }
    measured.depth = depth;
    measured.fields = fields;
    measured.introspection = introspection;
    if (isIntrospection(roots)) {
      measured.complexity = 0;
      return;
    }

    const limits = limitsOf(settings, viewer);
    if (depth > limits.depth) throw tooDeep(depth, deepestPath(plan), limits.depth);
    const variables = request.request.variables ?? {};
    const priced = price(measurement, variables);
    if (!priced) return;
    const { complexity, cost, coerced } = priced;
    measured.complexity = complexity;
    measured.nodes = cost.nodes;
    measured.coerced = coerced;
    if (measurement.readsOne) contextValue.session.expectOne();
    const passes = (text: string) => isParsed(schema, text, settings);
    const refused = { document, plan, variables, coerced, cost, limits, passes };
    if (complexity > limits.complexity) throw tooComplex(refused, complexity);
    if (cost.nodes > limits.nodes) throw tooManyNodes(refused);
  };

  return {
    didResolveOperation: check,
    didEncounterErrors({ errors }) {
      for (const error of errors) {
        restoreCode(error);
        if (settings.introspection === "off") error.message = withoutHint(error.message);
      }
    },
  };
}

/** Apollo gives every error of validation one code, also those of the structure rule. */
function restoreCode({ originalError, extensions }: GraphQLError) {
  const code = originalError instanceof GraphQLError && originalError.extensions["code"];
  if (isErrorCode(code)) extensions["code"] = code;
}

/** graphql-js hints at similar names of the schema, in values of variables too. */
const withoutHint = (message: string) => message.replace(/ Did you mean [^?]*\?/g, "");

const isOnlyTypename = (roots: ReadonlySet<string>) => roots.size === 1 && roots.has("__typename");

/** Those of the API key come before those of the server. */
const limitsOf = ({ limits }: Settings, viewer: Viewer | undefined) => ({
  depth: viewer?.limits.depth ?? limits.depth,
  complexity: viewer?.limits.complexity ?? limits.complexity,
  nodes: viewer?.limits.nodes ?? limits.nodes,
});

function isParsed(schema: GraphQLSchema, text: string, settings: Settings): boolean {
  try {
    const document = parse(text, { maxTokens: settings.limits.tokens });
    return structureErrors(schema, document, settings).length === 0;
  } catch {
    return false;
  }
}
