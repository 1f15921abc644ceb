import compress from "@fastify/compress";
import type { FastifyInstance } from "fastify";
import type { Config } from "../config.ts";
import { refusal } from "../errors.ts";

/** The path of the GraphQL endpoint, and the methods that it takes. */
export const GRAPHQL_PATH = "/graphql";
export const GRAPHQL_METHODS = "GET, HEAD, POST, OPTIONS";

/** Where Prometheus reads. */
export const METRICS_PATH = "/metrics";

const SECURITY_HEADERS = {
  "x-content-type-options": "nosniff",
  // An answer that a browser is made to show as a page may load nothing; GraphiQL has its own.
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

/** What holds for every URL: the request's id, security headers, 404 and 405, compression. */
export async function httpEdge(server: FastifyInstance, { edge }: Config) {
  server.addHook("onRequest", (request, reply, next) => {
    void reply.header("x-request-id", request.id).headers(SECURITY_HEADERS);
    // CORS answers OPTIONS for every path unless told.
    const isKnown = !request.is404 && request.routeOptions.url !== "*";
    if (!isKnown) throw unknownRoute(request.method, request.url);
    if (request.method === "OPTIONS") void reply.header("allow", GRAPHQL_METHODS);
    next();
  });
  await server.register(compress, {
    encodings: ["br", "gzip"],
    threshold: edge.compressionThresholdBytes,
    // A request that grows when it is unpacked would pass the bound on bodies.
    globalDecompression: false,
  });
}

/** The refusal of a URL, or of a method, that there is not. */
export function unknownRoute(method: string, url: string) {
  const path = url.split("?", 1)[0] ?? "";
  if (path === GRAPHQL_PATH) {
    return refusal(
      "METHOD_NOT_ALLOWED",
      `${path} does not take ${method}; send a query by GET or POST`,
      {},
      { allow: GRAPHQL_METHODS },
    );
  }
  if (path === METRICS_PATH) {
    const message = `${path} does not take ${method}; read it by GET`;
    return refusal("METHOD_NOT_ALLOWED", message, {}, { allow: "GET, HEAD" });
  }
  return refusal("NOT_FOUND", `There is nothing for ${method} here; GraphQL is at ${GRAPHQL_PATH}`);
}
