import { HeaderMap, type ApolloServer, type HTTPGraphQLRequest } from "@apollo/server";
import cors from "@fastify/cors";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { budgetHeaders } from "../budget/headers.ts";
import type { JsonLimits } from "../config.ts";
import type { createContext, LogLine, RequestContext } from "../context.ts";
import { stringifyResult } from "../execution/written-data.ts";
import type { OperationObserver } from "../insight/finished-operation.ts";
import type { Logger } from "../insight/log.ts";
import { tellRefused } from "../insight/observe.ts";
import { endedEarly, logRefused } from "../insight/hooks.ts";
import { soon, type Soon } from "../soon.ts";
import { GRAPHQL_METHODS, GRAPHQL_PATH } from "./edge.ts";
import { isUnchanged } from "./entity-tag.ts";
import { checkHeaders } from "./headers.ts";
import { parseJson } from "./json.ts";
import { negotiate, responseTypes, type ResponseType } from "./media-type.ts";
import type { OperationQueue } from "./operation-queue.ts";
import { parametersOf, type GraphQLParameters } from "./parameters.ts";
import { closeAtEnd, takeTurns } from "./request-end.ts";
import type { SentQueries } from "./sent-queries.ts";
import type { TrustedDocuments } from "./trusted-documents.ts";

export interface Endpoint {
  apollo: ApolloServer<RequestContext>;
  logger: Logger;
  /** Told of what ends before it is an operation. */
  observers: readonly OperationObserver[];
  operations: OperationQueue;
  /** The longest that an operation may run. */
  timeoutMs: number;
  corsOrigins: readonly string[];
  json: JsonLimits;
  trustedDocuments: TrustedDocuments;
  sentQueries: SentQueries;
  /** Finds out who asks, and refuses whoever may not ask this; sets headers of the answer. */
  identify(
    request: FastifyRequest,
    reply: FastifyReply,
    query: string | undefined,
  ): Soon<Asking["authentication"]>;
  /** Lets them in, or refuses them for want of budget. */
  admit(authentication: Asking["authentication"]): Soon<Asking["charge"]>;
  /** Makes what the request carries from then on. */
  createContext(request: Asking): RequestContext;
}

/** What a request's context is made from. */
export type Asking = Parameters<typeof createContext>[1];

/** Headers that a page of another origin may read. */
const EXPOSED = ["x-request-id", "etag", "retry-after", "ratelimit", "ratelimit-policy"];
const PREFLIGHT_MAX_AGE_S = 7_200;

/** What an answer depends on besides the URL. */
const VARY = "authorization, cookie, x-workspace, accept, accept-encoding, x-insight";

declare module "fastify" {
  interface FastifyRequest {
    /** Of a request to this endpoint that is well-formed. */
    line?: LogLine | undefined;
  }
}

