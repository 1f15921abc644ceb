import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginCacheControlDisabled } from "@apollo/server/plugin/disabled";
import { ApolloServerPluginLandingPageDisabled } from "@apollo/server/plugin/disabled";
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from "@as-integrations/fastify";
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import { randomUUID } from "node:crypto";
import { Authenticator, isPing, unauthenticated } from "./auth/authenticate.ts";
import type { Config } from "./config.ts";
import { createContext, type LogLine, type RequestContext } from "./context.ts";
import { APP_ROLE } from "./db/client.ts";
import { Pool } from "./db/pool.ts";
import { DocumentStore } from "./document-store.ts";
import { gates } from "./gates/plugin.ts";
import { graphiql } from "./graphiql.ts";
import { healthRoutes } from "./health.ts";
import { answerHttpErrors } from "./http-errors.ts";
import { connectionLimits, limitConnections } from "./http/limits.ts";
import { OperationQueue } from "./http/operation-queue.ts";
import { closeAtEnd, takeTurns } from "./http/request-end.ts";
import type { Logger } from "./insight/log.ts";
import { formatError } from "./insight/format-error.ts";
import { endedEarly, insight, logRefused } from "./insight/plugin.ts";
import { buildSchema } from "./schema/build.ts";
import { headlineOperation } from "./schema/headline.ts";

/** The whole server, not yet listening: what `serve` starts and what the tests ask. */
export interface App {
  server: FastifyInstance;
  /** Lends the database connections of the requests. */
  pool: Pool;
  /** Lets operations run, and wait for their turn. */
  operations: OperationQueue;
  /** Lets running requests end, then closes connections. */
  close(): Promise<void>;
}

export interface AppOptions {
  config: Config;
  /** Where the server logs in; the role socialhub_app is taken on there. */
  databaseUrl: string;
  logger: Logger;
  /** Filled into GraphiQL; only on a demo server. */
  demoKey?: () => string | undefined;
}

/** About forty megabytes of parsed documents, a thousand dashboards. */
const CACHED_DOCUMENT_CHARACTERS = 1_000_000;

/** Untransacted look-ups, of keys and of readiness, have connections of their own. */
const LOOKUP_CONNECTIONS = 2;

/** Builds the server from its configuration and a migrated database. */
export async function createApp({
  config,
  databaseUrl,
  logger,
  demoKey,
}: AppOptions): Promise<App> {
  const pool = createPool(config, databaseUrl, config.pool.size);
  const lookups = createPool(config, databaseUrl, LOOKUP_CONNECTIONS);
  const operations = new OperationQueue(config.operations);
  const authenticator = new Authenticator(lookups);

  const loggerInstance: FastifyBaseLogger = logger;
  const server = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: config.http.maxBodyBytes,
    forceCloseConnections: "idle",
    ...connectionLimits(config, logger),
  });
  server.addHook("onRequest", async (request, reply) => {
    void reply.header("x-request-id", request.id);
  });
  limitConnections(server, config);
  answerHttpErrors(server);
  healthRoutes(server, lookups);
  server.get("/", async (_, reply) => reply.redirect("/graphiql"));
  await server.register(
    graphiql({
      endpoint: "/graphql",
      defaultOperation: headlineOperation,
      ...(demoKey ? { demoKey } : {}),
    }),
  );

  const apollo = createApollo(config, logger, server);
  await apollo.start();
  // A stranger's operation is not even parsed.
  const identify = async (request: FastifyRequest) => {
    const found = await authenticator.authenticate(headerOf(request, "authorization"));
    if (!found.viewer && !isPing(sourceOf(request))) {
      throw unauthenticated("there is no credential");
    }
    return found;
  };
  const lines = new WeakMap<FastifyRequest, LogLine>();
  const contextOf = async (request: FastifyRequest, reply: FastifyReply) => {
    const line: LogLine = { written: false };
    lines.set(request, line);
    const authentication = await identify(request).catch((error: unknown) => {
      line.written = true;
      throw endedEarly(logger, request.id, error);
    });
    const context = createContext(pool, {
      requestId: request.id,
      startedAt: performance.now() - reply.elapsedTime,
      line,
      insightHeader: headerOf(request, "x-insight"),
      authentication,
    });
    closeAtEnd(request, reply, context.session, config.operations.timeoutMs);
    return context;
  };
  server.route({
    url: "/graphql",
    method: ["GET", "POST", "OPTIONS"],
    preHandler: takeTurns(operations, logger),
    handler: fastifyApolloHandler(apollo, { context: contextOf }),
    onResponse: async (request, reply) => {
      // Of a client that hung up the operation itself still tells.
      if (lines.get(request)?.written || !reply.raw.writableEnded) return;
      logRefused(logger, request.id, reply.statusCode, reply.elapsedTime);
    },
  });

  return {
    server,
    pool,
    operations,
    async close() {
      await server.close();
      await apollo.stop();
      await Promise.all([pool.close(), lookups.close()]);
    },
  };
}

function createPool({ pool }: Config, url: string, size: number): Pool {
  return new Pool({ ...pool, url, role: APP_ROLE, size });
}

function createApollo({ limits }: Config, logger: Logger, server: FastifyInstance) {
  return new ApolloServer<RequestContext>({
    schema: buildSchema(),
    formatError,
    logger,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    documentStore: new DocumentStore(CACHED_DOCUMENT_CHARACTERS),
    parseOptions: { maxTokens: limits.tokens },
    // Also moves the packages' own rules behind the standard ones: they loop on a fragment cycle.
    maxRecursiveSelections: limits.selections,
    plugins: [
      gates(limits),
      insight(logger),
      fastifyApolloDrainPlugin(server),
      // It wraps every field of every answer.
      ApolloServerPluginCacheControlDisabled(),
      // It loads from a CDN.
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
}

/** The operation's text, where GraphQL over HTTP puts it. */
function sourceOf({ method, query, body }: FastifyRequest): unknown {
  const parameters: unknown = method === "GET" ? query : body;
  return typeof parameters === "object" && parameters && "query" in parameters
    ? parameters.query
    : undefined;
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const header = request.headers[name];
  return Array.isArray(header) ? header.join(", ") : header;
}
