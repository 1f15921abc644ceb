import { ApolloServer } from "@apollo/server";
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import { randomUUID } from "node:crypto";
import { apolloOptions, nothingKept, schema } from "./apollo-options.ts";
import { isPing, unauthenticated } from "./auth/authenticate.ts";
import type { Credentials } from "./auth/credential.ts";
import { createIdentity } from "./auth/identity.ts";
import { Budget } from "./budget/budget.ts";
import { Charge } from "./budget/charge.ts";
import { budgetHeaders } from "./budget/headers.ts";
import { identify as identifyWithin } from "./budget/identify.ts";
import type { Level } from "./budget/level.ts";
import type { RedisOptions } from "./budget/redis.ts";
import type { Config } from "./config.ts";
import { createContext, viewerOf } from "./context.ts";
import { dashboard } from "./dashboard.ts";
import { APP_ROLE } from "./db/client.ts";
import { Pool, type PoolOptions } from "./db/pool.ts";
import { gates } from "./gates/hooks.ts";
import { graphiql } from "./graphiql.ts";
import { healthRoutes } from "./health.ts";
import { askedWorkspace } from "./http/asked-workspace.ts";
import { authEndpoint } from "./http/auth-endpoint.ts";
import { GRAPHQL_PATH, httpEdge } from "./http/edge.ts";
import { graphqlEndpoint, type Endpoint } from "./http/endpoint.ts";
import { answerHttpError } from "./http/errors.ts";
import { metricsEndpoint } from "./http/metrics.ts";
import { connectionLimits, limitConnections } from "./http/limits.ts";
import { noRouteSchemas } from "./http/no-route-schemas.ts";
import { OperationQueue } from "./http/operation-queue.ts";
import { checkOrigin } from "./http/origin.ts";
import { rehearsal } from "./http/rehearsal.ts";
import { loadTrustedDocuments } from "./http/trusted-documents.ts";
import { warmUp } from "./http/warm-up.ts";
import type { OperationObserver } from "./insight/finished-operation.ts";
import { lensEndpoint } from "./lens/endpoint.ts";
import { lensOf } from "./lens/lens.ts";
import { Ring } from "./lens/ring.ts";
import type { Logger } from "./insight/log.ts";
import { startTelemetry } from "./insight/telemetry.ts";
import { pluginOf } from "./operation-hooks.ts";
import { soon } from "./soon.ts";
import { headlineOperation } from "./schema/headline.ts";

/** The whole server, not yet listening: what `serve` starts and what the tests ask. */
export interface App {
  server: FastifyInstance;
  /** Lends the database connections of the requests. */
  pool: Pool;
  /** Lets operations run, and wait for their turn. */
  operations: OperationQueue;
  /** Does what would make the first answer a slow one. */
  warmUp(): Promise<void>;
  /** Lets running requests end, then closes connections. */
  close(): Promise<void>;
}

export interface AppOptions {
  config: Config;
  /** Where the server logs in; the role socialhub_app is taken on there. */
  databaseUrl: string;
  /** Where it logs in for people, sessions and passwords; databaseUrl unless told. */
  identityUrl?: string;
  logger: Logger;
  /** Filled into GraphiQL; only on a demo server. */
  demoKey?: () => string | undefined;
  /** Told of every operation that ends, and of every request that is refused before. */
  observers?: readonly OperationObserver[];
  /** Who is asking; API keys and sessions of the database unless told. For the audit, which leaves none behind. */
  credentials?: Pick<Credentials, "of">;
  /** Makes the pools; for the audit, which commits nothing. */
  makePool?: (options: PoolOptions) => Pool;
}

/** Untransacted look-ups, of keys and of readiness, have connections of their own. */
const LOOKUP_CONNECTIONS = 2;

/** How many passwords are hashed at the same time, of which each takes 32 MB, and how many wait. */
const SIGN_INS = { running: 2, queued: 50 };

