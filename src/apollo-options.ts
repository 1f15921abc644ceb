import type { ApolloServerOptions } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import { budget } from "./budget/hooks.ts";
import type { Config } from "./config.ts";
import type { RequestContext } from "./context.ts";
import { DocumentStore } from "./document-store.ts";
import { compileQueries } from "./execution/executor.ts";
import { compiledQueries } from "./execution/hooks.ts";
import { gates } from "./gates/hooks.ts";
import { QueryCache } from "./http/query-cache.ts";
import { SentQueries } from "./http/sent-queries.ts";
import { httpStatus } from "./http/status.ts";
import type { OperationObserver } from "./insight/finished-operation.ts";
import { formatError } from "./insight/format-error.ts";
import type { Logger } from "./insight/log.ts";
import { tellObservers } from "./insight/observe.ts";
import { insight } from "./insight/hooks.ts";
import type { Telemetry } from "./insight/telemetry.ts";
import { pluginOf } from "./operation-hooks.ts";
import { buildSchema } from "./schema/build.ts";

/** About forty megabytes of parsed documents, a thousand dashboards. */
const CACHED_DOCUMENT_CHARACTERS = 1_000_000;

/** One for all apps of a process: what they differ in stands in their contexts. */
export const schema = buildSchema();
const executeCompiled = compileQueries(schema);

/** What is kept of operations from one request to the next, for all that is built with these options. */
export interface Kept {
  documents: DocumentStore;
  sent: SentQueries;
}

export const nothingKept = (): Kept => ({
  documents: new DocumentStore(CACHED_DOCUMENT_CHARACTERS),
  sent: new SentQueries(),
});

type Watching = Pick<Telemetry, "plugins" | "timed"> & { observers: readonly OperationObserver[] };

/** What the server does for itself is nobody's to see. */
const unwatched: Watching = { plugins: [], timed: (_, hooks) => hooks, observers: [] };

/** How Apollo Server is built: for clients, or for what the server does with their documents by itself. */
export function apolloOptions(
  config: Config,
  logger: Logger,
  { documents, sent }: Kept,
  { plugins, timed, observers }: Watching = unwatched,
): ApolloServerOptions<RequestContext> {
  const { hooks: gateHooks, ...gateOptions } = gates(config);
  return {
    schema,
    formatError,
    logger,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    // The endpoint holds this rule, before it reads the body.
    csrfPrevention: false,
    persistedQueries: { cache: new QueryCache(sent) },
    documentStore: documents,
    ...gateOptions,
    plugins: [
      ...plugins,
      pluginOf([
        timed("gates", gateHooks),
        timed("budget", budget(config.limits)),
        compiledQueries(executeCompiled),
        insight(logger),
        httpStatus,
        tellObservers(observers),
      ]),
      // It wraps every field of every answer.
      ApolloServerPluginCacheControlDisabled(),
      // It is for subgraphs, but would be loaded, protobuf and all.
      ApolloServerPluginInlineTraceDisabled(),
      // It loads from a CDN.
      ApolloServerPluginLandingPageDisabled(),
    ],
  };
}
