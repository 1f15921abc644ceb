import type { ApolloServerPlugin } from "@apollo/server";
import { GraphQLError } from "graphql";
import type { RequestContext } from "../context.ts";
import { errorStatus, isErrorCode } from "../errors.ts";
import {
  FinishedOperation,
  type OperationObserver,
  type RefusedRequest,
} from "./finished-operation.ts";

/**
 * Tells observers of every operation that ends. It must come after all plugins that have a say in the
 * answer and its status. Without observers there is no such plugin.
 */
export function tellObservers(
  observers: readonly OperationObserver[],
): ApolloServerPlugin<RequestContext>[] {
  if (observers.length === 0) return [];
  const listener = {
    async willSendResponse(request: ConstructorParameters<typeof FinishedOperation>[0]) {
      const operation = new FinishedOperation(request);
      for (const observer of observers) observer.finished(operation);
    },
  };
  return [{ requestDidStart: async () => listener }];
}

/** A request that ended with this error, or this status, before it became an operation. */
export interface EndedEarly {
  requestId: string;
  workspaceId?: string | undefined;
  ms: number;
  /** What it was answered with. */
  answer: GraphQLError | { status: number };
  asked?: RefusedRequest["asked"];
}

/** Tells observers of a request that did not get as far as an operation. */
export function tellRefused(
  observers: readonly OperationObserver[],
  { answer, ...known }: EndedEarly,
): void {
  if (observers.length === 0) return;
  const given = answer instanceof GraphQLError ? answer.extensions["code"] : undefined;
  const code = isErrorCode(given) ? given : undefined;
  const status = answer instanceof GraphQLError ? errorStatus[code ?? MASKED] : answer.status;
  for (const observer of observers) {
    observer.refused?.({ ...known, workspaceId: known.workspaceId, code, status });
  }
}

const MASKED = "INTERNAL_SERVER_ERROR";
