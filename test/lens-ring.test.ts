import { fastify, type FastifyInstance } from "fastify";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { refusal } from "../src/errors.ts";
import type { FinishedOperation } from "../src/insight/finished-operation.ts";
import { SqlRecord } from "../src/insight/sql-record.ts";
import { readFilters } from "../src/lens/filters.ts";
import { Ring, type Kept } from "../src/lens/ring.ts";
import { Streams } from "../src/lens/streams.ts";
import type { OperationSummary } from "../src/lens/wire.ts";

let made = 0;
const operationOf = (workspaceId: string | undefined, source = "{ posts { nodes { id } } }") => {
  made += 1;
  const operation: Partial<FinishedOperation> = {
    requestId: `request ${made}`,
    ...(workspaceId === undefined ? {} : { workspaceId }),
    name: `Operation${made}`,
    source,
    ms: 1,
    record: new SqlRecord(),
    batches: [],
    errors: [],
    codes: [],
  };
  return operation as FinishedOperation;
};

const idsOf = (kept: readonly Kept[]) => kept.map(({ operation }) => operation.requestId);

describe("the ring", () => {
  it("keeps the last operations and no more", () => {
    const ring = new Ring(3);
    const all = Array.from({ length: 5 }, () => operationOf("one"));
    for (const operation of all) ring.finished(operation);
    expect(idsOf(ring.of("one"))).toEqual(all.slice(2).map(({ requestId }) => requestId));
    expect(ring.find("one", all[0]!.requestId)).toBeUndefined();
    expect(ring.size.operations).toBe(3);
  });

  it("has room for a quiet workspace, however busy another one is", () => {
    const ring = new Ring(10);
    const quiet = [operationOf("quiet"), operationOf("quiet")];
    for (const operation of quiet) ring.finished(operation);
    for (let count = 0; count < 100; count += 1) ring.finished(operationOf("busy"));
    expect(idsOf(ring.of("quiet"))).toEqual(quiet.map(({ requestId }) => requestId));
    expect(ring.of("busy")).toHaveLength(8);
    // Who comes late gets room of whoever has most.
    for (let count = 0; count < 20; count += 1) ring.finished(operationOf("late"));
    expect(["quiet", "busy", "late"].map((name) => ring.of(name).length)).toEqual([2, 4, 4]);
  });

  it("keeps no more of a name than one has, whatever a refused request says that it is called", () => {
    const ring = new Ring(10);
    const names = ["Wanted", "x".repeat(255_000), "\u001b]0;pwned\u0007", undefined];
    for (const [index, name] of names.entries()) {
      ring.refused({
        requestId: `refused ${index}`,
        workspaceId: "one",
        code: "RATE_LIMITED",
        status: 429,
        ms: 1,
        asked: { source: undefined, name },
      });
    }
    const kept = ring.of("one").map(({ operation }) => operation.name);
    expect(kept).toEqual(["Wanted", `${"x".repeat(200)}…`, null, null]);
  });

  it("is bounded by weight, too: large operations of one workspace push out its own", () => {
    const ring = new Ring(1_000, 100_000);
    const small = operationOf("small");
    ring.finished(small);
    for (let count = 0; count < 50; count += 1) {
      ring.finished(operationOf("large", "x".repeat(20_000)));
    }
    expect(ring.size.bytes).toBeLessThanOrEqual(100_000);
    expect(ring.of("large").length).toBe(4);
    expect(idsOf(ring.of("small"))).toEqual([small.requestId]);
  });

  it("keeps nothing of whoever has no workspace, and forgets workspaces of which nothing is left", () => {
    const ring = new Ring(2);
    ring.finished(operationOf(undefined));
    expect(ring.size).toEqual({ operations: 0, bytes: 0 });
    for (let count = 0; count < 100; count += 1) ring.finished(operationOf(`workspace ${count}`));
    expect(ring.size.operations).toBe(2);
    expect(ring.of("workspace 0")).toEqual([]);
  });

  it("has cursors that grow, also over a restart", async () => {
    const [before, after] = [new Ring(5), new Ring(5)];
    for (let count = 0; count < 5; count += 1) before.finished(operationOf("one"));
    const cursors = before.of("one").map(({ cursor }) => cursor);
    expect(cursors).toEqual([...new Set(cursors)].sort((one, other) => one - other));
    await sleep(10);
    after.finished(operationOf("one"));
    expect(after.of("one")[0]!.cursor).toBeGreaterThan(cursors.at(-1)!);
  });
});

