import { existsSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
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

const optional = <Check extends z.ZodType>(setting: { check: Check; may: string }) => ({
  ...setting,
  check: setting.check.optional(),
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

const redisUrl = {
  check: z
    .string()
    .refine((text) => /^rediss?:\/\/[^\s/?#]\S*$/.test(text) && URL.canParse(text))
    .optional(),
  may: "a URL such as redis://user:password@host:6379/0, or rediss:// for TLS",
};

const networks = {
  check: z
    .string()
    .refine((text) => text.split(",").every(isNetwork))
    .transform((text) => text.split(",").map((network) => network.trim()))
    .optional(),
  may: "IP addresses or networks such as 10.0.0.0/8, with commas between them",
};

function isNetwork(text: string) {
  const [address = "", bits, ...more] = text.trim().split("/");
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const isBits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return most > 0 && more.length === 0 && isBits;
}

const host = { check: z.string().regex(/^[\w.:%-]+$/), may: "a host name or an IP address" };

const origins = {
  check: z
    .string()
    .transform((text) => text.split(",").map((origin) => origin.trim()))
    .refine((list) => list.every(isOrigin) || (list.length === 1 && list[0] === "*"))
    .optional(),
  may: "origins such as https://app.example.com, separated by commas and without a path, or *",
};

const origin = {
  check: z.string().refine(isOrigin).optional(),
  may: "a URL such as https://social.example.com, without a path",
};

const secret = {
  check: z.string().min(32).optional(),
  may: "at least 32 characters that nobody can guess, as from openssl rand -base64 32",
};

const file = {
  check: z
    .string()
    .regex(/^\S(.*\S)?$/)
    .optional(),
  may: "the path of a file",
};

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

function isOrigin(text: string) {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
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
    about: "database connections: how many operations read at the same time",
  },
  POOL_ACQUIRE_TIMEOUT_MS: {
    ...integer(1, 600_000),
    default: "2000",
    about:
      "how long an operation waits for its turn, and for a connection, until it is answered 503",
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
  REQUEST_TIMEOUT_MS: {
    ...integer(1, 600_000),
    default: "10000",
    about: "the longest that an operation may run before it is answered 504",
  },
  MAX_CONCURRENT_OPERATIONS: {
    ...optional(integer(1, 100_000)),
    default: undefined,
    about: "operations that run at the same time; twice POOL_SIZE when not set",
  },
  MAX_QUEUED_OPERATIONS: {
    ...integer(0, 100_000),
    default: "200",
    about: "operations that wait for their turn; the next is answered 503 at once",
  },
  MAX_CONNECTIONS: {
    ...integer(1, 1_000_000),
    default: "1000",
    about: "open HTTP connections",
  },
  KEEP_ALIVE_TIMEOUT_MS: {
    ...integer(1, 600_000),
    default: "72000",
    about: "after how long an unused HTTP connection is closed",
  },
  HEADERS_TIMEOUT_MS: {
    ...integer(1, 600_000),
    default: "5000",
    about: "how long a client may take to send the headers of a request",
  },
  BODY_TIMEOUT_MS: {
    ...integer(1, 600_000),
    default: "10000",
    about: "how much longer it may take to send the body",
  },
  MAX_HEADERS: { ...integer(1, 1000), default: "100", about: "headers of a request" },
  MAX_HEADER_BYTES: {
    ...integer(1024, 1_048_576),
    default: "16384",
    about: "the largest headers of a request, all together",
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
  COMPRESSION_THRESHOLD_BYTES: {
    ...integer(0, 1_073_741_824),
    default: "1024",
    about: "the smallest answer that is compressed, for clients that accept br or gzip",
  },
  CORS_ORIGINS: {
    ...origins,
    default: undefined,
    about: "origins whose pages may ask from a browser, separated by commas; none when not set",
  },
  PUBLIC_URL: {
    ...origin,
    default: undefined,
    about: "address under which browsers reach the server; from HOST and PORT when not set",
  },
  SESSION_SECRET: {
    ...secret,
    default: undefined,
    about: "signs session cookies; made and kept in the database when not set",
  },
  SIGN_IN_ATTEMPTS_PER_EMAIL: {
    ...integer(1, 100_000),
    default: "10",
    about: "failed attempts to sign in with one e-mail address in a quarter of an hour",
  },
  SIGN_IN_ATTEMPTS_PER_ADDRESS: {
    ...integer(1, 100_000),
    default: "50",
    about: "failed attempts to sign in from one network address in a quarter of an hour",
  },
  TRUSTED_DOCUMENTS: {
    ...file,
    default: undefined,
    about: "persisted query manifest whose operations are accepted by their ids",
  },
  TRUSTED_DOCUMENTS_ONLY: {
    ...oneOf(["on", "off"]),
    default: "off",
    about: "whether nothing but trusted documents is accepted, for every API key",
  },
  RATE_LIMIT_POINTS: {
    ...integer(1, 100_000_000),
    default: "60000",
    about: "complexity points that an API key may use a minute",
  },
  RATE_LIMIT_WORKSPACE_POINTS: {
    ...integer(1, 100_000_000),
    default: "120000",
    about: "complexity points that all API keys of a workspace may use a minute",
  },
  RATE_LIMIT_ADDRESS_POINTS: {
    ...integer(1, 100_000_000),
    default: "300",
    about: "requests a minute from one address without a valid API key",
  },
  REDIS_URL: {
    ...redisUrl,
    default: undefined,
    about: "Redis that several servers share their rate budgets in; each has its own without it",
  },
  REDIS_TIMEOUT_MS: {
    ...integer(1, 10_000),
    default: "50",
    about: "how long a request waits for Redis before the server counts on its own",
  },
  TRUST_PROXY: {
    ...networks,
    default: undefined,
    about: "proxies whose X-Forwarded-For is believed, as addresses or networks",
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
  if (name.endsWith("_SECRET")) return "too short";
  if (name.endsWith("_URL")) return "not such a URL";
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
      selections: value.MAX_SELECTIONS,
      aliases: value.MAX_ALIASES,
      rootFields: value.MAX_ROOT_FIELDS,
      directives: value.MAX_DIRECTIVES,
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
    log: { level: value.LOG_LEVEL, format: value.LOG_FORMAT },
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
