import { setTimeout as sleep } from "node:timers/promises";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
} from "vitest";
import { connect, type Client } from "../src/db/client.ts";
import { createTestApp, type TestApp } from "./support/app.ts";
import { codeOf, keepLogs, send } from "./support/http.ts";
import { get, listen, open, parse, post } from "./support/raw-http.ts";

const logs = keepLogs();
let app: TestApp;
let port: number;
let admin: Client;
beforeAll(async () => {
  app = await createTestApp({
    logger: logs.logger,
    settings: {
      POOL_SIZE: "2",
      REQUEST_TIMEOUT_MS: "250",
      POOL_ACQUIRE_TIMEOUT_MS: "5000",
      HEADERS_TIMEOUT_MS: "300",
      BODY_TIMEOUT_MS: "300",
      KEEP_ALIVE_TIMEOUT_MS: "400",
      MAX_CONNECTIONS: "20",
      ...boundless,
    },
  });
  port = await listen(app);
  admin = connect(app.database.url, { max: 1, name: "test" });
  await app.ask("{ __typename }");
});
beforeEach(() => logs.clear());
afterEach(async () => {
  await until(() => app.pool.state.busy === 0 && app.operations.state.running === 0);
  expect(app.pool.state.waiting).toBe(0);
});
afterAll(async () => {
  await admin.end({ timeout: 5 });
  await app.close();
});

const posts =
  "{ viewer { name } accounts(first: 2) { nodes { posts(first: 2) { nodes { body } } } } }";

/** Locks a table against readers until the test is over. */
async function block(table: string): Promise<void> {
  const client = connect(app.database.url, { max: 1, name: "test blocker" });
  await client.unsafe(`begin; lock table ${table} in access exclusive mode`).simple();
  onTestFinished(() => client.end({ timeout: 0 }));
}

const running = async () =>
  (
    await admin`
      select 1 from pg_stat_activity where datname = current_database()
        and application_name = 'socialhub' and wait_event_type = 'Lock'`
  ).length;

describe("an operation that takes longer than it may", () => {
  it.each(["POST", "GET"] as const)(
    "is ended by the server, sent by %s: 504, TIMEOUT, no half answer",
    async (method) => {
      await block("posts");
      const asked =
        method === "POST"
          ? send(app, { body: { query: posts }, headers: { "x-insight": "sql" } })
          : send(app, {
              method,
              url: `/graphql?query=${encodeURIComponent(posts)}`,
              headers: { "apollo-require-preflight": "yes" },
            });
      await until(async () => (await running()) === 1);
      const answer = await asked;
      expect(answer.status).toBe(504);
      expect(answer.errors).toEqual([
        {
          message: "the operation took longer than 250 ms; ask for less at once",
          extensions: { code: "TIMEOUT" },
        },
      ]);
      expect(answer.data).toBeUndefined();
      // Its statement is cancelled and its connection is free.
      await until(async () => (await running()) === 0);
      await until(() => app.pool.state.busy === 0);
      const lines = logs.lines.filter(({ msg }) => msg === "operation");
      expect(lines).toMatchObject([{ codes: ["TIMEOUT"], errors: 1 }]);
      expect(logs.lines.filter(({ level }) => level >= 50)).toEqual([]);
    },
  );

  it("is ended as well while it waits for a connection", async () => {
    const leases = [await app.pool.acquire(), await app.pool.acquire()];
    const answer = await send(app, { body: { query: posts } });
    expect(answer.status).toBe(504);
    expect(codeOf(answer)).toBe("TIMEOUT");
    expect(app.pool.state.waiting).toBe(0);
    for (const lease of leases) lease.release();
  });

  it("leaves the next one its whole time", async () => {
    expect((await send(app, { body: { query: posts } })).errors).toEqual([]);
  });
});

