import { GraphQLError, type GraphQLFormattedError } from "graphql";

/**
 * Every code that an error can carry in `extensions.code`, with its HTTP status where the whole
 * request is refused. Everything else that goes wrong is logged and leaves as INTERNAL_SERVER_ERROR.
 */
export const errorStatus = {
  /** The document is not GraphQL. */
  GRAPHQL_PARSE_FAILED: 400,
  /** The document does not fit the schema. */
  GRAPHQL_VALIDATION_FAILED: 400,
  /** The request itself is malformed. */
  BAD_REQUEST: 400,
  /** The request body is larger than is allowed. */
  PAYLOAD_TOO_LARGE: 413,
  /** There is nothing at this URL. */
  NOT_FOUND: 404,
  /** The URL does not take this HTTP method, or the operation needs POST. */
  METHOD_NOT_ALLOWED: 405,
  /** The client accepts no media type in which an answer can be given. */
  NOT_ACCEPTABLE: 406,
  /** The request has too many headers, or too large ones. */
  HEADERS_TOO_LARGE: 431,
  /** The request did not arrive in time. */
  REQUEST_TIMEOUT: 408,
  /** The request body is not JSON. */
  UNSUPPORTED_MEDIA_TYPE: 415,
  /** The document has more selections, aliases, root fields, directives … than are allowed. */
  DOCUMENT_LIMIT_EXCEEDED: 400,
  /** The operation asks for the schema of a server that does not tell it. */
  INTROSPECTION_DISABLED: 400,
  /** An argument has a value that it may not have. */
  BAD_USER_INPUT: 400,
  /** No credential, or one that is not valid (any more). */
  UNAUTHENTICATED: 401,
  /** The viewer may not do this. */
  FORBIDDEN: 403,
  /** The person is signed in, but is no member of the workspace asked for, or of any. */
  NO_WORKSPACE: 403,
  /** The operation has more entity levels than are allowed. */
  DEPTH_LIMIT_EXCEEDED: 400,
  /** The operation costs more complexity points than are allowed. */
  COMPLEXITY_LIMIT_EXCEEDED: 400,
  /** The operation asks for more nodes than are allowed. */
  NODE_LIMIT_EXCEEDED: 400,
  /** The rate budget of the key, the workspace or the address is used up: come back later. */
  RATE_LIMITED: 429,
  /** As many operations run and wait as may, or the database is busy or away: try again. */
  SERVICE_UNAVAILABLE: 503,
  /** A statement or the whole operation took longer than it may: ask for less. */
  TIMEOUT: 504,
  /** Only operations of the server's manifest are accepted, by their ids. */
  TRUSTED_DOCUMENT_REQUIRED: 403,
  /** A hash of a persisted query that is not known; 404 as application/graphql-response+json. */
  PERSISTED_QUERY_NOT_FOUND: 200,
  /** Which of several operations was meant cannot be told. */
  OPERATION_RESOLUTION_FAILURE: 400,
  /** Something unforeseen: the request id finds it in the log. */
  INTERNAL_SERVER_ERROR: 500,
} as const;

export type ErrorCode = keyof typeof errorStatus;

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === "string" && Object.hasOwn(errorStatus, code);

/** An argument that cannot be meant: says which, what it was and what it may be. */
export function badUserInput(message: string): GraphQLError {
  return withoutStack(message, { code: "BAD_USER_INPUT" });
}

/** Refuses the whole request with the code's HTTP status. */
export function refusal(
  code: ErrorCode,
  message: string,
  extensions: Record<string, unknown> = {},
  headers?: Record<string, string>,
): GraphQLError {
  const http = {
    status: errorStatus[code],
    ...(headers ? { headers: new Map(Object.entries(headers)) } : {}),
  };
  return withoutStack(message, { code, ...extensions, http });
}

/** Nobody reads the stack of what a client is told, and a document may have a hundred such errors. */
function withoutStack(message: string, extensions: Record<string, unknown>): GraphQLError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return new GraphQLError(message, { extensions });
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Whether an error in an answer stands for something unforeseen. */
export const isMasked = (error: GraphQLFormattedError) =>
  error.extensions?.["code"] === "INTERNAL_SERVER_ERROR";
