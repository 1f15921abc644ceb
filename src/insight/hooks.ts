import type { GraphQLRequestContextWillSendResponse } from "@apollo/server";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import type { RequestContext } from "../context.ts";
import { NotMigratedError } from "../db/not-migrated-error.ts";
import { PoolError } from "../db/pool-error.ts";
import { RequestEndedError } from "../db/session.ts";
import { isMasked, refusal } from "../errors.ts";
import type { OperationHooks } from "../operation-hooks.ts";
import { foreseenError } from "./format-error.ts";
import type { Logger } from "./log.ts";
import { round } from "./sql-record.ts";

type Responding = GraphQLRequestContextWillSendResponse<RequestContext>;

/**
 * Ends a request: the session is given back, what the request did becomes one log line and, for a
 * viewer who asked and may see it, `extensions.sql`.
 */
export function insight(logger: Logger): OperationHooks {
  return {
    willSendResponse(request) {
      // Nobody waits for it: the answer of a read does not depend on its commit.
      void request.contextValue.session.close();
      endOutOfTime(request);
      const errors = logUnforeseen(logger, request);
      addSql(request);
      logOperation(logger, request, errors);
    },
  };
}

/** An operation that ran out of time has no answer: not the part of it that happened to be there. */
function endOutOfTime({ response, contextValue }: Responding) {
  const error = contextValue.session.closedBy;
  const foreseen = error && foreseenError(error);
  if (!foreseen || response.body.kind !== "single") return;
  const { message, code } = foreseen;
  response.body.singleResult = { errors: [{ message, extensions: { code } }] };
}

/** The answer says only that something went wrong; the request id in it finds these lines. */
function logUnforeseen(logger: Logger, { response, errors, contextValue }: Responding) {
  const { requestId } = contextValue;
  const formatted = formattedErrors(response);
  // One failing statement is the same error in every field that waited for it: one line, with the first.
  const logged = new Set<unknown>();
  formatted.forEach((error, index) => {
    if (!isMasked(error)) return;
    Object.assign(error.extensions ?? {}, { requestId });
    const original: GraphQLError | undefined = errors?.[index];
    const err = original?.originalError ?? original;
    if (err instanceof RequestEndedError || logged.has(err)) return;
    logged.add(err);
    logger.error({ requestId, path: error.path, err }, "error");
  });
  // Every field that could not be read has the same reason: one line is enough.
  const failure = errors?.find(({ originalError }) => isUnusable(originalError));
  if (failure) logUnusable(logger, requestId, failure.originalError);
  return formatted;
}

const isUnusable = (error: unknown) =>
  error instanceof PoolError || error instanceof NotMigratedError;

/** Why the database could not be used: the client is only told to come back. */
function logUnusable(logger: Logger, requestId: string, err: unknown) {
  if (err instanceof PoolError) logger.warn({ requestId, err }, "no database connection");
  else logger.error({ requestId, err }, "database not migrated");
}

/**
 * The error to answer with when a request ends before its operation is looked at: while finding out
 * who asks. It becomes the request's log line, and one with the cause when nobody foresaw it.
 */
export function endedEarly(logger: Logger, requestId: string, error: unknown): GraphQLError {
  const answer = error instanceof GraphQLError ? error : refusalFor(error, requestId);
  if (isMasked(answer)) logger.error({ requestId, err: error }, "error");
  const unusable = [error, answer.cause].find(isUnusable);
  if (unusable) logUnusable(logger, requestId, unusable);
  const codes = [answer.extensions["code"]];
  logger.info({ requestId, operation: null, statements: 0, errors: 1, codes }, "operation");
  return answer;
}

/** The log line of a request that did not get as far as GraphQL: no JSON, no operation, too large. */
export function logRefused(logger: Logger, requestId: string, status: number, ms: number) {
  logger.info(
    { requestId, operation: null, statements: 0, ms: round(ms), errors: 1, status },
    "operation",
  );
}

function refusalFor(error: unknown, requestId: string): GraphQLError {
  const foreseen = foreseenError(error);
  if (!foreseen) return refusal("INTERNAL_SERVER_ERROR", "unforeseen", { requestId });
  const { code, message } = foreseen;
  return refusal(code, message, {}, code === "SERVICE_UNAVAILABLE" ? { "retry-after": "1" } : {});
}

function addSql({ response, contextValue }: Responding) {
  if (!contextValue.insight || response.body.kind !== "single") return;
  const { singleResult } = response.body;
  singleResult.extensions = {
    ...singleResult.extensions,
    sql: contextValue.session.record.toJSON(),
  };
}

function logOperation(logger: Logger, request: Responding, errors: GraphQLFormattedError[]) {
  const { contextValue, operationName } = request;
  const { session, measured, requestId, viewer, startedAt } = contextValue;
  const { statements, overhead, ms, rows, splits } = session.record;
  contextValue.line.written = true;
  logger.info(
    {
      requestId,
      operation: operationName ?? null,
      workspace: viewer?.workspaceId,
      statements,
      overhead,
      sqlMs: round(ms),
      ms: round(performance.now() - startedAt),
      complexity: measured.complexity,
      depth: measured.depth,
      nodes: measured.nodes,
      rows,
      errors: errors.length,
      ...(errors.length > 0 ? { codes: errors.map(({ extensions }) => extensions?.["code"]) } : {}),
    },
    "operation",
  );
  for (const loader of splits) {
    logger.warn(
      { requestId, operation: operationName ?? null, loader },
      "a batch split: the loader ran more than once with equal arguments; either something waited " +
        "before it asked, or the operation comes back to the same relation in another place",
    );
  }
}

const formattedErrors = ({ body }: Responding["response"]): GraphQLFormattedError[] =>
  body.kind === "single" ? [...(body.singleResult.errors ?? [])] : [];
