import type { FastifyReply, FastifyRequest } from "fastify";
import { GraphQLError } from "graphql";
import { errorStatus, isErrorCode, type ErrorCode } from "../errors.ts";
import { negotiate, responseTypes } from "./media-type.ts";

/**
 * Answers what fails before GraphQL is reached (no JSON, a body that is too large) in the form of a
 * GraphQL error, so that clients need to know one form only. Everything unforeseen is masked.
 */
export function answerHttpError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const code = codeOf(error);
  // A GraphQLError is a refusal of our own, and in the log already where it must be.
  if (code === "INTERNAL_SERVER_ERROR" && !(error instanceof GraphQLError)) {
    request.log.error({ requestId: request.id, err: error }, "error");
  }
  const type = negotiate(request.headers.accept) ?? responseTypes[0];
  void reply
    .headers({ "x-request-id": request.id, ...headersOf(error) })
    .code(errorStatus[code])
    .type(`${type}; charset=utf-8`)
    .send(JSON.stringify({ errors: [describe(code, error, request.id)] }));
}

/** The code with which an error is answered. */
export function codeOf(error: unknown): ErrorCode {
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

/** The headers of a refusal, as `refusal` took them. */
function headersOf(error: unknown): Record<string, string> {
  const http = error instanceof GraphQLError ? error.extensions["http"] : undefined;
  if (typeof http !== "object" || !http || !("headers" in http)) return {};
  return http.headers instanceof Map ? Object.fromEntries(http.headers) : {};
}

function describe(code: ErrorCode, error: unknown, requestId: string) {
  if (code === "INTERNAL_SERVER_ERROR") {
    const message = "Something went wrong on the server; the request id finds it in the log";
    return { message, extensions: { code, requestId } };
  }
  if (error instanceof GraphQLError) {
    const { http: _, ...extensions } = error.extensions;
    return { message: error.message, extensions };
  }
  return { message: error instanceof Error ? error.message : code, extensions: { code } };
}
