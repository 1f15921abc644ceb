import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
} from "@opentelemetry/semantic-conventions";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Traces } from "../insight/traces/traces.ts";
import { METRICS_PATH } from "./edge.ts";
import { whenOver } from "./request-end.ts";

/** Asked every few seconds by whoever watches over the server. */
const UNTRACED = new Set(["/healthz", "/readyz", METRICS_PATH]);

/** Gives every request a span, from its headers to the end of its answer. */
export function traceRequests(server: FastifyInstance, traces: Traces): void {
  server.addHook("onRequest", (request, reply, next) => {
    const route = request.is404 ? undefined : request.routeOptions.url;
    if (route === undefined || !UNTRACED.has(route)) {
      traces.begin(request.id, request.headers, {
        name: route === undefined ? request.method : `${request.method} ${route}`,
        startedAt: performance.now() - reply.elapsedTime,
        attributes: attributesOf(request, route),
      });
      whenOver(request, reply, () => {
        traces.over(request.id, reply.raw.writableEnded ? reply.statusCode : undefined);
      });
    }
    next();
  });
  server.addHook("preHandler", (request, _, next) => {
    const trace = traces.of(request.id);
    if (trace) trace.arrivedAt = performance.now();
    next();
  });
}

/** Neither the query of the URL nor the client's address: the one may hold values, the other is personal. */
const attributesOf = (request: FastifyRequest, route: string | undefined) => ({
  [ATTR_HTTP_REQUEST_METHOD]: request.method,
  ...(route === undefined ? {} : { [ATTR_HTTP_ROUTE]: route }),
  [ATTR_URL_PATH]: request.url.split("?", 1)[0] ?? "",
  [ATTR_URL_SCHEME]: request.protocol,
  [ATTR_SERVER_ADDRESS]: request.hostname,
  ...(Number.isInteger(request.port) ? { [ATTR_SERVER_PORT]: Number(request.port) } : {}),
  [ATTR_NETWORK_PROTOCOL_VERSION]: request.raw.httpVersion,
  "socialhub.request_id": request.id,
});
