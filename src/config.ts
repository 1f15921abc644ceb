import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import type { z } from "zod";
import { settings } from "./settings.ts";

/** The server's configuration, from its settings. This file is the only reader of the environment. */

type Settings = typeof settings;
type Parsed = { [Name in keyof Settings]: z.output<Settings[Name]["check"]> };

/** How large the JSON of a request may be, whatever its bytes. */
export interface JsonLimits {
  values: number;
  levels: number;
}

export interface Config {
  http: {
    port: number;
    host: string;
    maxConnections: number;
    keepAliveTimeoutMs: number;
    headersTimeoutMs: number;
    bodyTimeoutMs: number;
    maxHeaders: number;
    maxHeaderBytes: number;
    maxBodyBytes: number;
    json: JsonLimits;
    /** Proxies that are believed about whom they forward. */
    trustProxy: string[] | false;
  };
  /** How many operations run and wait for their turn, how long they may wait and run. */
  operations: { running: number; queued: number; waitMs: number; timeoutMs: number };
  /** Logins of the server and of the owner; embedded when there is no DATABASE_URL. */
  database: { kind: "embedded" } | { kind: "external"; url: string; ownerUrl: string };
  dataDir: string;
  demo: boolean;
  pool: {
    size: number;
    acquireTimeoutMs: number;
    idleTimeoutMs: number;
    statementTimeoutMs: number;
  };
  /** Complexity points a minute. */
  rate: { keyPoints: number; workspacePoints: number; addressPoints: number };
  /** Undefined when the server counts on its own. */
  redis: { url: string; patienceMs: number } | undefined;
  limits: {
    tokens: number;
    definitions: number;
    levels: number;
    selections: number;
    aliases: number;
    rootFields: number;
    directives: number;
    comparisons: number;
    validationErrors: number;
    depth: number;
    complexity: number;
    nodes: number;
  };
  introspection: Parsed["INTROSPECTION"];
  /** How many operations are remembered for whoever looks; 0 when nobody may. */
  lens: { operations: number };
  log: { level: Parsed["LOG_LEVEL"]; format: Parsed["LOG_FORMAT"] };
  /** From how many milliseconds on a statement and an operation are slow; 0 for never. */
  slow: { statementMs: number; operationMs: number };
  /** Undefined when nobody may read metrics: then none are kept. */
  metrics: { token: string } | undefined;
  /** Undefined when nothing is traced. */
  tracing: Tracing | undefined;
  /** Origins whose pages may ask, `*` alone standing for all, and what is compressed. */
  edge: { corsOrigins: string[]; compressionThresholdBytes: number };
  /** How people sign in: where browsers are, what signs cookies, and how many attempts may fail. */
  people: {
    /** An origin, for links too. */
    publicUrl: string;
    /** Undefined when the database keeps one. */
    sessionSecret: string | undefined;
    attempts: { perEmail: number; perAddress: number };
  };
  /** Operations that are accepted by id, from a file; `only` when nothing else is. */
  trustedDocuments: { path: string | undefined; only: boolean };
}

/** Where traces go, what they say of the server, and which requests are traced. */
export interface Tracing {
  url: string;
  headers: Record<string, string>;
  serviceName: string;
  resource: Record<string, string>;
  sampler: { kind: Parsed["OTEL_TRACES_SAMPLER"]; share: number };
}

/** A setting that stops the start: which, what it was, what it may be, in one line. */
export class ConfigError extends Error {}

type Environment = Record<string, string | undefined>;

/**
 * The configuration of an environment: the process's own, over the file `.env` of the folder it was
 * started in. An empty variable counts as not set. Throws {@link ConfigError}.
 */
export function readConfig(environment: Environment = { ...dotEnv(), ...process.env }): Config {
  const parsed = {} as Record<string, unknown>;
  for (const [name, setting] of Object.entries(settings)) {
    const text = environment[name] === "" ? undefined : environment[name];
    const result = setting.check.safeParse(text ?? setting.default);
    if (!result.success) {
      throw new ConfigError(`${name} is ${shown(name, text)}; it must be ${setting.may}`);
    }
    parsed[name] = result.data;
  }
  return assemble(parsed as Parsed);
}

/** Whether npm runs this: then a shell stands between, which keeps npm's SIGTERM to itself. */
export const runsUnderNpm = () => process.env["npm_lifecycle_event"] !== undefined;

function dotEnv(): Environment {
  return existsSync(".env") ? parseEnv(readFileSync(".env", "utf8")) : {};
}

