import type { GraphQLRequestContextWillSendResponse } from "@apollo/server";
import type { FormattedExecutionResult } from "graphql";
import type { RequestContext } from "../context.ts";
import { errorStatus } from "../errors.ts";
import type { OperationHooks } from "../operation-hooks.ts";

/**
 * The HTTP status of an answer, where it is not the refusal's own. What brings data is a success, also
 * when a part of it failed: the errors tell. When nothing could be read in time, or nothing may be read
 * at all, there is no data to send, and the status says why.
 */
export const httpStatus: OperationHooks = { willSendResponse: setStatus };

function setStatus({ request, response }: GraphQLRequestContextWillSendResponse<RequestContext>) {
  if (response.body.kind !== "single") return;
  const { http, body } = response;
  const { singleResult } = body;
  const codes = singleResult.errors?.map(({ extensions }) => extensions?.["code"]) ?? [];
  for (const code of ["SERVICE_UNAVAILABLE", "TIMEOUT", "FORBIDDEN", "NO_WORKSPACE"] as const) {
    if (!codes.includes(code) || hasData(singleResult)) continue;
    delete singleResult.data;
    http.status = errorStatus[code];
    if (code === "SERVICE_UNAVAILABLE") http.headers.set("retry-after", "1");
    return;
  }
  // Apollo's protocol has 200, which this media type rules out for an answer without data.
  const accept = request.http?.headers.get("accept");
  if (codes[0] === "PERSISTED_QUERY_NOT_FOUND" && accept === "application/graphql-response+json") {
    http.status = 404;
  }
}

const hasData = ({ data }: FormattedExecutionResult) =>
  Object.values(data ?? {}).some((value) => value !== null);
