import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { headlineOperation } from "../src/schema/headline.ts";
import { connect } from "../src/db/client.ts";
import { createTestApp, type TestApp } from "./support/app.ts";
import { startCollector, type CollectedSpan } from "./support/collector.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";
import { captureLog } from "./support/log-lines.ts";
import { listen, open, post } from "./support/raw-http.ts";

const SERVER = 2;
const CLIENT = 3;
const TOKEN = "a-token-of-at-least-32-characters";
const PARENT = "4bf92f3577b34da6a3ce929d0e0e4736";

let database: TestDatabase;
/** Runs beside what is asked meanwhile. */
let without: ReturnType<typeof loadWithoutCollector>;
beforeAll(async () => {
  without = loadWithoutCollector();
  database = await createTestDatabase("demo");
});
afterAll(() => database.close());

describe("what a collector is sent of a server's requests", () => {
  const log = captureLog();
  let collector: Awaited<ReturnType<typeof startCollector>>;
  let spans: CollectedSpan[];
  let metrics: string;
  const requestIds: Record<string, string> = {};

  /** Everything is asked first: what was not sent yet is sent when the server stops. */
  beforeAll(async () => {
    collector = await startCollector();
    const app = await tracedApp({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: "x-collector-key=s3cret-collector%2Ckey",
      OTEL_SERVICE_NAME: "social.api",
      METRICS_TOKEN: TOKEN,
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
    });
    const send = async (name: string, query: string, options = {}) => {
      const { headers } = await app.ask(query, options);
      requestIds[name] = String(headers["x-request-id"]);
    };
    await send("headline", headlineOperation);
    await send("again", headlineOperation, {
      headers: { traceparent: `00-${PARENT}-00f067aa0ba902b7-01`, tracestate: "vendor=value" },
    });
    await send("unsampled", headlineOperation, {
      headers: { traceparent: `00-${PARENT.replace("4", "5")}-00f067aa0ba902b7-00` },
    });
    await send(
      "values",
      `query Values($id: ID!) {
        posts(first: 7) { nodes { id } }
        one: node(id: $id) { id }
        two: node(id: "s3cret-id") { id }
      }`,
      { variables: { id: "s3cret-word" } },
    );
    await send("deep", DEEP);
    await send("nobody", "{ accounts { totalCount } }", { key: "shk_s3cret-key" });
    await send("invalid", `{ accounts(first: "s3cret-first") { nothing } }`);
    await app.server.inject({ url: "/healthz" });
    await app.server.inject({ url: "/nowhere?token=s3cret-token" });
    await hangUp(app);
    const authorization = `Bearer ${TOKEN}`;
    metrics = (await app.server.inject({ url: "/metrics", headers: { authorization } })).body;
    await app.close();
    spans = collector.spans();
  });
  afterAll(() => collector.close());

  const requestOf = (name: string) =>
    spans.find(
      ({ kind, attributes }) =>
        kind === SERVER && attributes["socialhub.request_id"] === requestIds[name],
    )!;
  const partsOf = (parent: CollectedSpan) =>
    spans
      .filter(({ parentSpanId }) => parentSpanId === parent.spanId)
      .sort((one, other) => one.start - other.start);

  it("is one tree for the dashboard: gates, five batches, a statement in each", () => {
    const request = requestOf("headline");
    expect(request.parentSpanId).toBeUndefined();
    const parts = partsOf(request);
    expect(parts.map(({ name }) => name)).toEqual([
      "admission",
      "graphql.parse",
      "graphql.validate",
      "gates",
      "budget",
      "batch Query.accounts",
      "batch Account.posts",
      "batch metricsOfPost",
      "batch Post.comments",
      "batch contactById",
    ]);
    for (const batch of parts.filter(({ name }) => name.startsWith("batch"))) {
      expect(batch.attributes["socialhub.keys"]).toBeGreaterThan(0);
      expect(batch.attributes["socialhub.rows"]).toBeGreaterThan(0);
      const [statement, ...more] = partsOf(batch);
      expect(more).toEqual([]);
      expect(statement).toMatchObject({ kind: CLIENT, failed: false });
      expect(statement!.name).toBe(`SELECT ${statement!.attributes["db.namespace"]}`);
      expect(statement!.attributes).toMatchObject({
        "db.system.name": "postgresql",
        "db.operation.name": "SELECT",
        "db.query.text": expect.stringMatching(/workspace_id" = \$\d/),
        "db.namespace": new URL(database.url).pathname.slice(1),
        "server.address": new URL(database.url).hostname,
        "server.port": Number(new URL(database.url).port),
      });
    }
  });

  it("has times that lie within those of the parent", () => {
    for (const parent of spans) {
      expect(parent.end).toBeGreaterThanOrEqual(parent.start);
      expect(Math.abs(parent.start - Date.now())).toBeLessThan(600_000);
      for (const part of partsOf(parent)) {
        expect(part.start).toBeGreaterThanOrEqual(parent.start);
        expect(part.end).toBeLessThanOrEqual(parent.end);
      }
    }
  });

  it("describes a request by the conventions for HTTP and GraphQL", () => {
    const { name, attributes, failed } = requestOf("headline");
    expect({ name, failed }).toEqual({ name: "POST /graphql", failed: false });
    expect(attributes).toMatchObject({
      "http.request.method": "POST",
      "http.route": "/graphql",
      "http.response.status_code": 200,
      "url.path": "/graphql",
      "url.scheme": "http",
      "server.address": "localhost",
      "network.protocol.version": "1.1",
      "graphql.operation.type": "query",
      "graphql.operation.name": "Dashboard",
      "graphql.document": expect.stringContaining("accounts(first: 15)"),
      "socialhub.statements": 5,
      "socialhub.depth": 4,
      "socialhub.nodes": 465,
    });
    expect(collector.resource()).toMatchObject({
      "service.name": "social.api",
      "service.instance.id": expect.any(String),
      "deployment.environment.name": "test",
    });
  });

  it("says what was parsed and validated for the first time alone", () => {
    expect(partsOf(requestOf("again")).map(({ name }) => name)).not.toContain("graphql.parse");
  });

  it("goes on with the trace of a client that has one, and obeys when that is not sampled", () => {
    expect(requestOf("again")).toMatchObject({
      traceId: PARENT,
      parentSpanId: "00f067aa0ba902b7",
    });
    expect(requestOf("unsampled")).toBeUndefined();
  });

  it("says why an operation was refused, which is no failure of the server", () => {
    const deep = requestOf("deep");
    expect(deep).toMatchObject({
      failed: false,
      attributes: {
        "http.response.status_code": 400,
        "socialhub.error_codes": ["DEPTH_LIMIT_EXCEEDED"],
        "socialhub.statements": 0,
      },
    });
    const gates = partsOf(deep).at(-1);
    expect(gates).toMatchObject({ name: "gates", failed: true });
    expect(gates!.attributes["error.type"]).toBe("DEPTH_LIMIT_EXCEEDED");
    expect(requestOf("nobody").attributes).toMatchObject({
      "http.response.status_code": 401,
      "socialhub.error_codes": ["UNAUTHENTICATED"],
    });
    expect(requestOf("invalid").attributes["graphql.document"]).toBeUndefined();
  });

  it("ends with the operation where the client hung up, and says so", () => {
    const gone = spans.find(({ attributes }) => attributes["graphql.operation.name"] === "Gone")!;
    expect(gone.attributes["error.type"]).toBe("client_closed_request");
    expect(gone.attributes).not.toHaveProperty("http.response.status_code");
    const [batch, ...more] = partsOf(gone).filter(({ name }) => name.startsWith("batch"));
    expect(more).toEqual([]);
    expect(batch).toMatchObject({ name: "batch Query.posts", failed: true });
    expect(partsOf(batch!)).toMatchObject([{ kind: CLIENT, failed: true }]);
    expect(gone.end).toBeGreaterThanOrEqual(batch!.end);
    const line = log.operations().find(({ operation }) => operation === "Gone");
    expect(line).toMatchObject({ trace_id: gone.traceId });
    // Nobody is to be woken up for it.
    expect(metrics).toContain("socialhub_operations_abandoned_total 1\n");
    expect(metrics).not.toContain('socialhub_operation_errors_total{code="INTERNAL_SERVER_ERROR"}');
  });

  it("has no probes, and no path as a name where there is nothing", () => {
    const others = spans.filter(({ kind, name }) => kind === SERVER && name !== "POST /graphql");
    expect(others.map(({ name, attributes }) => [name, attributes["url.path"]])).toEqual([
      ["GET", "/nowhere"],
    ]);
  });

  it("holds no value of a client or tenant, and no credential", () => {
    const document = requestOf("values").attributes["graphql.document"];
    expect(document).toContain('node(id: "")');
    expect(document).toContain("posts(first: 7)");
    expect(collector.text()).toContain("Values");
    expect(collector.text()).not.toContain("s3cret");
    expect(collector.headers[0]).toMatchObject({
      url: "/v1/traces",
      "x-collector-key": "s3cret-collector,key",
    });
  });

  it("is found by the log line of the request", () => {
    for (const name of ["headline", "deep", "nobody"]) {
      const line = log.operations().find(({ requestId }) => requestId === requestIds[name]);
      const { traceId, spanId } = requestOf(name);
      expect(line).toMatchObject({ trace_id: traceId, span_id: spanId });
    }
  });

  function tracedApp(settings: Record<string, string>): Promise<TestApp> {
    return createTestApp({ database: kept(database), settings, logger: log.logger });
  }
});

/** Asks for what is locked, and hangs up. */
async function hangUp(app: TestApp) {
  const owner = connect(database.ownerUrl, { max: 1 });
  const table = await owner.reserve();
  await table.unsafe("begin; lock table posts in access exclusive mode");
  const query = "query Gone { posts(first: 1) { nodes { id } } }";
  const { socket } = await open(await listen(app), post(app.key, query));
  await vi.waitFor(async () => {
    const waiting = await table.unsafe("select 1 from pg_locks where not granted");
    expect(waiting).toHaveLength(1);
  });
  socket.destroy();
  await vi.waitFor(() => expect(app.pool.state.busy).toBe(0));
  await table.unsafe("rollback");
  table.release();
  await owner.end({ timeout: 5 });
}

describe("a collector that does not answer", () => {
  const log = captureLog();
  beforeEach(() => {
    log.lines.length = 0;
  });

  it("disturbs nobody: one warning, and a stop that does not wait for it", async () => {
    const collector = await startCollector();
    collector.answer(400);
    const app = await createTestApp({
      database: kept(database),
      settings: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/own/path` },
      logger: log.logger,
    });
    // More spans than are sent at once: the last ones go out with the stop.
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(Array.from({ length: 8 }, () => app.read(headlineOperation)));
    }
    const start = performance.now();
    await app.close();
    expect(performance.now() - start).toBeLessThan(5_000);
    await collector.close();
    expect(collector.headers.length).toBeGreaterThan(1);
    expect(collector.headers[0].url).toBe("/own/path");
    // Of a machine that is busy there may be slow lines as well.
    const warnings = log.lines.filter(({ level, msg }) => level > 30 && !msg.startsWith("slow "));
    expect(warnings).toMatchObject([
      { level: 40, msg: "the collector did not take traces", spans: expect.any(Number) },
    ]);
  });
});

describe("without a collector", () => {
  it("nothing of OpenTelemetry and Prometheus is loaded", async () => {
    const { stdout, stderr } = await without;
    expect(stderr).toBe("");
    expect(stdout.trim().split("\n")).toEqual([
      "[]",
      "[]",
      '["prom-client"]',
      '["prom-client","sdk-trace"]',
    ]);
  });
});

/** Says for some settings, one after the other, which of their packages are loaded then. */
function loadWithoutCollector() {
  const script = `
      import { createRequire } from "node:module";
      import { createApp } from "./dist/app.js";
      import { readConfig } from "./dist/config.js";
      import { createLogger } from "./dist/insight/log.js";
      const { cache } = createRequire(import.meta.url);
      const databaseUrl = "postgres://nobody@127.0.0.1:1/none";
      for (const settings of JSON.parse(process.argv[1])) {
        const config = readConfig({ LOG_LEVEL: "silent", ...settings });
        const app = await createApp({ config, databaseUrl, logger: createLogger(config.log) });
        await app.close();
        const loaded = Object.keys(cache).join(" ").match(/sdk-trace|prom-client/g);
        console.log(JSON.stringify([...new Set(loaded)]));
      }`;
  const configured = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" };
  const settings = [
    {},
    { ...configured, OTEL_SDK_DISABLED: "true" },
    { METRICS_TOKEN: "m".repeat(32) },
    configured,
  ];
  const words = ["--input-type=module", "-e", script, JSON.stringify(settings)];
  return promisify(execFile)(process.execPath, words);
}

/** The database of several apps: closed with the file. */
const kept = (shared: TestDatabase): TestDatabase => ({ ...shared, close: async () => undefined });

const DEEP =
  "{ accounts(first: 1) { nodes { posts(first: 1) { nodes { account { posts(first: 1) { nodes " +
  "{ account { posts(first: 1) { nodes { id } } } } } } } } } } }";