/** A wrong value for the message: in one line, not endless, and nothing that may hold a password. */
function shown(name: string, text = "") {
  if (name.endsWith("_SECRET") || name.endsWith("_TOKEN")) return "too short";
  if (name.endsWith("_URL") || name.endsWith("_ENDPOINT")) return "not such a URL";
  if (name.endsWith("_OTLP_HEADERS")) return "not of this form";
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** An address for people: one that stands for this machine is called localhost. */
export function localUrl(host: string, port: number): string {
  const isHere = ["0.0.0.0", "::", "::1", "127.0.0.1"].includes(host);
  return `http://${isHere ? "localhost" : host.includes(":") ? `[${host}]` : host}:${port}`;
}

function assemble(value: Parsed): Config {
  if (value.DATABASE_OWNER_URL && !value.DATABASE_URL) {
    throw new ConfigError(
      "DATABASE_OWNER_URL is set without DATABASE_URL; it must be another login of the same database",
    );
  }
  if (value.TRUSTED_DOCUMENTS_ONLY === "on" && !value.TRUSTED_DOCUMENTS) {
    throw new ConfigError(
      "TRUSTED_DOCUMENTS_ONLY is on without TRUSTED_DOCUMENTS; nothing would be accepted",
    );
  }
  return {
    http: {
      port: value.PORT,
      host: value.HOST,
      maxConnections: value.MAX_CONNECTIONS,
      keepAliveTimeoutMs: value.KEEP_ALIVE_TIMEOUT_MS,
      headersTimeoutMs: value.HEADERS_TIMEOUT_MS,
      bodyTimeoutMs: value.BODY_TIMEOUT_MS,
      maxHeaders: value.MAX_HEADERS,
      maxHeaderBytes: value.MAX_HEADER_BYTES,
      maxBodyBytes: value.MAX_BODY_BYTES,
      json: { values: value.MAX_JSON_VALUES, levels: value.MAX_JSON_LEVELS },
      trustProxy: value.TRUST_PROXY ?? false,
    },
    operations: {
      running: value.MAX_CONCURRENT_OPERATIONS ?? 2 * value.POOL_SIZE,
      queued: value.MAX_QUEUED_OPERATIONS,
      waitMs: value.POOL_ACQUIRE_TIMEOUT_MS,
      timeoutMs: value.REQUEST_TIMEOUT_MS,
    },
    database: value.DATABASE_URL
      ? {
          kind: "external",
          url: value.DATABASE_URL,
          ownerUrl: value.DATABASE_OWNER_URL ?? value.DATABASE_URL,
        }
      : { kind: "embedded" },
    dataDir: value.DATA_DIR,
    demo: value.DEMO === "on",
    pool: {
      size: value.POOL_SIZE,
      acquireTimeoutMs: value.POOL_ACQUIRE_TIMEOUT_MS,
      idleTimeoutMs: value.POOL_IDLE_TIMEOUT_MS,
      statementTimeoutMs: value.STATEMENT_TIMEOUT_MS,
    },
    limits: {
      tokens: value.MAX_TOKENS,
      definitions: value.MAX_DEFINITIONS,
      levels: value.MAX_LEVELS,
      selections: value.MAX_SELECTIONS,
      aliases: value.MAX_ALIASES,
      rootFields: value.MAX_ROOT_FIELDS,
      directives: value.MAX_DIRECTIVES,
      comparisons: value.MAX_COMPARISONS,
      validationErrors: value.MAX_VALIDATION_ERRORS,
      depth: value.MAX_DEPTH,
      complexity: value.MAX_COMPLEXITY,
      nodes: value.MAX_NODES,
    },
    rate: {
      keyPoints: value.RATE_LIMIT_POINTS,
      workspacePoints: value.RATE_LIMIT_WORKSPACE_POINTS,
      addressPoints: value.RATE_LIMIT_ADDRESS_POINTS,
    },
    redis:
      value.REDIS_URL === undefined
        ? undefined
        : { url: value.REDIS_URL, patienceMs: value.REDIS_TIMEOUT_MS },
    introspection: value.INTROSPECTION,
    lens: { operations: value.LENS_OPERATIONS },
    log: { level: value.LOG_LEVEL, format: value.LOG_FORMAT },
    slow: { statementMs: value.SLOW_STATEMENT_MS, operationMs: value.SLOW_OPERATION_MS },
    metrics: value.METRICS_TOKEN === undefined ? undefined : { token: value.METRICS_TOKEN },
    tracing: tracing(value),
    edge: {
      corsOrigins: value.CORS_ORIGINS ?? [],
      compressionThresholdBytes: value.COMPRESSION_THRESHOLD_BYTES,
    },
    people: {
      publicUrl: value.PUBLIC_URL ?? localUrl(value.HOST, value.PORT),
      sessionSecret: value.SESSION_SECRET,
      attempts: {
        perEmail: value.SIGN_IN_ATTEMPTS_PER_EMAIL,
        perAddress: value.SIGN_IN_ATTEMPTS_PER_ADDRESS,
      },
    },
    trustedDocuments: {
      path: value.TRUSTED_DOCUMENTS,
      only: value.TRUSTED_DOCUMENTS_ONLY === "on",
    },
  };
}

/** OpenTelemetry's own variables, as its specification has them. */
function tracing(value: Parsed): Tracing | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces } = value;
  const url = traces ?? (all === undefined ? undefined : `${all.replace(/\/$/, "")}/v1/traces`);
  if (url === undefined || value.OTEL_SDK_DISABLED === "true") return undefined;
  return {
    url,
    headers: value.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    serviceName: value.OTEL_SERVICE_NAME,
    resource: value.OTEL_RESOURCE_ATTRIBUTES ?? {},
    sampler: { kind: value.OTEL_TRACES_SAMPLER, share: value.OTEL_TRACES_SAMPLER_ARG },
  };
}
