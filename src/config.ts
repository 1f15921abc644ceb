import { z } from "zod";

/**
 * Every setting of the server: its name in the environment, its default, what it may be.
 * This file is the only reader of the environment; `.env.example` is held against it by a test.
 */

const integer = (minimum: number, maximum: number) =>
  z.coerce
    .number(`a whole number from ${minimum} to ${maximum}`)
    .pipe(
      z
        .int(`a whole number from ${minimum} to ${maximum}`)
        .min(minimum, `a whole number from ${minimum} to ${maximum}`)
        .max(maximum, `a whole number from ${minimum} to ${maximum}`),
    );

const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, `one of ${words.join(", ")}`);

const postgresUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: "a URL such as postgres://user:password@host:5432/database",
});

const directory = z.string().min(1);

/** Setting → its check, default and one line of documentation. */
export const settings = {
  PORT: { check: integer(0, 65535), default: "4000", about: "HTTP port; 0 takes a free one" },
  HOST: { check: z.string().min(1), default: "127.0.0.1", about: "HTTP address to listen on" },
  DATABASE_URL: {
    check: postgresUrl.optional(),
    default: undefined,
    about: "PostgreSQL 15 to 18; without it an embedded PostgreSQL is started",
  },
  DATABASE_OWNER_URL: {
    check: postgresUrl.optional(),
    default: undefined,
    about: "login for migrations, seed, import and keys; DATABASE_URL when not set",
  },
  DATA_DIR: {
    check: directory,
    default: ".data",
    about: "folder of the embedded PostgreSQL and of demo.json",
  },
  DEMO: {
    check: oneOf(["on", "off"]),
    default: "on",
    about: "whether an empty database gets the demo workspaces; off in production",
  },
  POOL_SIZE: {
    check: integer(1, 1000),
    default: "10",
    about: "database connections, and so operations that run at the same time",
  },
  POOL_ACQUIRE_TIMEOUT_MS: {
    check: integer(1, 600_000),
    default: "2000",
    about: "how long an operation waits for a connection before it is answered 503",
  },
  POOL_IDLE_TIMEOUT_MS: {
    check: integer(1000, 86_400_000),
    default: "60000",
    about: "after how long an unused connection is closed",
  },
  STATEMENT_TIMEOUT_MS: {
    check: integer(1, 600_000),
    default: "5000",
    about: "the longest that one SQL statement may run",
  },
  MAX_BODY_BYTES: {
    check: integer(1024, 16_777_216),
    default: "262144",
    about: "the largest request body",
  },
  MAX_TOKENS: { check: integer(1, 1_000_000), default: "2000", about: "tokens in a document" },
  MAX_SELECTIONS: {
    check: integer(1, 1_000_000),
    default: "5000",
    about: "selections of an operation with its fragments spread out",
  },
  MAX_DEPTH: {
    check: integer(1, 1000),
    default: "5",
    about: "entity levels of an operation; edges, nodes, node and pageInfo do not count",
  },
  MAX_COMPLEXITY: {
    check: integer(1, 1_000_000),
    default: "500",
    about: "complexity points of an operation",
  },
  LOG_LEVEL: {
    check: oneOf(["trace", "debug", "info", "warn", "error", "silent"]),
    default: "info",
    about: "least level that is logged",
  },
  LOG_FORMAT: {
    check: oneOf(["auto", "pretty", "json"]),
    default: "auto",
    about: "auto: pretty in a terminal, JSON otherwise",
  },
} as const;

type Settings = typeof settings;
type Parsed = { [Name in keyof Settings]: z.output<Settings[Name]["check"]> };

export interface Config {
  http: { port: number; host: string; maxBodyBytes: number };
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
  limits: { tokens: number; selections: number; depth: number; complexity: number };
  log: { level: Parsed["LOG_LEVEL"]; format: Parsed["LOG_FORMAT"] };
}

/** A setting that stops the start: which, what it was, what it may be, in one line. */
export class ConfigError extends Error {}

/** The configuration of an environment. An empty variable counts as not set. Throws {@link ConfigError}. */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const parsed = {} as Record<string, unknown>;
  for (const [name, setting] of Object.entries(settings)) {
    const text = environment[name] === "" ? undefined : environment[name];
    const result = setting.check.safeParse(text ?? setting.default);
    if (!result.success) {
      const shown = name.endsWith("_URL") ? "not such a URL" : JSON.stringify(text);
      throw new ConfigError(`${name} is ${shown}; it must be ${result.error.issues[0]?.message}`);
    }
    parsed[name] = result.data;
  }
  return assemble(parsed as Parsed);
}

function assemble(value: Parsed): Config {
  if (value.DATABASE_OWNER_URL && !value.DATABASE_URL) {
    throw new ConfigError("DATABASE_OWNER_URL is set without DATABASE_URL; it must go with it");
  }
  return {
    http: { port: value.PORT, host: value.HOST, maxBodyBytes: value.MAX_BODY_BYTES },
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
      selections: value.MAX_SELECTIONS,
      depth: value.MAX_DEPTH,
      complexity: value.MAX_COMPLEXITY,
    },
    log: { level: value.LOG_LEVEL, format: value.LOG_FORMAT },
  };
}
