import {
  directory,
  file,
  host,
  httpUrl,
  integer,
  networks,
  oneOf,
  optional,
  origin,
  origins,
  pairs,
  postgresUrl,
  redisUrl,
  secret,
  share,
  word,
} from "./setting-kinds.ts";

/** More levels than these overflow the stack of what walks through a document. */
export const DEEPEST_DOCUMENT = 1000;

/**
 * Every setting of the server: its name in the environment → its check, what it may be in words, its
 * default and one line of documentation. `.env.example` and the README's table are held against it by
 * tests. Upper bounds are what the process can take.
 */
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
  MAX_JSON_VALUES: {
    ...integer(1, 100_000),
    default: "10000",
    about: "values of a request's JSON: of its body, or of its variables in a URL",
  },
  MAX_JSON_LEVELS: {
    ...integer(1, 1000),
    default: "64",
    about: "levels of lists and objects within each other in a request's JSON",
  },
  MAX_TOKENS: {
    ...integer(1, 100_000),
    default: "2000",
    about: "tokens, and lines, of a document",
  },
  MAX_DEFINITIONS: {
    ...integer(1, 1000),
    default: "200",
    about: "operations and fragments of a document",
  },
  MAX_LEVELS: {
    ...integer(1, DEEPEST_DOCUMENT),
    default: "100",
    about: "levels of braces, or of brackets, within each other in a document",
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
  MAX_COMPARISONS: {
    ...integer(1, 100_000),
    default: "10000",
    about: "comparisons of fields that have one name at one place of a document",
  },
  MAX_VALIDATION_ERRORS: {
    ...integer(1, 100),
    default: "10",
    about: "errors that are told of a document that does not fit the schema",
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
  LENS_OPERATIONS: {
    ...integer(0, 10_000),
    default: "500",
    about: "operations that the lens remembers, of all workspaces together; 0 turns it off",
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
  SLOW_STATEMENT_MS: {
    ...integer(0, 600_000),
    default: "1000",
    about: "a statement that took so long has a warning in the log; none when 0",
  },
  SLOW_OPERATION_MS: {
    ...integer(0, 600_000),
    default: "2000",
    about: "an operation that took so long has a warning in the log; none when 0",
  },
  METRICS_TOKEN: {
    ...secret,
    default: undefined,
    about: "bearer token with which Prometheus reads /metrics; there is none when not set",
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    ...httpUrl,
    default: undefined,
    about: "OpenTelemetry collector that traces are sent to, at /v1/traces; none are made without",
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    ...httpUrl,
    default: undefined,
    about: "the same, for traces alone, with its whole path",
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    ...pairs,
    default: undefined,
    about: "headers for the collector, such as its key: name=value,name=value",
  },
  OTEL_SERVICE_NAME: {
    ...word,
    default: "socialhub",
    about: "name of the server in traces",
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    ...pairs,
    default: undefined,
    about: "what else is told of the server in traces: name=value,name=value",
  },
  OTEL_TRACES_SAMPLER: {
    ...oneOf([
      "always_on",
      "always_off",
      "traceidratio",
      "parentbased_always_on",
      "parentbased_always_off",
      "parentbased_traceidratio",
    ]),
    default: "parentbased_always_on",
    about:
      "which requests are traced; with parentbased, the client's traceparent decides where it sends one",
  },
  OTEL_TRACES_SAMPLER_ARG: {
    ...share,
    default: "1",
    about: "which share of the requests is traced by traceidratio",
  },
  OTEL_SDK_DISABLED: {
    ...oneOf(["true", "false"]),
    default: "false",
    about: "true: no traces, whatever the other settings",
  },
} as const;
