import type { FastifyRequest } from "fastify";
import { refusal } from "../errors.ts";
import { isUtf8, negotiate, parseMediaType } from "./media-type.ts";

/** A browser sends these to another site only after asking it: the server of a forged request never gets them. */
export const preflightHeaders = [
  "apollo-require-preflight",
  "graphql-require-preflight",
  "x-apollo-operation-name",
] as const;

/** Nothing was done to the body, as often as it is said. */
const NOT_COMPRESSED = /^(?:identity|[\s,])*$/i;

/** Refuses what the headers alone show to be no GraphQL request, before the body is read. */
export function checkHeaders(request: FastifyRequest) {
  const { accept, "content-type": contentType, "content-encoding": encoding } = request.headers;
  if (encoding !== undefined && !NOT_COMPRESSED.test(encoding)) {
    throw refusal(
      "UNSUPPORTED_MEDIA_TYPE",
      `The body has content-encoding ${shown(encoding)}; send it uncompressed`,
    );
  }
  if (request.method === "POST" || contentType !== undefined) checkContentType(contentType);
  if (contentType === undefined && !preflightHeaders.some((name) => request.headers[name])) {
    throw refusal(
      "BAD_REQUEST",
      "The request could be forged by another site (CSRF); send the header content-type: " +
        `application/json or a value for one of ${preflightHeaders.join(", ")}`,
    );
  }
  if (!negotiate(accept)) {
    throw refusal(
      "NOT_ACCEPTABLE",
      `The header accept is ${shown(accept)}; accept application/graphql-response+json or ` +
        "application/json, in UTF-8",
    );
  }
}

function checkContentType(contentType: string | undefined) {
  if (contentType === "application/json") return;
  const mediaType = parseMediaType(contentType ?? "");
  if (mediaType?.type === "application/json" && isUtf8(mediaType)) return;
  throw refusal(
    "UNSUPPORTED_MEDIA_TYPE",
    `The header content-type is ${shown(contentType)}; send application/json in UTF-8`,
  );
}

function shown(header: string | undefined) {
  if (header === undefined) return "missing";
  return JSON.stringify(header.length > 80 ? `${header.slice(0, 80)}…` : header);
}
