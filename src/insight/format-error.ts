import { unwrapResolverError } from "@apollo/server/errors";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { NotMigratedError } from "../db/not-migrated-error.ts";
import { PoolError } from "../db/pool-error.ts";
import { OutOfTimeError } from "../db/session.ts";
import { isErrorCode, type ErrorCode } from "../errors.ts";

/**
 * The form in which an error leaves: foreseen ones as they are, without a stack; all others as one
 * sentence, because Drizzle's and PostgreSQL's messages contain SQL and parameters.
 */
export function formatError(
  formatted: GraphQLFormattedError,
  error: unknown,
): GraphQLFormattedError {
  const described = describe(formatted, error);
  const { message } = described;
  if (message.length <= LONGEST_MESSAGE) return described;
  return { ...described, message: `${message.slice(0, LONGEST_MESSAGE)}…` };
}

/** graphql-js quotes the names and values of the client in full, some of them twice. */
const LONGEST_MESSAGE = 1_000;

function describe(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const code = formatted.extensions?.["code"];
  const [, kind] = NO_QUERY_BY_GET.exec(formatted.message) ?? [];
  if (code === "BAD_REQUEST" && kind) {
    return {
      message: `GET is for queries alone; a ${kind} must be sent by POST`,
      extensions: { code: "METHOD_NOT_ALLOWED" },
    };
  }
  if (code === "GRAPHQL_PARSE_FAILED" && NO_STACK_LEFT.test(formatted.message)) {
    return {
      message: "Syntax Error: Too many braces or brackets within each other.",
      extensions: { code },
    };
  }
  if (isErrorCode(code) && code !== "INTERNAL_SERVER_ERROR") {
    const { stacktrace: _, ...extensions } = formatted.extensions ?? {};
    return { ...formatted, extensions };
  }
  const foreseen = foreseenError(error);
  if (foreseen) {
    return { ...formatted, message: foreseen.message, extensions: { code: foreseen.code } };
  }
  const requestId = formatted.extensions?.["requestId"];
  return {
    ...formatted,
    message: "Something went wrong on the server; the request id finds it in the log",
    extensions: { code: "INTERNAL_SERVER_ERROR", ...(requestId ? { requestId } : {}) },
  };
}

/** What a failure without one of our codes means to the client; undefined when nobody foresaw it. */
export function foreseenError(error: unknown): { code: ErrorCode; message: string } | undefined {
  const cause = unwrapResolverError(error);
  if (cause instanceof PoolError) {
    return { code: "SERVICE_UNAVAILABLE", message: `${cause.message}; try again in a moment` };
  }
  if (cause instanceof NotMigratedError) {
    return { code: "SERVICE_UNAVAILABLE", message: cause.message };
  }
  if (cause instanceof OutOfTimeError) {
    return { code: "TIMEOUT", message: `${cause.message}; ask for less at once` };
  }
  if (isStatementTimeout(cause)) {
    return { code: "TIMEOUT", message: "the database took too long; ask for less at once" };
  }
  // The words of graphql-js and Apollo; a resolver's own errors come with a code.
  if (!(cause instanceof GraphQLError) || cause.originalError) return undefined;
  const persisted = PERSISTED_QUERY_ERRORS.get(cause.message);
  if (persisted) return { code: "BAD_REQUEST", message: persisted };
  if (ARGUMENT_ERROR.test(cause.message)) return { code: "BAD_USER_INPUT", message: cause.message };
  return undefined;
}

/** query_canceled, of which the other cause is that nobody waits for the answer any more. */
const isStatementTimeout = (cause: unknown) =>
  cause instanceof Error &&
  cause.name === "PostgresError" &&
  "code" in cause &&
  cause.code === "57014";

/** What graphql-js says of an argument that got a variable's null, and of hopeless variables. */
const ARGUMENT_ERROR = /^(Argument "\w+" (of|has) |Too many errors processing variables)/;

/** Apollo answers it 405, but with the code of 400. */
const NO_QUERY_BY_GET = /^GET requests only support query operations, not (\w+) operations/;

/** The parser goes into braces by calling itself: MAX_TOKENS may be set so high that this fails. */
const NO_STACK_LEFT = /^Maximum call stack size/;

/** Apollo gives these no code. */
const PERSISTED_QUERY_ERRORS: ReadonlyMap<string, string> = new Map([
  [
    "Unsupported persisted query version",
    "extensions.persistedQuery must be { version: 1, sha256Hash }",
  ],
  [
    "provided sha does not match query",
    "extensions.persistedQuery.sha256Hash is not the SHA-256 of the query, in hexadecimal",
  ],
]);
