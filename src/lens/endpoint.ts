import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import type { Authentication } from "../auth/authenticate.ts";
import type { Viewer } from "../auth/viewer.ts";
import type { Charge } from "../budget/charge.ts";
import { budgetHeaders } from "../budget/headers.ts";
import type { Config } from "../config.ts";
import type { Pool } from "../db/pool.ts";
import { refusal } from "../errors.ts";
import type { OperationQueue } from "../http/operation-queue.ts";
import { answerHttpError } from "../http/errors.ts";
import { parseJson } from "../http/json.ts";
import { isUtf8, parseMediaType } from "../http/media-type.ts";
import { takeTurns } from "../http/request-end.ts";
import { foreseenError } from "../insight/format-error.ts";
import type { Logger } from "../insight/log.ts";
import type { Agreed } from "./agreed.ts";
import { readDryRun, readExplain } from "./bodies.ts";
import { dryRun, type DryRunDeps } from "./dry-run.ts";
import { explainBatch } from "./explain.ts";
import { fits, mayFit, readFilters } from "./filters.ts";
import type { Dry } from "./predict.ts";
import { describe, summarize, type ReadingDeps } from "./reading.ts";
import type { Kept, Ring } from "./ring.ts";
import { statementStatistics } from "./statistics.ts";
import { Streams } from "./streams.ts";
import type { OperationList } from "./wire.ts";

/** Who looks through the lens. */
export interface Looking {
  viewer: Viewer;
  authentication: Authentication;
  charge: Charge | undefined;
}

export interface LensEndpoint extends Omit<DryRunDeps, "dry"> {
  ring: Ring;
  agreed: Agreed;
  pool: Pool;
  logger: Logger;
  operations: OperationQueue;
  statementTimeoutMs: number;
  json: Config["http"]["json"];
  /** Finds out who looks, and refuses whoever may not; sets headers of the answer. */
  identify(request: FastifyRequest, reply: FastifyReply): Promise<Looking>;
  /** Throws when the request's credential does not allow it any more. */
  check(request: FastifyRequest, viewer: Viewer): Promise<void>;
  /** Dry runs as this viewer, or as one in the same workspace who may all. */
  dryFor(looking: Looking, mayAll: boolean): Dry;
}

const PATH = "/lens/api";
/** What running a statement once more costs, in points of the rate budget. */
const ANALYZE_POINTS = 50;

