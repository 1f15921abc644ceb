import type { FastifyInstance } from "fastify";
import { createHash, timingSafeEqual } from "node:crypto";
import { refusal } from "../errors.ts";
import type { Metrics } from "../insight/metrics.ts";
import { METRICS_PATH } from "./edge.ts";
import { codeOf } from "./errors.ts";

/** What no route was found for. */
const NO_ROUTE = "none";

/**
 * `/metrics` for whoever has the token: it tells of the load of all workspaces. Without a token no metrics
 * are kept, and it says how to have some.
 */
export function metricsEndpoint(
  server: FastifyInstance,
  metrics: Metrics | undefined,
  token: string | undefined,
): void {
  server.get(METRICS_PATH, async (request, reply) => {
    void reply.header("cache-control", "no-store");
    if (!metrics || token === undefined) throw areOff();
    if (!isSame(request.headers.authorization ?? "", `Bearer ${token}`)) throw isWrong();
    return reply.type(metrics.contentType).send(await metrics.text());
  });
  if (!metrics) return;
  server.addHook("onResponse", (request, reply, next) => {
    const route = request.is404 ? NO_ROUTE : (request.routeOptions.url ?? NO_ROUTE);
    metrics.answered(request.method, route, reply.statusCode, reply.elapsedTime);
    next();
  });
  server.addHook("onError", (_request, _reply, error, next) => {
    metrics.refusedWith(codeOf(error));
    next();
  });
}

const areOff = () =>
  refusal(
    "NOT_FOUND",
    "No metrics are kept: set METRICS_TOKEN, and send it in the header authorization: Bearer …",
  );

const isWrong = () =>
  refusal(
    "UNAUTHENTICATED",
    "The metrics are for whoever sends METRICS_TOKEN in the header authorization: Bearer …",
    {},
    { "www-authenticate": 'Bearer realm="SocialHub metrics"' },
  );

/** Compared by their hashes, so that the time tells nothing of where they differ. */
const isSame = (given: string, expected: string) => timingSafeEqual(hash(given), hash(expected));

const hash = (text: string) => createHash("sha256").update(text).digest();