describe("a client that hangs up", () => {
  it.each([
    ["POST", post],
    ["GET", get],
  ])("while its operation runs ends it: %s", async (_, request) => {
    const patient = await createTestApp({
      database: { ...app.database, close: async () => undefined },
      settings: { POOL_SIZE: "2" },
    });
    onTestFinished(() => patient.close());
    const patientPort = await listen(patient);
    await block("posts");
    const { socket } = await open(patientPort, request(app.key, posts));
    await until(async () => (await running()) === 1);
    const start = performance.now();
    socket.destroy();
    await until(async () => (await running()) === 0);
    await until(() => patient.pool.state.busy === 0 && patient.operations.state.running === 0);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it("in the middle of a big answer gives its place back", async () => {
    const { socket } = await open(port, post(app.key, big(300)));
    socket.once("data", () => socket.destroy());
    await until(() => socket.destroyed);
    await until(() => app.operations.state.running === 0);
  });

  it("ends whatever it had sent behind", async () => {
    await block("posts");
    const { socket } = await open(port, post(app.key, posts).repeat(2));
    await until(async () => (await running()) === 2);
    socket.destroy();
    const start = performance.now();
    await until(() => app.pool.state.busy === 0);
    expect(performance.now() - start).toBeLessThan(200);
  });
});

describe("a client that does not take its answer", () => {
  it("loses the connection, and gives its place back", async () => {
    const patient = await createTestApp({
      database: { ...app.database, close: async () => undefined },
      settings: { REQUEST_TIMEOUT_MS: "1000", ...boundless },
    });
    onTestFinished(() => patient.close());
    const { socket } = await open(await listen(patient));
    let bytes = 0;
    socket.on("data", (chunk: Buffer) => (bytes += chunk.length));
    socket.pause();
    // So many answers one behind the other that no buffer holds them.
    socket.write(post(app.key, big(600)).repeat(4));
    await until(() => patient.operations.state.running > 0);
    await until(() => patient.operations.state.running === 0);
    expect(patient.operations.state.waiting).toBe(0);
    socket.resume();
    await until(() => socket.destroyed);
    // Some of it was under way, but no whole answer: it was not a refusal that came so soon.
    expect(bytes).toBeGreaterThan(100_000);
  });
});

describe("a connection", () => {
  const slow: [what: string, start: string][] = [
    ["that says nothing", ""],
    ["whose headers come slowly", "POST /graphql HTTP/1.1\r\nhost: local"],
    [
      "whose body comes slowly",
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"q',
    ],
    [
      "whose chunks come slowly",
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{"q\r\n',
    ],
  ];

  it("that says nothing, or is slow in its headers, body or chunks, is ended in time: 408 in our form", async () => {
    await Promise.all(slow.map(([what, start]) => expectTooSlow(what, start)));
  });

  async function expectTooSlow(what: string, start: string) {
    const { socket, ended } = await open(port, start);
    // A drop now and then does not help.
    const dripping = setInterval(
      () => socket.write(start.includes("chunked") ? "1\r\n \r\n" : start && "x"),
      50,
    );
    const { text, ms } = await ended;
    clearInterval(dripping);
    expect(ms, what).toBeLessThan(2500);
    const { status, headers, body } = parse(text);
    expect(status, what).toBe(408);
    expect(headers).toMatchObject({
      connection: "close",
      "content-type": "application/json; charset=utf-8",
      "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(body).toEqual({
      errors: [
        { message: "The request did not arrive in time", extensions: { code: "REQUEST_TIMEOUT" } },
      ],
    });
    expect(logs.lines).toContainEqual(
      expect.objectContaining({ requestId: headers["x-request-id"], status: 408 }),
    );
  }

  it.each([
    ["is no HTTP", "EHLO example.com\r\n\r\n", 400, "BAD_REQUEST"],
    ["is TLS", "\u0016\u0003\u0001\u0002\u0000\u0001", 400, "BAD_REQUEST"],
    ...["a\r\nhost: b", "a\r\nHOST: a", "a b", "a/b", "user@a", "a:port"].map(
      (host): [string, string, number, string] => [
        `has no one host, but ${JSON.stringify(host)}`,
        `GET /graphql HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
        400,
        "BAD_REQUEST",
      ],
    ),
    ...["authorization: Bearer", "content-type: application/json"].map(
      (header): [string, string, number, string] => [
        `has two of ${header}`,
        `GET /graphql HTTP/1.1\r\nhost: a\r\n${header} a\r\n${header} b\r\nconnection: close\r\n\r\n`,
        400,
        "BAD_REQUEST",
      ],
    ),
    [
      "is for a proxy",
      "CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n",
      405,
      "METHOD_NOT_ALLOWED",
    ],
    ["has no host", "POST /graphql HTTP/1.1\r\nconnection: close\r\n\r\n", 400, "BAD_REQUEST"],
    [
      "is ambiguous about its length",
      "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
      "BAD_REQUEST",
    ],
    [
      "has a header of its own lines",
      "GET /healthz HTTP/1.1\r\nhost: a\r\nx: \u0000\r\n\r\n",
      400,
      "BAD_REQUEST",
    ],
    [
      "has a huge header",
      `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${"a".repeat(20_000)}\r\n\r\n`,
      431,
      "HEADERS_TOO_LARGE",
    ],
    ["has a huge URL", `GET /${"a".repeat(100_000)}`, 431, "HEADERS_TOO_LARGE"],
    [
      "has endless headers",
      `GET /healthz HTTP/1.1\r\n${"x: y\r\n".repeat(100_000)}`,
      431,
      "HEADERS_TOO_LARGE",
    ],
    [
      "has many headers",
      `POST /graphql HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${"x: y\r\n".repeat(101)}\r\n`,
      431,
      "HEADERS_TOO_LARGE",
    ],
  ])("whose request %s is answered in our form and closed", async (_, request, status, code) => {
    const { ended } = await open(port, request);
    const answer = parse((await ended).text);
    expect(answer).toMatchObject({ status, headers: { connection: "close" } });
    expect(answer.body.errors).toEqual([
      { message: expect.stringMatching(/\w{3}/), extensions: { code } },
    ]);
    const id = answer.headers["x-request-id"];
    expect(logs.lines).toContainEqual(expect.objectContaining({ requestId: id, status }));
    expect(logs.lines.filter(({ level }) => level >= 50)).toEqual([]);
  });

  it.each(["a", "a.example:80", "a:", "", "[::1]:4000", "127.0.0.1"])(
    "may name any host: %j",
    async (host) => {
      const text = `GET /healthz HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
      expect(parse((await (await open(port, text)).ended).text).status).toBe(200);
    },
  );

  it("is not told twice, however much more comes", async () => {
    const { socket, ended } = await open(port, "nonsense\r\n\r\n");
    for (let times = 0; times < 20; times += 1) socket.write("more nonsense\r\n\r\n");
    const { text } = await ended;
    expect(text.match(/^HTTP\/1\.1 400/gm)).toHaveLength(1);
  });

  it("that is not used for a while is closed; used, it stays open", async () => {
    const { socket, heard, ended } = await open(port, post(app.key, "{ __typename }"));
    for (let times = 1; times < 4; times += 1) {
      await until(() => heard().match(/HTTP\/1\.1 200/g)?.length === times);
      await sleep(50);
      socket.write(post(app.key, "{ __typename }"));
    }
    const { text } = await ended;
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(4);
  });

  it("too many is turned away, and finds a place when others only keep theirs warm", async () => {
    const idle = [];
    for (let count = 0; count < 20; count += 1) {
      const connection = await open(port, post(app.key, "{ __typename }"));
      await until(() => connection.heard().includes("200 OK"));
      idle.push(connection);
    }
    const refused = await open(port, post(app.key, "{ __typename }"));
    expect((await refused.ended).text).toBe("");
    await Promise.all(idle.map(({ ended }) => ended));
    const served = await open(port, post(app.key, "{ __typename }"));
    await until(() => served.heard().includes("200 OK"));
    served.socket.destroy();
  });
});

/** An answer of megabytes. */
/** For an answer of megabytes. */
const boundless = { MAX_ALIASES: "10000", MAX_COMPLEXITY: "10000", MAX_NODES: "1000000" };

const big = (fields: number) =>
  `{ posts(first: 100) { nodes { ${Array.from({ length: fields }, (_, index) => `b${index}: body`).join(" ")} } } }`;

async function until(condition: () => boolean | Promise<boolean>) {
  while (!(await condition())) await sleep(5);
}