/** `/graphql`: GraphQL over HTTP, from the headers to the answer. */
export async function graphqlEndpoint(server: FastifyInstance, endpoint: Endpoint) {
  const { corsOrigins, json, logger, observers } = endpoint;
  if (corsOrigins.length > 0) {
    await server.register(cors, {
      origin: [...corsOrigins],
      methods: GRAPHQL_METHODS,
      exposedHeaders: EXPOSED,
      maxAge: PREFLIGHT_MAX_AGE_S,
      strictPreflight: false,
    });
  }
  server.decorateRequest("line", undefined);
  server.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string" },
    (_, text, done) => {
      try {
        done(null, parseJson(text, "The body", json));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const parameters = parametersOf(request, json);
    const line: LogLine = { written: false };
    request.line = line;
    let context: RequestContext | undefined;
    try {
      context = await contextOf(endpoint, request, reply, parameters, line);
      const resolved = endpoint.trustedDocuments.resolve(parameters, context.viewer);
      const named = endpoint.sentQueries.named(resolved);
      await execute(endpoint.apollo, request, reply, named, context);
    } catch (error) {
      if (context?.charge) void reply.headers(budgetHeaders(context.charge.levels));
      if (line.written) throw error;
      line.written = true;
      const refused = endedEarly(logger, request.id, error);
      tellRefused(observers, {
        requestId: request.id,
        workspaceId: line.workspaceId,
        ms: reply.elapsedTime,
        answer: refused,
        asked: { source: parameters.query, name: parameters.operationName },
      });
      throw refused;
    }
  };
  server.options(GRAPHQL_PATH, async (_, reply) => reply.code(204).send());
  server.route({
    url: GRAPHQL_PATH,
    method: ["GET", "POST"],
    onRequest: (request, reply, next) => {
      const vary = reply.getHeader("vary");
      void reply.header("vary", vary === undefined ? VARY : `${String(vary)}, ${VARY}`);
      void reply.header("cache-control", "no-store");
      checkHeaders(request);
      next();
    },
    preHandler: takeTurns(endpoint.operations, logger),
    // Not async: Fastify would wait for the promise, and that for the reply.
    handler: (request, reply) => {
      answer(request, reply).catch((error: unknown) => void reply.send(error));
    },
    onResponse: (request, reply, next) => {
      // Of a client that hung up the operation itself still tells.
      if (!request.line?.written && reply.raw.writableEnded) {
        const { statusCode: status, elapsedTime: ms } = reply;
        logRefused(logger, request.id, status, ms);
        tellRefused(observers, { requestId: request.id, ms, answer: { status } });
      }
      next();
    },
  });
}

function contextOf(
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
  { query }: GraphQLParameters,
  line: LogLine,
): Soon<RequestContext> {
  return soon(endpoint.identify(request, reply, query), (authentication) => {
    line.workspaceId = authentication.viewer?.workspaceId;
    return soon(endpoint.admit(authentication), (charge) => {
      for (const cookie of authentication.cookies ?? []) void reply.header("set-cookie", cookie);
      const context = endpoint.createContext({
        requestId: request.id,
        startedAt: performance.now() - reply.elapsedTime,
        line,
        insightHeader: headerOf(request, "x-insight"),
        caller: { ipAddress: request.ip, userAgent: headerOf(request, "user-agent") ?? null },
        authentication,
        charge,
      });
      closeAtEnd(request, reply, context.session, endpoint.timeoutMs);
      return context;
    });
  });
}

async function execute(
  apollo: ApolloServer<RequestContext>,
  request: FastifyRequest,
  reply: FastifyReply,
  parameters: GraphQLParameters,
  context: RequestContext,
) {
  const type = negotiate(request.headers.accept) ?? responseTypes[0];
  const { body, http } = await apollo.executeOperation(
    { ...parameters, http: httpOf(request, type) },
    { contextValue: context },
  );
  if (body.kind !== "single") throw new Error("an answer in parts was not asked for");
  void reply.header("content-type", contentTypes[type]);
  // A refusal for want of budget has its own, with the budget that was too small.
  if (context.charge) void reply.headers(budgetHeaders(context.charge.levels));
  for (const [name, value] of http.headers) void reply.header(name, value);
  void reply.code(http.status ?? 200);
  const { errors, data, extensions } = body.singleResult;
  const json = stringifyResult({ errors, data, extensions });
  const isWhole = reply.statusCode === 200 && errors === undefined;
  if (request.method !== "POST" && isWhole && isUnchanged(request, reply, context, json)) {
    void reply.code(304).removeHeader("content-type").send();
  } else {
    void reply.send(json);
  }
}

const contentTypes: Record<ResponseType, string> = {
  "application/json": "application/json; charset=utf-8",
  "application/graphql-response+json": "application/graphql-response+json; charset=utf-8",
};

/** What Apollo, and its plugins, need to know of HTTP: nobody writes there, so that one does for all. */
const httpRequests = (method: string) =>
  new Map(
    responseTypes.map((accept): [ResponseType, HTTPGraphQLRequest] => [
      accept,
      { method, headers: new HeaderMap([["accept", accept]]), search: "", body: undefined },
    ]),
  );
const posts = httpRequests("POST");
const gets = httpRequests("GET");

/** HEAD is a GET whose body is not sent. */
const httpOf = ({ method }: FastifyRequest, accept: ResponseType) =>
  (method === "POST" ? posts : gets).get(accept);

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const header = request.headers[name];
  return Array.isArray(header) ? header.join(", ") : header;
}
