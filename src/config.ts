import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { z } from "zod";

/**
 * Every setting of the server: its name in the environment, its default, what it may be.
 * This file is the only reader of the environment; `.env.example` is held against it by a test.
 */

/** Decimal digits only: 1e3, 0x10 and " 12 " are more likely mistakes than meant. */
const integer = (minimum: number, maximum: number) => ({
  check: z
    .string()
    .regex(/^(0|[1-9]\d*)$/)
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum)),
  may: `a whole number from ${minimum} to ${maximum}`,
});

const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) => ({
  check: z.enum(words),
  may: `one of ${words.join(", ")}`,
});

const postgresUrl = {
  check: z.string().refine(isPostgresUrl).optional(),
  may:
    "a URL such as postgres://user:password@host:5432/database, " +
    "with characters like @ : / # % of a password in their %-form",
};

const host = { check: z.string().regex(/^[\w.:%-]+$/), may: "a host name or an IP address" };

const directory = { check: z.string().regex(/^\S(.*\S)?$/), may: "the path of a folder" };

function isPostgresUrl(text: string) {
  if (!/^postgres(ql)?:\/\/[^\s/?#]\S*$/.test(text) || !URL.canParse(text)) return false;
  try {
    // postgres.js does so, and throws at a % that stands for itself.
    decodeURIComponent(text.split("?", 1)[0] ?? "");
    return true;
  } catch {
    return false;
  }
}

/** Setting → its check, what it may be in words, its default and one line of documentation. */
export const settings = {
  PORT: { ...integer(0, 65535), default: "4000", about: "HTTP port; 0 takes a free one" },
  HOST: { ...host, default: "127.0.0.1", about: "HTTP address to listen on" },
  DATABASE_URL: {
    ...postgresUrl,
    default: undefined,
    about: "PostgreSQL 15 to 18; without it an embedded PostgreSQL is started",
  },
  DATABASE_OWNER_URL: {
    ...postgresUrl,
    default: undefined,
    about: "login for migrations, seed, import and keys; DATABASE_URL when not set",
  },
  DATA_DIR: {
    ...directory,
    default: ".data",
    about: "folder of the embedded PostgreSQL and of demo.json",
  },
  DEMO: {
    ...oneOf(["on", "off"]),
    default: "on",
    about: "whether an empty database gets the demo workspaces; off in production",
  },
  POOL_SIZE: {
    ...integer(1, 1000),
    default: "10",
    about: "database connections, and so operations that run at the same time",
  },
  POOL_ACQUIRE_TIMEOUT_MS: {
    ...integer(1, 600_000),
    default: "2000",
    about: "how long an operation waits for a connection before it is answered 503",
  },
  POOL_IDLE_TIMEOUT_MS: {
    ...integer(1000, 86_400_000),
    default: "60000",
    about: "after how long an unused connection is closed",
  },
  STATEMENT_TIMEOUT_MS: {
    ...integer(1, 600_000),
    default: "5000",
    about: "the longest that one SQL statement may run",
  },
  MAX_BODY_BYTES: {
    ...integer(1024, 16_777_216),
    default: "262144",
    about: "the largest request body",
  },
  MAX_TOKENS: {
    ...integer(1, 100_000),
    default: "2000",
    about: "tokens, and lines, of a document",
  },
  MAX_SELECTIONS: {
    ...integer(1, 100_000),
    default: "5000",
    about: "selections of a document with its fragments spread out",
  },
  MAX_ALIASES: {
    ...integer(0, 100_000),
    default: "150",
    about: "aliases of a document with its fragments spread out",
  },
  MAX_ROOT_FIELDS: {
    ...integer(1, 100_000),
    default: "80",
    about: "fields at the root of an operation",
  },
  MAX_DIRECTIVES: {
    ...integer(0, 100_000),
    default: "100",
    about: "directives of a document with its fragments spread out",
  },
  MAX_DEPTH: {
    ...integer(1, 1000),
    default: "5",
    about: "entity levels of an operation; edges, nodes, node and pageInfo do not count",
  },
  MAX_COMPLEXITY: {
    ...integer(1, 1_000_000),
    default: "500",
    about: "complexity points of an operation",
  },
  MAX_NODES: {
    ...integer(1, 100_000_000),
    default: "10000",
    about: "nodes that an operation may ask for: page sizes multiplied down the path",
  },
  INTROSPECTION: {
    ...oneOf(["authenticated", "off"]),
    default: "authenticated",
    about: "who may ask for the schema and gets hints at similar names: every key, or nobody",
  },
  LOG_LEVEL: {
    ...oneOf(["trace", "debug", "info", "warn", "error", "silent"]),
    default: "info",
    about: "least level that is logged",
  },
  LOG_FORMAT: {
    ...oneOf(["auto", "pretty", "json"]),
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
  limits: {
    tokens: number;
    selections: number;
    aliases: number;
    rootFields: number;
    directives: number;
    depth: number;
    complexity: number;
    nodes: number;
  };
  introspection: Parsed["INTROSPECTION"];
  log: { level: Parsed["LOG_LEVEL"]; format: Parsed["LOG_FORMAT"] };
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
  if (name.endsWith("_URL")) return "not such a URL";
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function assemble(value: Parsed): Config {
  if (value.DATABASE_OWNER_URL && !value.DATABASE_URL) {
    throw new ConfigError(
      "DATABASE_OWNER_URL is set without DATABASE_URL; it must be another login of the same database",
    );
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
      aliases: value.MAX_ALIASES,
      rootFields: value.MAX_ROOT_FIELDS,
      directives: value.MAX_DIRECTIVES,
      depth: value.MAX_DEPTH,
      complexity: value.MAX_COMPLEXITY,
      nodes: value.MAX_NODES,
    },
    introspection: value.INTROSPECTION,
    log: { level: value.LOG_LEVEL, format: value.LOG_FORMAT },
  };
}
