import { createApp } from "../../app.ts";
import { Viewer } from "../../auth/viewer.ts";
import type { Config } from "../../config.ts";
import {
  apiKeyScopes,
  memberRoles,
  type ApiKeyScope,
  type MemberRole,
} from "../../db/tables/access-words.ts";
import { createLogger } from "../../insight/log.ts";
import { RolledBackPool } from "./rolled-back-pool.ts";
import type { Json } from "./select.ts";

/** In whose name something is asked. */
export interface Asker {
  /** For the matrix. */
  name: string;
  role: MemberRole;
  scopes: readonly ApiKeyScope[];
}

/** Everybody who may ask: each role with every scope, and a key that may not even read. */
export const askers: readonly Asker[] = [
  ...memberRoles.map((role) => ({ name: role, role, scopes: apiKeyScopes })),
  { name: "VIEWER, no scope", role: "VIEWER", scopes: [] },
];

/** What a viewer made for the audit is called: no row has this id. */
const NOBODY = "01234567-89ab-7cde-8f01-23456789abcd";

export const viewerFor = ({ name, role, scopes }: Asker, workspaceId: string) =>
  new Viewer({ workspaceId, kind: "API_KEY", id: NOBODY, name: `audit ${name}`, role, scopes });

export interface ApiAnswer {
  data: Json;
  errors: readonly { message: string; extensions?: { code?: string } }[];
  requestId: string;
}

/** The whole server, in this process and not listening, that believes who somebody says they are. */
export interface AuditedApp {
  ask(asker: Asker, workspaceId: string, query: string, variables?: object): Promise<ApiAnswer>;
  /** Looks through the lens: a path below `/lens/api`, by POST when there is a body. */
  look(
    asker: Asker,
    workspaceId: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; text: string }>;
  close(): Promise<void>;
}

const UNLIMITED = 1_000_000_000;

/** A server that keeps none has no lens to attack. */
const LENS_OPERATIONS = 500;

/**
 * Builds the server as `serve` does, with three differences: viewers are made here instead of being
 * looked up, so that no key is left behind; nothing is ever committed; and no limit stands in the way,
 * because a wall must hold without it.
 */
export async function openAuditedApp(config: Config, databaseUrl: string): Promise<AuditedApp> {
  const limits = Object.fromEntries(Object.keys(config.limits).map((name) => [name, UNLIMITED]));
  const rate = Object.fromEntries(Object.keys(config.rate).map((name) => [name, UNLIMITED]));
  const viewers = new Map<string, Viewer>();
  const app = await createApp({
    config: {
      ...config,
      limits: { ...config.limits, ...limits },
      rate: { ...config.rate, ...rate },
      redis: undefined,
      tracing: undefined,
      metrics: undefined,
      lens: { operations: LENS_OPERATIONS },
      trustedDocuments: { path: undefined, only: false },
    },
    databaseUrl,
    logger: createLogger({ level: "silent", format: "json" }),
    makePool: (options) => new RolledBackPool(options),
    credentials: {
      of: ({ authorization }) => ({
        isKnown: true,
        isAmbient: false,
        recall: () => undefined,
        authenticate: async () => ({ viewer: viewers.get(authorization ?? ""), statements: 0 }),
      }),
    },
  });
  const headersOf = (asker: Asker, workspaceId: string) => {
    const authorization = `${asker.name} of ${workspaceId}`;
    if (!viewers.has(authorization)) viewers.set(authorization, viewerFor(asker, workspaceId));
    return { authorization };
  };
  return {
    async ask(asker, workspaceId, query, variables) {
      const response = await app.server.inject({
        method: "POST",
        url: "/graphql",
        headers: headersOf(asker, workspaceId),
        payload: { query, variables },
      });
      const body: Json = response.json();
      const requestId = String(response.headers["x-request-id"]);
      return { data: body.data ?? null, errors: body.errors ?? [], requestId };
    },
    async look(asker, workspaceId, path, body) {
      const { statusCode: status, payload: text } = await app.server.inject({
        method: body ? "POST" : "GET",
        url: `/lens/api/${path}`,
        headers: headersOf(asker, workspaceId),
        ...(body ? { payload: body } : {}),
      });
      return { status, text };
    },
    close: () => app.close(),
  };
}
