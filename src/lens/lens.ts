import type { ApolloServerOptions } from "@apollo/server";
import type { GraphQLSchema } from "graphql";
import { Viewer } from "../auth/viewer.ts";
import type { Config } from "../config.ts";
import { createContext, type RequestContext } from "../context.ts";
import type { Pool } from "../db/pool.ts";
import { apiKeyScopes } from "../db/tables/access-words.ts";
import { gates } from "../gates/hooks.ts";
import type { OperationQueue } from "../http/operation-queue.ts";
import { rehearsalOf } from "../http/rehearsal.ts";
import type { TrustedDocuments } from "../http/trusted-documents.ts";
import type { Logger } from "../insight/log.ts";
import { pluginOf } from "../operation-hooks.ts";
import { Agreed } from "./agreed.ts";
import { DrySession } from "./dry-session.ts";
import type { LensEndpoint, Looking } from "./endpoint.ts";
import type { Dry } from "./predict.ts";
import type { Ring } from "./ring.ts";

/** What the lens is made from: parts of the server that it looks at. */
export interface LensParts {
  config: Config;
  schema: GraphQLSchema;
  pool: Pool;
  logger: Logger;
  operations: OperationQueue;
  ring: Ring;
  trustedDocuments: TrustedDocuments;
  options: ApolloServerOptions<RequestContext>;
}

/** The lens, but for who may look: that the server itself must say. */
export function lensOf(parts: LensParts): Omit<LensEndpoint, "identify" | "check"> {
  const { config, schema, pool, logger, operations, ring, trustedDocuments, options } = parts;
  return {
    ring,
    agreed: new Agreed(),
    pool,
    logger,
    operations,
    statementTimeoutMs: config.pool.statementTimeoutMs,
    json: config.http.json,
    limits: config.limits,
    rehearse: rehearsalOf({ ...options, logger, plugins: [pluginOf([gates(config).hooks])] }),
    checkTrust: (query, viewer) => void trustedDocuments.resolve({ query }, viewer),
    dryFor: (looking, mayAll) => dryFor(schema, pool, looking, mayAll),
  };
}

/** Dry runs as whoever looks. `mayAll`: of what others have asked, all statements are to be foreseen. */
function dryFor(
  schema: GraphQLSchema,
  pool: Pool,
  { authentication, viewer, charge }: Looking,
  mayAll: boolean,
): Dry {
  const by = mayAll
    ? new Viewer({ ...factsOf(viewer), role: "OWNER", scopes: apiKeyScopes })
    : viewer;
  return {
    schema,
    createContext(told, loaders) {
      const context = createContext(pool, {
        requestId: "dry run",
        startedAt: performance.now(),
        line: { written: true },
        insightHeader: undefined,
        caller: { ipAddress: null, userAgent: null },
        authentication: { ...authentication, viewer: by, statements: 0 },
        charge,
      });
      return { ...context, loaders, session: new DrySession(pool, viewer.workspaceId, told) };
    },
  };
}

const factsOf = ({ workspaceId, kind, id, name }: Viewer) => ({ workspaceId, kind, id, name });