describe("a stream of operations", () => {
  let server: FastifyInstance;
  afterEach(() => server.close());

  const summarize = async ({ operation, cursor }: Kept) =>
    ({ id: operation.requestId, cursor, marks: [] }) as unknown as OperationSummary;

  /** Serves a ring's stream, and reads it. */
  async function open(
    ring: Ring,
    { url = "", check = async () => undefined, heartbeatMs = 1_000 } = {},
  ) {
    const streams = new Streams(ring, { heartbeatMs, checkMs: 10 });
    // After a fetch that was aborted its client opens another connection, for nothing.
    server = fastify({ forceCloseConnections: true });
    server.addHook("preClose", async () => streams.close());
    server.get("/stream", async (request, reply) => {
      const filters = readFilters(request.url);
      streams.start(request, reply, { workspaceId: "one", filters, summarize, check });
      return reply;
    });
    const address = await server.listen({ port: 0, host: "127.0.0.1" });
    const abort = new AbortController();
    const response = await fetch(`${address}/stream${url}`, { signal: abort.signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    /** All that was read so far, when what is wanted is in it, or when there is no more. */
    const until = async (wanted?: string): Promise<string> => {
      if (wanted !== undefined && text.includes(wanted)) return text;
      const { value, done } = await reader.read();
      if (done) return text;
      text += value;
      return until(wanted);
    };
    return { streams, response, until, abort };
  }

  it("tells what comes, and nothing of another workspace", async () => {
    const ring = new Ring(10);
    const { until, response } = await open(ring);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    await until("event: begin");
    ring.finished(operationOf("other"));
    const theirs = made;
    ring.finished(operationOf("one"));
    const text = await until(`request ${made}`);
    expect(text).toMatch(/event: operation\nid: \d+\ndata: \{"id":"request \d+"/);
    expect(text).not.toContain(`request ${theirs}"`);
  });

  it("goes on where a reader was, and lives while nothing happens", async () => {
    const ring = new Ring(10);
    for (let count = 0; count < 3; count += 1) ring.finished(operationOf("one"));
    const [first, second, third] = ring.of("one");
    const { until } = await open(ring, { url: `?since=${first!.cursor}`, heartbeatMs: 10 });
    const text = await until("still here");
    expect(text).not.toContain(first!.operation.requestId);
    expect(text.indexOf(second!.operation.requestId)).toBeLessThan(
      text.indexOf(third!.operation.requestId),
    );
  });

  it("ends when the credential is revoked, and says so", async () => {
    let isRevoked = false;
    const { until, streams } = await open(new Ring(10), {
      async check() {
        if (isRevoked) throw refusal("UNAUTHENTICATED", "the key is revoked");
      },
    });
    await until("event: begin");
    isRevoked = true;
    expect(await until()).toContain(
      'event: end\ndata: {"code":"UNAUTHENTICATED","message":"the key is revoked"}',
    );
    await expect.poll(() => streams.size).toBe(0);
  });

  it("ends when the server stops, and is forgotten when its reader goes", async () => {
    const ring = new Ring(10);
    const { until, streams, abort } = await open(ring);
    await until("event: begin");
    abort.abort();
    await expect.poll(() => streams.size).toBe(0);
    await server.close();
    const again = await open(ring);
    await again.until("event: begin");
    const ending = again.until();
    await server.close();
    expect(await ending).toContain('"code":"SERVICE_UNAVAILABLE"');
  });

  it("drops what a reader does not take, and counts it", async () => {
    const ring = new Ring(10_000);
    const { until } = await open(ring);
    await until("event: begin");
    for (let count = 0; count < 600; count += 1) ring.finished(operationOf("one"));
    // All at once are more than wait; the stream goes on with the next.
    const text = await until("event: dropped");
    expect(Number(/event: dropped\ndata: \{"count":(\d+)\}/.exec(text)![1])).toBeGreaterThan(50);
  });
});
