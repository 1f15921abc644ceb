import { unwrapResolverError } from "@apollo/server/errors";
import type { GraphQLFormattedError } from "graphql";
import { PoolError } from "../db/pool-error.ts";
import { isErrorCode } from "../errors.ts";

/**
 * The form in which an error leaves: foreseen ones as they are, without a stack; all others as one
 * sentence, because Drizzle's and PostgreSQL's messages contain SQL and parameters.
 */
export function formatError(
  formatted: GraphQLFormattedError,
  error: unknown,
): GraphQLFormattedError {
  const cause = unwrapResolverError(error);
  if (cause instanceof PoolError) {
    return {
      ...formatted,
      message: `${cause.message}; try again in a moment`,
      extensions: { code: "SERVICE_UNAVAILABLE" },
    };
  }
  const code = formatted.extensions?.["code"];
  if (isErrorCode(code) && code !== "INTERNAL_SERVER_ERROR") {
    const { stacktrace: _, ...extensions } = formatted.extensions ?? {};
    return { ...formatted, extensions };
  }
  return {
    ...formatted,
    message: "Something went wrong on the server; the request id finds it in the log",
    extensions: { code: "INTERNAL_SERVER_ERROR" },
  };
}
