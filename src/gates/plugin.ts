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
import { measureNodes } from "./nodes.ts";
import { measureDepth, type Depth } from "./depth.ts";
import { introspectionLimit, introspectionSize } from "./introspection.ts";
import { isIntrospection, operationOf, rootFields, type MeasuredOperation } from "./operation.ts";
import type { Score } from "./score.ts";

/** What depends on variables. */
interface Scores {
  complexity: Complexity;
  nodes: Score;
}

/** What does not depend on variables: measured once a document, which Apollo keeps in its cache. */
interface Measurement {
  measured: MeasuredOperation;
  roots: ReadonlySet<string>;
  introspection: number;
  depth: Depth;
  /** Only of an operation without variables. */
  constant: Scores | undefined;
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
    if (contextValue.viewer && !contextValue.viewer.may("read")) throw mayNotRead();
    contextValue.measured.depth = depth.depth;
    contextValue.measured.introspection = measurement.introspection;
    if (isIntrospection(roots)) {
      contextValue.measured.complexity = 0;
      return;
    }
    if (depth.depth > limits.depth) throw tooDeep(depth, limits.depth);
    const scores = measurement.constant ?? scoresOf(measured, request.request.variables ?? {});
    if (!scores) return;
    const { complexity, nodes } = scores;
    contextValue.measured.complexity = complexity.total;
    contextValue.measured.nodes = nodes.total;
    if (complexity.total > limits.complexity) throw tooComplex(complexity, limits.complexity);
    if (nodes.total > limits.nodes) throw tooManyNodes(nodes, limits.nodes);
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
    constant: hasVariables ? undefined : scoresOf(measured, {}),
  };
}

function scoresOf(
  measured: MeasuredOperation,
  variables: Record<string, unknown>,
): Scores | undefined {
  const complexity = measureComplexity(measured, variables);
  const nodes = measureNodes(measured, variables);
  return complexity && nodes && { complexity, nodes };
}

const isOnlyTypename = (roots: ReadonlySet<string>) => roots.size === 1 && roots.has("__typename");

const noSuchOperations = ({ operation }: OperationDefinitionNode) =>
  refusal("GRAPHQL_VALIDATION_FAILED", `The schema has no ${operation}s; send a query`);

const mayNotRead = () => refusal("FORBIDDEN", "The API key may not read; it needs the scope read");

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

const tooManyNodes = ({ total, heaviest }: Score, limit: number) =>
  refusal(
    "NODE_LIMIT_EXCEEDED",
    `The operation asks for up to ${total} nodes; at most ${limit} are allowed. ` +
      `Most of them are at ${heaviest.path.join(".")}. ` +
      "Lower the page sizes (first, last) on that path: they multiply.",
    { measured: total, limit, path: heaviest.path, pathNodes: heaviest.score },
  );

function tooComplex({ total, heaviest, unpaged }: Complexity, limit: number) {
  const advice =
    unpaged.length > 0
      ? `Add the argument first (such as first: 20) to ${unpaged.join(", ")}: a connection without a ` +
        `page size costs ${UNPAGED_POINTS} points rather than ${RELATION_POINTS}.`
      : "Select fewer fields there, or split the operation in two.";
  return refusal(
    "COMPLEXITY_LIMIT_EXCEEDED",
    `The operation costs ${total} points; at most ${limit} are allowed. ` +
      `The heaviest part is ${heaviest.path.join(".")} with ${heaviest.score} points. ${advice}`,
    {
      measured: total,
      limit,
      path: heaviest.path,
      pathComplexity: heaviest.score,
      addPageSizeTo: unpaged,
    },
  );
}