/** Builds the server from its configuration and a migrated database. */
export async function createApp({
  config,
  databaseUrl,
  identityUrl = databaseUrl,
  logger: givenLogger,
  demoKey,
  makePool = (poolOptions) => new Pool(poolOptions),
  credentials: givenCredentials,
  observers: givenObservers = [],
}: AppOptions): Promise<App> {
  const poolOptions = { ...config.pool, url: databaseUrl, role: APP_ROLE };
  const pool = makePool({ ...poolOptions, size: config.pool.size });
  const lookups = makePool({ ...poolOptions, size: LOOKUP_CONNECTIONS });
  const operations = new OperationQueue(config.operations);

  const telemetry = await startTelemetry(
    config,
    {
      databaseUrl,
      pools: { requests: pool, lookups },
      operations,
      nameOf: (source) => trustedDocuments.nameOf(source),
    },
    givenLogger,
  );
  const { logger } = telemetry;
  const ring = config.lens.operations > 0 ? new Ring(config.lens.operations) : undefined;
  const observers = [...givenObservers, ...telemetry.observers, ...(ring ? [ring] : [])];

  const kept = nothingKept();
  const options = apolloOptions(config, logger, kept, { ...telemetry, observers });
  const trustedDocuments = await loadTrustedDocuments(
    config.trustedDocuments,
    rehearsal({ ...options, plugins: [pluginOf([gates(config).hooks])] }, (asking) =>
      createContext(pool, asking),
    ),
  );
  const redis = config.redis && (await connectRedis(config.redis, logger));
  const budget = new Budget(redis);
  const identity = createIdentity({ config, url: identityUrl, lookups, budget, logger });
  const credentials = givenCredentials ?? identity.credentials;

  const loggerInstance: FastifyBaseLogger = logger;
  const server = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: config.http.maxBodyBytes,
    trustProxy: config.http.trustProxy,
    forceCloseConnections: "idle",
    schemaController: noRouteSchemas,
    frameworkErrors: answerHttpError,
    ...connectionLimits(config, logger),
  });
  // What the server logs of a request has its id in it; a logger for each would cost more than that.
  server.log.child = () => server.log;
  server.setErrorHandler(answerHttpError);
  if (telemetry.traces) {
    const { traceRequests } = await import("./http/traced.ts");
    traceRequests(server, telemetry.traces);
  }
  await httpEdge(server, config);
  limitConnections(server, config);
  metricsEndpoint(server, telemetry.metrics, config.metrics?.token);
  healthRoutes(server, lookups);
  await server.register(dashboard());
  await server.register(
    graphiql({
      endpoint: GRAPHQL_PATH,
      defaultOperation: headlineOperation,
      ...(demoKey ? { demoKey } : {}),
    }),
  );

  const apollo = new ApolloServer(options);
  await apollo.start();
  const tell = (reply: FastifyReply) => (levels: readonly Level[]) =>
    void reply.headers(budgetHeaders(levels));
  const { publicUrl } = config.people;
  const authenticate = (request: FastifyRequest, reply: FastifyReply) => {
    const { authorization, cookie } = request.headers;
    const workspaceId = askedWorkspace(request);
    const credential = credentials.of({ authorization, cookie, workspaceId });
    if (credential.isAmbient) checkOrigin(request, publicUrl);
    const from = { address: request.ip, limit: config.rate.addressPoints };
    return identifyWithin(credential, budget, from, tell(reply));
  };
  const identify: Endpoint["identify"] = (request, reply, query) =>
    soon(authenticate(request, reply), (authentication) => {
      const { viewer, person } = authentication;
      // A stranger's operation is not even parsed.
      if (!viewer && !person && !isPing(query)) throw unauthenticated("there is no credential");
      return authentication;
    });
  const signInTurns = new OperationQueue({ ...SIGN_INS, waitMs: config.operations.waitMs });
  await server.register(async (child) =>
    authEndpoint(child, {
      ...identity,
      publicUrl,
      logger,
      turns: signInTurns,
      json: config.http.json,
      identify: async (request, reply) => authenticate(request, reply),
    }),
  );
  await server.register(async (child) =>
    graphqlEndpoint(child, {
      apollo,
      logger,
      observers,
      operations,
      timeoutMs: config.operations.timeoutMs,
      trustedDocuments,
      sentQueries: kept.sent,
      corsOrigins: config.edge.corsOrigins,
      json: config.http.json,
      identify,
      admit: (authentication) => Charge.admit(budget, authentication, config.rate),
      createContext: (asking) => createContext(pool, asking),
    }),
  );

  if (ring) {
    const lens = lensOf({
      config,
      schema,
      pool,
      logger,
      operations,
      ring,
      trustedDocuments,
      options,
    });
    await server.register(async (child) =>
      lensEndpoint(child, {
        ...lens,
        async identify(request, reply) {
          const authentication = await authenticate(request, reply);
          const viewer = viewerOf(authentication);
          viewer.must("READ_INSIGHT");
          const charge = await Charge.admit(budget, authentication, config.rate);
          return { viewer, authentication, charge };
        },
        async check(request, { workspaceId }) {
          const { authorization, cookie } = request.headers;
          const shown = { authorization, cookie, workspaceId };
          viewerOf(await credentials.of(shown).authenticate()).must("READ_INSIGHT");
        },
      }),
    );
  }

  return {
    server,
    pool,
    operations,
    warmUp: () =>
      warmUp(
        apolloOptions(config, logger.child({}, { level: "silent" }), kept),
        kept.sent.named({ query: headlineOperation }),
        (asking) => createContext(pool, asking),
        credentials,
      ),
    async close() {
      await server.close();
      await apollo.stop();
      redis?.close();
      await identity.close();
      await Promise.all([pool.close(), lookups.close()]);
      await telemetry.close();
    },
  };
}

/** Its package has five hundred files: a server without Redis starts faster without them. */
async function connectRedis(options: RedisOptions, logger: Logger) {
  const { Redis } = await import("./budget/redis.ts");
  return new Redis(options, logger);
}