/** `/lens/api/…`: what the viewer's own workspace has asked lately. See wire.ts for what is answered. */
export async function lensEndpoint(server: FastifyInstance, endpoint: LensEndpoint) {
  const { ring, agreed, pool, logger, operations, statementTimeoutMs: timeoutMs } = endpoint;
  const streams = new Streams(ring);
  const looking = new WeakMap<FastifyRequest, Looking>();
  const lookingOf = (request: FastifyRequest): Looking => {
    const found = looking.get(request);
    if (!found) throw new Error("nobody knows who looks");
    return found;
  };
  const readingFor = (by: Looking): ReadingDeps => {
    const dry = endpoint.dryFor(by, true);
    return { schema: dry.schema, agreed, dry };
  };
  const keptBy = ({ viewer }: Looking, id: string): Kept => {
    const kept = ring.find(viewer.workspaceId, id);
    if (kept) return kept;
    throw refusal(
      "NOT_FOUND",
      `There is no operation ${JSON.stringify(id.slice(0, 60))} any more, or there never was: the last ` +
        `${ring.most} of all workspaces are kept in memory (LENS_OPERATIONS)`,
    );
  };

  server.removeAllContentTypeParsers();
  server.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string" },
    async (_: FastifyRequest, text: string) => parseJson(text, "The body", endpoint.json),
  );
  server.setErrorHandler((error, request, reply) => {
    const foreseen = foreseenError(error);
    const later = foreseen?.code === "SERVICE_UNAVAILABLE" ? { "retry-after": "1" } : undefined;
    const refused = foreseen ? refusal(foreseen.code, foreseen.message, {}, later) : error;
    return answerHttpError(refused, request, reply);
  });
  server.addHook("onRequest", async (request, reply) => {
    void reply.headers({ "cache-control": "no-store", vary: "authorization, cookie, x-workspace" });
    if (request.method === "POST") checkJson(request);
    if (refusesMethod(request)) return;
    const by = await endpoint.identify(request, reply);
    looking.set(request, by);
    if (by.charge) void reply.headers(budgetHeaders(by.charge.levels));
    for (const cookie of by.authentication.cookies ?? []) void reply.header("set-cookie", cookie);
  });
  server.addHook("preClose", async () => streams.close());
  const inTurn = { preHandler: takeTurns(operations, logger) };

  server.get(`${PATH}/operations`, inTurn, async (request): Promise<OperationList> => {
    const by = lookingOf(request);
    const filters = readFilters(request.url);
    const deps = readingFor(by);
    const all = ring.of(by.viewer.workspaceId);
    const listed = [];
    for (const kept of all.toReversed()) {
      if (listed.length >= filters.limit) break;
      if (!mayFit(kept, filters)) continue;
      const summary = await summarize(kept, deps);
      if (fits(summary, filters)) listed.push(summary);
    }
    const cursor = ring.cursorOf(by.viewer.workspaceId);
    return { operations: listed, cursor, kept: all.length, keeps: ring.most };
  });

  server.get(`${PATH}/operations/stream`, async (request, reply) => {
    const by = lookingOf(request);
    const { viewer } = by;
    const filters = readFilters(request.url);
    const last = Number(request.headers["last-event-id"]);
    if (Number.isSafeInteger(last) && last > 0) filters.since = last;
    if (request.method === "HEAD") return reply.type("text/event-stream; charset=utf-8").send();
    const deps = readingFor(by);
    streams.start(request, reply, {
      workspaceId: viewer.workspaceId,
      filters,
      summarize: (kept) => summarize(kept, deps),
      check: () => endpoint.check(request, viewer),
    });
    return reply;
  });

  server.get<Named>(`${PATH}/operations/:id`, inTurn, async (request) => {
    const by = lookingOf(request);
    return describe(keptBy(by, request.params.id), readingFor(by));
  });

  server.post<Named>(`${PATH}/operations/:id/explain`, inTurn, async (request) => {
    const by = lookingOf(request);
    const kept = keptBy(by, request.params.id);
    const asked = readExplain(request.body);
    if (asked.analyze) await by.charge?.take(ANALYZE_POINTS);
    return explainBatch({ pool, timeoutMs }, kept, asked);
  });

  server.post(`${PATH}/dry-run`, inTurn, async (request) => {
    const by = lookingOf(request);
    const dry = endpoint.dryFor(by, false);
    return dryRun({ ...endpoint, dry }, readDryRun(request.body), by.viewer);
  });

  server.get(`${PATH}/statements`, inTurn, async (request) =>
    statementStatistics(ring.of(lookingOf(request).viewer.workspaceId), pool),
  );

  refuseOtherMethods(
    server,
    ["operations", "operations/stream", "operations/:id", "statements"],
    READ,
  );
  refuseOtherMethods(server, ["operations/:id/explain", "dry-run"], WRITE);
}

interface Named {
  Params: { id: string };
}

const READ: HTTPMethods[] = ["GET", "HEAD"];
const WRITE: HTTPMethods[] = ["POST"];
const METHODS: HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** A known path with another method is 405 and says which it takes. */
function refuseOtherMethods(server: FastifyInstance, paths: string[], taken: HTTPMethods[]) {
  for (const path of paths) {
    server.route({
      url: `${PATH}/${path}`,
      method: METHODS.filter((method) => !taken.includes(method)),
      config: { isOtherMethod: true },
      handler: async ({ method, url }) => {
        throw refusal(
          "METHOD_NOT_ALLOWED",
          `${url.split("?", 1)[0]} does not take ${method}; send ${taken.join(" or ")}`,
          {},
          { allow: taken.join(", ") },
        );
      },
    });
  }
}

const refusesMethod = ({ routeOptions }: FastifyRequest) =>
  (routeOptions.config as { isOtherMethod?: boolean }).isOtherMethod === true;

/** A form of another site could be sent without asking first; JSON cannot. */
function checkJson({ headers }: FastifyRequest) {
  const mediaType = parseMediaType(headers["content-type"] ?? "");
  if (mediaType?.type === "application/json" && isUtf8(mediaType)) return;
  throw refusal("UNSUPPORTED_MEDIA_TYPE", "Send the header content-type: application/json");
}
