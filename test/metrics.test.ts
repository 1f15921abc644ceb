import parse from "parse-prometheus-text-format";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { headlineOperation } from "../src/schema/headline.ts";
import { createTestApp, type TestApp } from "./support/app.ts";

const TOKEN = "a-token-of-at-least-32-characters";
const trusted = "query Known { accounts(first: 1) { nodes { posts(first: 1) { totalCount } } } }";

let app: TestApp;
beforeAll(async () => {
  const manifest = join(mkdtempSync(join(tmpdir(), "manifest-")), "manifest.json");
  writeFileSync(
    manifest,
    JSON.stringify({
      format: "apollo-persisted-query-manifest",
      version: 1,
      operations: [{ id: "known", name: "Known", type: "query", body: trusted }],
    }),
  );
  app = await createTestApp({
    settings: { METRICS_TOKEN: TOKEN, POOL_SIZE: "1", TRUSTED_DOCUMENTS: manifest },
  });
});
afterAll(() => app.close());

const read = (options: { method?: "GET" | "HEAD" | "POST"; token?: string } = {}) =>
  app.server.inject({
    method: options.method ?? "GET",
    url: "/metrics",
    headers: { authorization: `Bearer ${options.token ?? TOKEN}` },
  });

/** The families by their names. */
async function metrics() {
  const { body } = await read();
  return new Map(parse(body).map((family) => [family.name, family]));
}

/** A number of a counter or gauge. */
async function value(name: string, labels: Record<string, string>): Promise<number | undefined> {
  const family = (await metrics()).get(name);
  const found = family?.metrics.find((metric) =>
    Object.entries(labels).every(([label, text]) => metric.labels?.[label] === text),
  );
  return found && Number(found.value);
}

/** Of a histogram, how much it has seen and the sum: the parser forgets its labels. */
async function seen(name: string, label: string) {
  const { body } = await read();
  const number = (what: string) =>
    Number(
      body
        .split("\n")
        .find((line) => line.startsWith(`${name}_${what}{${label}} `))
        ?.split(" ")[1] ?? 0,
    );
  return { count: number("count"), sum: number("sum") };
}

describe("/metrics", () => {
  it("is in Prometheus' text format, for whoever has the token", async () => {
    const { statusCode, headers, body } = await read();
    expect(statusCode).toBe(200);
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(headers["cache-control"]).toBe("no-store");
    const families = parse(body);
    expect(families.length).toBeGreaterThan(20);
    for (const { name, help } of families) expect(help, name).not.toBe("");
    const head = await read({ method: "HEAD" });
    expect([head.statusCode, head.body]).toEqual([200, ""]);
  });

  it("is for nobody else", async () => {
    for (const token of ["", "wrong", `${TOKEN} `, TOKEN.slice(1), app.key]) {
      const { statusCode, headers, body } = await read({ token });
      expect(statusCode).toBe(401);
      expect(headers["www-authenticate"]).toContain("Bearer");
      expect(body).not.toContain("socialhub_");
    }
  });

  it("takes GET and HEAD alone", async () => {
    const { statusCode, headers } = await read({ method: "POST" });
    expect([statusCode, headers["allow"]]).toEqual([405, "GET, HEAD"]);
  });

  it("is not there without a token, and says how it would be", async () => {
    const off = await createTestApp({
      database: { ...app.database, close: async () => undefined },
    });
    const { statusCode, body } = await off.server.inject({ url: "/metrics" });
    await off.close();
    expect(statusCode).toBe(404);
    expect(body).toContain("METRICS_TOKEN");
  });
});

