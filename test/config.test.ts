import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../src/config.ts";
import { settings } from "../src/settings.ts";

type Name = keyof typeof settings;
const names = Object.keys(settings) as Name[];
const numbers = names.filter((name) => settings[name].may.startsWith("a whole number"));
const urls = names.filter((name) => name.endsWith("_URL"));
const database = "postgres://server:s3cret-word@db.example:5432/social";

/** No number that fits, or one in a spelling that JavaScript would take. */
const misspelt = [
  " ",
  " 12 ",
  "12 ",
  "\t12",
  "12\n",
  "12\r",
  "4e3",
  "0x10",
  "0b1",
  "1_000",
  "1,000",
  "1.5",
  "1.0",
  "-1",
  "-0",
  "+1",
  "007",
  "NaN",
  "Infinity",
  "-Infinity",
  "null",
  "true",
  "4000; rm -rf",
  "١٢",
  "１２",
  "9007199254740993",
  "1e400",
  "9".repeat(400),
];

const complaint = (environment: Record<string, string>): string => {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error(`${JSON.stringify(environment)} was accepted`);
};

describe(".env.example", () => {
  const written = readFileSync(".env.example", "utf8");

  it("lists every setting with its text and default, in order, and no other", () => {
    const expected = names.map((name) => {
      const { about, default: value } = settings[name];
      return `# ${about}\n# ${name}=${value ?? ""}`;
    });
    const [, ...blocks] = written.trimEnd().split("\n\n");
    expect(blocks).toEqual(expected);
  });

  it("changes nothing when it is taken as it is", () => {
    const uncommented = written.match(/^# [A-Z_]+=.*$/gm)!.map((line) => line.slice(2).split("="));
    expect(uncommented).toHaveLength(names.length);
    expect(readConfig(Object.fromEntries(uncommented))).toEqual(readConfig({}));
  });
});

describe("the configuration", () => {
  it("has valid defaults", () => {
    expect(readConfig({})).toMatchObject({
      http: { port: 4000, host: "127.0.0.1" },
      database: { kind: "embedded" },
      demo: true,
      pool: { size: 10, acquireTimeoutMs: 2000, idleTimeoutMs: 60_000, statementTimeoutMs: 5000 },
      limits: { depth: 5, complexity: 500 },
    });
  });

  it("takes an empty variable for one that is not set", () => {
    expect(readConfig(Object.fromEntries(names.map((name) => [name, ""])))).toEqual(readConfig({}));
  });

  it("ignores what it does not know", () => {
    expect(readConfig({ PATH: "/bin", POOLSIZE: "none" })).toEqual(readConfig({}));
  });

  it.each(numbers)("takes whole numbers in digits, and only those that fit, for %s", (name) => {
    const [, minimum, maximum] = / (\d+) to (\d+)$/.exec(settings[name].may)!;
    for (const right of [minimum!, maximum!]) readConfig({ [name]: right });
    const wrong = [...misspelt, String(Number(maximum) + 1)];
    if (minimum !== "0") wrong.push(String(Number(minimum) - 1));
    for (const text of wrong) {
      const line = complaint({ [name]: text });
      const start = JSON.stringify(text.slice(0, 60)).slice(0, -1);
      expect(line).toContain(`${name} is ${start}`);
      expect(line).toContain(`it must be a whole number from ${minimum} to ${maximum}`);
      expect(line).not.toMatch(/[\n\r]/);
      expect(line.length).toBeLessThan(200);
    }
  });

  it.each([
    ["HOST", ["  ", "local host", "http://localhost", "[::1]", "a/b"], "a host name or an IP"],
    ["DATA_DIR", [" ", " data", "data ", "da\nta"], "the path of a folder"],
    ["DEMO", ["yes", "ON", "true", "1", " on"], "one of on, off"],
    ["TRUSTED_DOCUMENTS", [" ", " a.json", "a\njson"], "the path of a file"],
    ["TRUSTED_DOCUMENTS_ONLY", ["yes", "ON", "1"], "one of on, off"],
    [
      "CORS_ORIGINS",
      [
        "app.example.com",
        "https://app.example.com/",
        "https://app.example.com,",
        "https://app.example.com;https://b.example",
        "*,https://app.example.com",
        "file:///tmp",
        "null",
      ],
      "origins such as https://app.example.com",
    ],
    [
      "TRUST_PROXY",
      ["on", "10.0.0.0/33", "::1/129", "10.0.0.1,", "proxy", "1.2.3.4/8/8"],
      "IP addr",
    ],
    ["INTROSPECTION", ["on", "Off", "everybody", "off "], "one of authenticated, off"],
    ["LOG_LEVEL", ["INFO", "verbose", "30", "info "], "one of trace, debug, info"],
    ["LOG_FORMAT", ["text", "JSON", "logfmt"], "one of auto, pretty, json"],
    ["OTEL_SERVICE_NAME", ["social hub", "a".repeat(59) + "'"], "at most 100 letters"],
    ["OTEL_RESOURCE_ATTRIBUTES", ["a", "a=", "=a", "a=1,", "a b=1", "a=%zz"], "name=value"],
    ["OTEL_TRACES_SAMPLER", ["always", "ALWAYS_ON", "jaeger_remote"], "one of always_on"],
    ["OTEL_TRACES_SAMPLER_ARG", ["2", "1.1", "-0", ".5", "10%", "1e-3"], "a number from 0 to 1"],
    ["OTEL_SDK_DISABLED", ["on", "TRUE", "1"], "one of true, false"],
  ] as const)("says what %s may be", (name, wrong, may) => {
    for (const text of wrong) {
      const line = complaint({ [name]: text });
      expect(line).toContain(`${name} is ${JSON.stringify(text)}; it must be ${may}`);
      expect(line).not.toContain("\n");
    }
  });

  it.each(["127.0.0.1", "::", "::1", "fe80::1%eth0", "0.0.0.0", "localhost", "api.example.org"])(
    "takes %s for a HOST",
    (host) => expect(readConfig({ HOST: host }).http.host).toBe(host),
  );

  it("takes origins, separated by commas", () => {
    const origins = ["https://app.example.com", "http://localhost:3000"];
    const { edge } = readConfig({ CORS_ORIGINS: origins.join(", ") });
    expect(edge.corsOrigins).toEqual(origins);
    expect(readConfig({ CORS_ORIGINS: "*" }).edge.corsOrigins).toEqual(["*"]);
    expect(readConfig({}).edge.corsOrigins).toEqual([]);
  });

  it("says that nothing would be accepted without a manifest", () => {
    expect(complaint({ TRUSTED_DOCUMENTS_ONLY: "on" })).toMatch(
      /^TRUSTED_DOCUMENTS_ONLY is on without TRUSTED_DOCUMENTS/,
    );
  });

  it.each(urls)("never repeats what was given as %s", (name) => {
    const wrong = [
      "s3cret-word",
      "mysql://server:s3cret-word@db.example/social",
      "http://server:s3cret-word@db.example/social",
      "postgres:server:s3cret-word@db.example/social",
      "postgres://",
      "postgres:///social",
      "postgres://server:s3cret-word#1@db.example/social",
      "postgres://server:s3cret-word%@db.example/social",
      "postgres://server:s3cret-word%zz@db.example/social",
      "postgres://server:s3cret word@db.example/social",
      "postgres://server:s3cret-word@db.example:port/social",
      `${database}\n`,
    ];
    for (const url of wrong) {
      const line = complaint({ DATABASE_URL: database, [name]: url });
      expect(line).toMatch(new RegExp(`^${name} is not such a URL; it must be a URL such as`));
      expect(line).not.toMatch(/s3cret|db\.example|\n/);
    }
  });

  it.each(["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])(
    "never repeats what was given as %s, nor as its headers",
    (name) => {
      for (const url of ["s3cret-host:4318", "grpc://s3cret:1", "http://", "http://s3cret:x"]) {
        const line = complaint({ [name]: url });
        expect(line).toMatch(new RegExp(`^${name} is not such a URL; it must be a URL such as`));
        expect(line).not.toContain("s3cret");
      }
      const headers = complaint({ OTEL_EXPORTER_OTLP_HEADERS: "authorization: Bearer s3cret" });
      expect(headers).toMatch(/^OTEL_EXPORTER_OTLP_HEADERS is not of this form; it must be name=/);
      expect(headers).not.toContain("s3cret");
    },
  );

  it("takes OpenTelemetry's variables as its specification has them", () => {
    const all = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/" };
    const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://traces.example/ingest" };
    const tracing = (settings: Record<string, string>) => readConfig(settings).tracing;
    expect(tracing({})).toBeUndefined();
    expect(tracing({ ...all, OTEL_SDK_DISABLED: "true" })).toBeUndefined();
    expect(tracing(all)).toEqual({
      url: "http://collector:4318/v1/traces",
      headers: {},
      serviceName: "socialhub",
      resource: {},
      sampler: { kind: "parentbased_always_on", share: 1 },
    });
    expect(
      tracing({
        ...all,
        ...own,
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20a%2Cb=, x-key=1",
        OTEL_TRACES_SAMPLER: "traceidratio",
        OTEL_TRACES_SAMPLER_ARG: "0.25",
      }),
    ).toMatchObject({
      url: "https://traces.example/ingest",
      headers: { authorization: "Bearer a,b=", "x-key": "1" },
      sampler: { kind: "traceidratio", share: 0.25 },
    });
  });

  it.each(["SESSION_SECRET", "METRICS_TOKEN"])(
    "takes no short %s, and does not repeat it",
    (name) => {
      const line = complaint({ [name]: "s3cret-word" });
      expect(line).toMatch(new RegExp(`^${name} is too short; it must be at least 32 characters`));
      expect(line).not.toContain("s3cret-word");
    },
  );

  it("takes HOST and PORT for the public address, unless there is one", () => {
    const publicUrl = (settings: Record<string, string>) => readConfig(settings).people.publicUrl;
    expect(publicUrl({})).toBe("http://localhost:4000");
    expect(publicUrl({ HOST: "fd00::1", PORT: "80" })).toBe("http://[fd00::1]:80");
    expect(publicUrl({ PUBLIC_URL: "https://social.example" })).toBe("https://social.example");
  });

  it("takes the server's login for the owner's, unless there is another", () => {
    const owner = "postgresql://owner:p%40ss@db.example/social?sslmode=require";
    expect(readConfig({ DATABASE_URL: database }).database).toEqual({
      kind: "external",
      url: database,
      ownerUrl: database,
    });
    expect(
      readConfig({ DATABASE_URL: database, DATABASE_OWNER_URL: owner }).database,
    ).toMatchObject({ url: database, ownerUrl: owner });
    const line = complaint({ DATABASE_OWNER_URL: owner });
    expect(line).toMatch(/^DATABASE_OWNER_URL is set without DATABASE_URL/);
    expect(line).not.toContain("p%40ss");
  });

  it("covers every setting with a wrong value above", () => {
    const words = ["SESSION_SECRET", "HOST", "DATA_DIR", "DEMO", "LOG_LEVEL", "LOG_FORMAT"];
    const http = [
      "CORS_ORIGINS",
      "TRUSTED_DOCUMENTS",
      "TRUSTED_DOCUMENTS_ONLY",
      "TRUST_PROXY",
      "INTROSPECTION",
    ];
    const telemetry = names.filter((name) => name.startsWith("OTEL_") || name === "METRICS_TOKEN");
    const covered = [...numbers, ...urls, ...words, ...http, ...telemetry];
    expect(covered.sort()).toEqual([...names].sort());
  });
});
