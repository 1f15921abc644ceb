import {
  HeaderMap,
  type GraphQLRequestContextWillSendResponse,
  type GraphQLResponse,
} from "@apollo/server";
import { GraphQLError } from "graphql";
import type { Config } from "../config.ts";
import type { RequestContext } from "../context.ts";
import { WrittenData } from "../execution/written-data.ts";
import { operationOf } from "../gates/operation.ts";
import type { OperationHooks } from "../operation-hooks.ts";
import { usedPoints } from "./actual.ts";
import type { Charge } from "./charge.ts";

type Responding = GraphQLRequestContextWillSendResponse<RequestContext>;

/**
 * The rate budget: an operation that passed the gates pays before it is executed, and gets back what
 * it did not use.
 */
export function budget(limits: Config["limits"]): OperationHooks {
  return {
    // Not in `didResolveOperation`, where nothing is waited for: the buckets may be in Redis.
    responseForOperation({ contextValue: { charge, measured } }) {
      // Variables that do not fit have no complexity: nothing is executed then.
      if (!charge || measured.complexity === undefined) return null;
      try {
        const points = pointsOf(measured.complexity, measured.introspection);
        return charge.take(points)?.then(() => null, refused) ?? null;
      } catch (error) {
        return refused(error);
      }
    },
    willSendResponse(request) {
      const { charge } = request.contextValue;
      if (!charge) return;
      charge.settle(usedBy(request, charge));
      if (request.contextValue.tellsCost) addCost(request, charge, limits);
    },
  };
}

/** Values of the schema that cost a point: introspection has no complexity, but is not free. */
const VALUES_A_POINT = 1_000;

const pointsOf = (complexity: number, introspection = 0) =>
  Math.max(complexity, Math.ceil(introspection / VALUES_A_POINT));

/** An error thrown from `responseForOperation` would be an unforeseen one to Apollo. */
function refused(error: unknown): GraphQLResponse {
  if (!(error instanceof GraphQLError)) throw error;
  const { message, extensions } = error;
  const { http, ...rest } = extensions as {
    http: { status: number; headers: Map<string, string> };
  };
  const headers = new HeaderMap(http.headers);
  return {
    http: { status: http.status, headers },
    body: { kind: "single", singleResult: { errors: [{ message, extensions: rest }] } },
  };
}

function usedBy(request: Responding, charge: Charge): number {
  const { data, errors } = resultOf(request);
  // The database may have worked for long, or the client has hung up: nothing goes back.
  if (errors.some(({ extensions }) => WORKED.has(extensions?.["code"]))) return charge.requested;
  const { operation, document, schema } = request;
  if (!data || !operation || !document) return 0;
  const written: unknown = data;
  if (written instanceof WrittenData && written.isWhole) return charge.requested;
  const measured = operationOf(schema, document, operation);
  const shape = written instanceof WrittenData ? written.shape : data;
  const { coerced = {} } = request.contextValue.measured;
  return usedPoints(measured, coerced, shape) ?? charge.requested;
}

const WORKED = new Set<unknown>(["TIMEOUT", "INTERNAL_SERVER_ERROR"]);

function resultOf({ response: { body } }: Responding) {
  if (body.kind !== "single") return { data: undefined, errors: [] };
  const { data, errors = [] } = body.singleResult;
  return { data, errors };
}

function addCost({ response, contextValue }: Responding, charge: Charge, limits: Config["limits"]) {
  if (response.body.kind !== "single") return;
  const { singleResult } = response.body;
  const { viewer, measured } = contextValue;
  const { limit, remaining, resetAt } = charge.tightest;
  singleResult.extensions = {
    ...singleResult.extensions,
    cost: {
      requested: charge.requested,
      actual: charge.actual,
      nodes: measured.nodes ?? 0,
      depth: measured.depth ?? 0,
      limit: viewer?.limits.complexity ?? limits.complexity,
      budget: { limit, remaining, resetAt: new Date(resetAt).toISOString() },
    },
  };
}
