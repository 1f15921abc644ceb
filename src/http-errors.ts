import type { FastifyInstance } from "fastify";
import { GraphQLError } from "graphql";
import { errorStatus, isErrorCode, type ErrorCode } from "./errors.ts";

/**
 * Answers what fails before GraphQL is reached (no JSON, a body that is too large) in the form of a
 * GraphQL error, so that clients need to know one form only. Everything unforeseen is masked.
 */
export function answerHttpErrors(server: FastifyInstance) {
  server.setErrorHandler(async (error, request, reply) => {
    const code = codeOf(error);
    if (code === "INTERNAL_SERVER_ERROR") {
      request.log.error({ requestId: request.id, err: error }, "error");
    }
    return await reply
      .headers(headersOf(error))
      .code(errorStatus[code])
      .type("application/json; charset=utf-8")
      .send({ errors: [describe(code, error, request.id)] });
  });
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof GraphQLError) {
    const { code } = error.extensions;
    return isErrorCode(code) ? code : "INTERNAL_SERVER_ERROR";
  }
  const status = typeof error === "object" && error && "statusCode" in error && error.statusCode;
  if (status === errorStatus.PAYLOAD_TOO_LARGE) return "PAYLOAD_TOO_LARGE";
  if (status === errorStatus.UNSUPPORTED_MEDIA_TYPE) return "UNSUPPORTED_MEDIA_TYPE";
  return typeof status === "number" && status >= 400 && status < 500
    ? "BAD_REQUEST"
    : "INTERNAL_SERVER_ERROR";
}

function describe(code: ErrorCode, error: unknown, requestId: string) {
  if (code === "INTERNAL_SERVER_ERROR") {
    const message = "Something went wrong on the server; the request id finds it in the log";
    return { message, extensions: { code, requestId } };
  }
  return { message: error instanceof Error ? error.message : code, extensions: { code } };
}

/** The headers of a refusal, as `refusal` took them. */
function headersOf(error: unknown): Record<string, string> {
  const http = error instanceof GraphQLError ? error.extensions["http"] : undefined;
  if (typeof http !== "object" || !http || !("headers" in http)) return {};
  return http.headers instanceof Map ? Object.fromEntries(http.headers) : {};
}
