import type { ApolloServerPlugin, GraphQLRequestContextDidResolveOperation } from "@apollo/server";
import type { GraphQLSchema, OperationDefinitionNode } from "graphql";
import { unauthenticated } from "../auth/authenticate.ts";
import type { Config } from "../config.ts";
import type { RequestContext } from "../context.ts";
import { refusal } from "../errors.ts";
import {
  measureComplexity,
  UNPAGED_POINTS,
  RELATION_POINTS,
  type Complexity,
} from "./complexity.ts";
import { measureDepth, type Depth } from "./depth.ts";
import { introspectionLimit, introspectionSize } from "./introspection.ts";
import { isIntrospection, operationOf, rootFields, type MeasuredOperation } from "./operation.ts";

/** What does not depend on variables: measured once a document, which Apollo keeps in its cache. */
interface Measurement {
  measured: MeasuredOperation;
  roots: ReadonlySet<string>;
  introspection: number;
  depth: Depth;
  /** Only of an operation without variables. */
  complexity: Complexity | undefined;
}

/**
 * The gates: what an operation passes before it may touch the database. They stand in
 * `didResolveOperation`, because validation rules run once a document and never see variables.
 */
export function gates(limits: Config["limits"]): ApolloServerPlugin<RequestContext> {
  const measurements = new WeakMap<OperationDefinitionNode, Measurement>();
  const introspectionLimits = new WeakMap<GraphQLSchema, number>();
  const introspectionLimitOf = (schema: GraphQLSchema) => {
    const limit = introspectionLimits.get(schema) ?? introspectionLimit(schema);
    introspectionLimits.set(schema, limit);
    return limit;
  };

  const check = (request: GraphQLRequestContextDidResolveOperation<RequestContext>) => {
    const { document, schema, contextValue } = request;
    // An unknown operationName comes through here too, which the types forget; execution says so.
    const operation: OperationDefinitionNode | undefined = request.operation;
    if (!operation) return;
    if (!schema.getRootType(operation.operation)) throw noSuchOperations(operation);

    let measurement = measurements.get(operation);
    if (!measurement) {
      measurement = measure(operationOf(schema, document, operation));
      measurements.set(operation, measurement);
    }
    const { roots, depth, measured } = measurement;
    if (!contextValue.viewer && !isOnlyTypename(roots)) {
      throw unauthenticated("there is no credential");
    }
    if (measurement.introspection > 0) {
      const limit = introspectionLimitOf(schema);
      if (measurement.introspection > limit) throw tooCurious(measurement.introspection, limit);
    }
    contextValue.measured.depth = depth.depth;
    if (isIntrospection(roots)) {
      contextValue.measured.complexity = 0;
      return;
    }
    if (depth.depth > limits.depth) throw tooDeep(depth, limits.depth);
    const complexity =
      measurement.complexity ?? measureComplexity(measured, request.request.variables ?? {});
    if (!complexity) return;
    contextValue.measured.complexity = complexity.complexity;
    if (complexity.complexity > limits.complexity) {
      throw tooComplex(complexity, limits.complexity);
    }
  };

  return {
    async requestDidStart() {
      return {
        async didResolveOperation(request) {
          check(request);
        },
      };
    },
  };
}

function measure(measured: MeasuredOperation): Measurement {
  const hasVariables = (measured.operation.variableDefinitions?.length ?? 0) > 0;
  return {
    measured,
    roots: rootFields(measured),
    introspection: introspectionSize(measured),
    depth: measureDepth(measured),
    complexity: hasVariables ? undefined : measureComplexity(measured, {}),
  };
}

const isOnlyTypename = (roots: ReadonlySet<string>) => roots.size === 1 && roots.has("__typename");

const noSuchOperations = ({ operation }: OperationDefinitionNode) =>
  refusal("GRAPHQL_VALIDATION_FAILED", `The schema has no ${operation}s; send a query`);

const tooCurious = (measured: number, limit: number) =>
  refusal(
    "COMPLEXITY_LIMIT_EXCEEDED",
    `The operation reads about ${measured} values of the schema; at most ${limit} are allowed. ` +
      "Use the standard introspection query, or read fewer lists within lists.",
    { measured, limit, path: ["__schema"] },
  );

function tooDeep({ depth, path }: Depth, limit: number) {
  const [last, ...rest] = path.slice(limit - 1);
  return refusal(
    "DEPTH_LIMIT_EXCEEDED",
    `The operation is ${depth} entity levels deep at ${path.join(".")}; at most ${limit} are allowed. ` +
      `Take ${last ?? ""}.${rest.join(".")} out and ask for it in an operation of its own, ` +
      "starting from the ids: node(id: …) or nodes(ids: …).",
    { measured: depth, limit, path },
  );
}

function tooComplex({ complexity, heaviest, unpaged }: Complexity, limit: number) {
  const advice =
    unpaged.length > 0
      ? `Add the argument first (such as first: 20) to ${unpaged.join(", ")}: a connection without a ` +
        `page size costs ${UNPAGED_POINTS} points rather than ${RELATION_POINTS}.`
      : "Select fewer fields there, or split the operation in two.";
  return refusal(
    "COMPLEXITY_LIMIT_EXCEEDED",
    `The operation costs ${complexity} points; at most ${limit} are allowed. ` +
      `The heaviest part is ${heaviest.path.join(".")} with ${heaviest.complexity} points. ${advice}`,
    {
      measured: complexity,
      limit,
      path: heaviest.path,
      pathComplexity: heaviest.complexity,
      addPageSizeTo: unpaged,
    },
  );
}