describe("metrics", () => {
  it("count HTTP requests by method, route and status", async () => {
    const labels = { method: "POST", route: "/graphql", status: "200" };
    const before = (await value("socialhub_http_requests_total", labels)) ?? 0;
    await app.read("{ __typename }");
    expect(await value("socialhub_http_requests_total", labels)).toBe(before + 1);
    for (const path of ["/nowhere", "/somewhere"]) await app.server.inject({ url: path });
    const none = { method: "GET", route: "none", status: "404" };
    expect(await value("socialhub_http_requests_total", none)).toBe(2);
  });

  it("count statements and points by operation, and time each loader's statements", async () => {
    await app.read(trusted);
    const known = 'operation="Known"';
    const statements = await seen("socialhub_operation_statements", known);
    expect(statements).toEqual({ count: 1, sum: 3 });
    expect(await seen("socialhub_operation_complexity_points", known)).toMatchObject({ count: 1 });
    const { count, sum } = await seen("socialhub_operation_seconds", known);
    expect(count).toBe(1);
    expect(sum).toBeGreaterThan(0);
    const posts = 'loader="Account.posts"';
    expect(await seen("socialhub_statement_seconds", posts)).toMatchObject({ count: 1 });
  });

  it("have no series for names that clients make up, nor for a known name with another text", async () => {
    const other = 'operation="other"';
    const before = await seen("socialhub_operation_statements", other);
    await app.read("query MadeUp { accounts(first: 1) { nodes { id } } }");
    await app.read("query Known { accounts(first: 2) { nodes { id } } }");
    await app.read(headlineOperation);
    const after = await seen("socialhub_operation_statements", other);
    expect(after).toEqual({ count: before.count + 3, sum: before.sum + 1 + 1 + 5 });
    const { body } = await read();
    expect(body).not.toContain("MadeUp");
    expect(new Set(body.match(/operation="[^"]*"/g))).toEqual(
      new Set(['operation="Known"', other]),
    );
  });

  const tooComplex = `{ ${Array.from({ length: 60 }, (_, n) => `a${n}: accounts { totalCount }`).join(" ")} }`;
  it.each<[string, string, { key?: string; headers?: Record<string, string> }]>([
    ["COMPLEXITY_LIMIT_EXCEEDED", tooComplex, {}],
    ["GRAPHQL_PARSE_FAILED", "{", {}],
    ["GRAPHQL_VALIDATION_FAILED", "{ nothing }", {}],
    ["UNAUTHENTICATED", "{ accounts { totalCount } }", { key: "shk_x" }],
    ["UNSUPPORTED_MEDIA_TYPE", "{ __typename }", { headers: { "content-type": "text/css" } }],
  ])("count what is refused with %s, once", async (code, query, options) => {
    const before = await value("socialhub_refusals_total", { code });
    expect(before).toBeGreaterThanOrEqual(0);
    await app.ask(query, options);
    expect(await value("socialhub_refusals_total", { code })).toBe(before! + 1);
  });

  it("show who waits while the pool is exhausted, and who was sent away", async () => {
    const requests = { pool: "requests" };
    expect(await value("socialhub_pool_size", requests)).toBe(1);
    const lease = await app.pool.acquire();
    const refused = { code: "SERVICE_UNAVAILABLE" };
    const before = await value("socialhub_refusals_total", refused);
    const waiting = app.ask("{ accounts(first: 1) { nodes { id } } }");
    await expect.poll(() => app.pool.state.waiting).toBe(1);
    expect(await value("socialhub_pool_waiting", requests)).toBe(1);
    expect(await value("socialhub_pool_connections", { ...requests, state: "busy" })).toBe(1);
    expect(await value("socialhub_operations", { state: "running" })).toBe(1);
    expect((await waiting).status).toBe(503);
    lease.release();
    expect(await value("socialhub_pool_waiting", requests)).toBe(0);
    expect(await value("socialhub_refusals_total", refused)).toBe(before! + 1);
  });

  it("tell how late the event loop is", async () => {
    expect(await value("nodejs_eventloop_lag_p99_seconds", {})).toBeGreaterThanOrEqual(0);
    expect(await value("process_cpu_seconds_total", {})).toBeGreaterThan(0);
  });

  it("are all in the documentation, and no others", async () => {
    const page = readFileSync("docs/observability.md", "utf8");
    const documented = page.match(/^\| `socialhub_\w+`/gm)!.map((cell) => cell.slice(3, -1));
    const kept = [...(await metrics()).keys()].filter((name) => name.startsWith("socialhub_"));
    expect(kept.sort()).toEqual(documented.sort());
  });

  it("hold nothing of workspaces, keys and people", async () => {
    const { body } = await read();
    expect(body).not.toMatch(/shk_|@|[\da-f]{8}-[\da-f]{4}-/);
  });
});
