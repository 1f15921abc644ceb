import type { ApolloServerPlugin, GraphQLRequestContextWillSendResponse } from "@apollo/server";
import type { GraphQLError, GraphQLFormattedError } from "graphql";
import type { RequestContext } from "../context.ts";
import { isMasked } from "../errors.ts";
import type { Logger } from "./log.ts";
import { round } from "./sql-record.ts";

type Responding = GraphQLRequestContextWillSendResponse<RequestContext>;

/**
 * Ends a request: the session is given back, what the request did becomes one log line and, for a
 * viewer who asked and may see it, `extensions.sql`.
 */
export function insight(logger: Logger): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse(request) {
          // Nobody waits for it: the answer of a read does not depend on its commit.
          void request.contextValue.session.close();
          const errors = logUnforeseen(logger, request);
          setStatus(request);
          addSql(request);
          logOperation(logger, request, errors);
        },
      };
    },
  };
}

/** The answer says only that something went wrong; the request id in it finds these lines. */
function logUnforeseen(logger: Logger, { response, errors, contextValue }: Responding) {
  const { requestId } = contextValue;
  const formatted = formattedErrors(response);
  formatted.forEach((error, index) => {
    if (!isMasked(error)) return;
    const original: GraphQLError | undefined = errors?.[index];
    logger.error(
      { requestId, path: error.path, err: original?.originalError ?? original },
      "error",
    );
    Object.assign(error.extensions ?? {}, { requestId });
  });
  return formatted;
}

/** Partial data is 200. An answer without a database connection is not. */
function setStatus({ response }: Responding) {
  const codes = formattedErrors(response).map((error) => error.extensions?.["code"]);
  if (!codes.includes("SERVICE_UNAVAILABLE")) return;
  response.http.status = 503;
  response.http.headers.set("retry-after", "1");
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
      rows,
      errors: errors.length,
      ...(errors.length > 0 ? { codes: errors.map(({ extensions }) => extensions?.["code"]) } : {}),
    },
    "operation",
  );
  for (const loader of splits) {
    logger.warn(
      { requestId, operation: operationName ?? null, loader },
      "a batch split: the loader ran more than once with equal arguments; " +
        "something waited before it asked the loader",
    );
  }
}

const formattedErrors = ({ body }: Responding["response"]): GraphQLFormattedError[] =>
  body.kind === "single" ? [...(body.singleResult.errors ?? [])] : [];
