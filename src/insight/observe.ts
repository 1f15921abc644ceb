import { GraphQLError } from "graphql";
import { errorStatus, isErrorCode } from "../errors.ts";
import type { OperationHooks } from "../operation-hooks.ts";
import {
  FinishedOperation,
  type OperationObserver,
  type RefusedRequest,
} from "./finished-operation.ts";

/**
 * Tells observers of every operation that ends. It must come after all that has a say in the answer and
 * its status.
 */
export function tellObservers(observers: readonly OperationObserver[]): OperationHooks {
  if (observers.length === 0) return {};
  return {
    willSendResponse(request) {
      const operation = new FinishedOperation(request);
      for (const observer of observers) observer.finished(operation);
    },
  };
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
