// Replays hostile traffic against a server of its own and prints what that does to its memory:
//   npm run build && node scripts/soak.mjs [--seconds 60] [--key KEY] [--only KIND,…]
// The database is that of the configuration (DATABASE_URL, or the embedded one); the key, unless told,
// is the first of the demo's. The last line is JSON: memory after a collection, at the end of each round.
import { fork } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";

const ROUNDS = 10;
const CLIENTS = 16;
const MB = 1024 * 1024;

/** The child: the server, which tells its memory when it is asked. */
async function serve() {
  const { createApp } = await import("../dist/app.js");
  const { openDatabase } = await import("../dist/commands/database.js");
  const { readConfig } = await import("../dist/config.js");
  const { createLogger } = await import("../dist/insight/log.js");
  const config = readConfig();
  const database = await openDatabase(config, () => undefined);
  const logger = createLogger({ ...config.log, level: "silent" });
  const app = await createApp({ config, databaseUrl: database.url, logger });
  await app.server.listen({ port: 0, host: "127.0.0.1" });
  const stop = async () => {
    app.server.server.closeAllConnections();
    await app.close();
    await database.close();
    process.disconnect();
  };
  const tell = async () => {
    // What finalizers let go is collected by the next one.
    for (let times = 0; times < 3; times += 1) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    process.send({
      memory: process.memoryUsage(),
      pool: app.pool.state,
      operations: app.operations.state,
    });
  };
  process.on("message", (message) => void (message === "stop" ? stop() : tell()));
  process.on("disconnect", () => process.exit());
  process.send({ port: app.server.server.address().port, dataDir: config.dataDir });
}

async function soak() {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      key: { type: "string" },
      only: { type: "string" },
    },
  });
  const child = fork(import.meta.filename, { execArgv: ["--expose-gc"] });
  const [{ port, dataDir }] = await once(child, "message");
  const key = values.key ?? demoKey(dataDir);
  const measure = async () => {
    child.send("measure");
    const [answer] = await once(child, "message");
    return answer;
  };

  const chosen = values.only?.split(",") ?? Object.keys(kinds);
  const statuses = {};
  let requests = 0;
  const end = new AbortController();
  const start = performance.now();
  const roundMs = (Number(values.seconds) * 1000) / ROUNDS;
  const client = async (number) => {
    for (let turn = number; !end.signal.aborted; turn += 1) {
      const status = await kinds[chosen[turn % chosen.length]]({ port, key });
      statuses[status] = (statuses[status] ?? 0) + 1;
      requests += 1;
    }
  };
  const heaps = [];
  const clients = Array.from({ length: CLIENTS }, (_, number) => client(number));
  for (let round = 1; round <= ROUNDS; round += 1) {
    // Measuring takes its time below load: rounds that are late do not make the soak longer.
    const restMs = Math.max(0, start + round * roundMs - performance.now());
    await new Promise((resolve) => setTimeout(resolve, restMs));
    const { memory, pool, operations } = await measure();
    heaps.push(memory.heapUsed + memory.external);
    console.log(
      `${((performance.now() - start) / 1000).toFixed(1)} s  ${requests} requests  ` +
        `rss ${mb(memory.rss)}  heap ${mb(memory.heapUsed)}  external ${mb(memory.external)}  ` +
        `connections ${pool.busy} busy  operations ${operations.running} + ${operations.waiting}`,
    );
  }
  end.abort();
  await Promise.all(clients);
  const { pool, operations } = await measure();
  child.send("stop");
  await once(child, "exit");
  console.log(JSON.stringify({ requests, statuses, heaps, pool, operations }));
}

/** What strangers and integrators send; each answers with the HTTP status, 0 without an answer. */
const kinds = {
  headline: (target) => ask(target, { query: listing(10) }),
  documents: (target) => ask(target, { query: listing(1 + random(50), word()) }),
  // As large as the bound on tokens allows, and each different.
  largeDocuments: (target) =>
    ask(target, {
      query: `{ tags(first: 1) { nodes { ${many(450, () => `${word()}: name`)} } } }`,
    }),
  operationNames: (target) => ask(target, { query: `query ${word(2000)} { viewer { name } }` }),
  variables: (target) =>
    ask(target, {
      query:
        "query ($first: Int!, $after: String) { posts(first: $first, after: $after) { nodes { id } } }",
      variables: { first: 1 + random(100), after: random(2) ? null : word(500) },
    }),
  filters: (target) =>
    ask(target, {
      query: "query ($filter: PostFilter) { posts(first: 1, filter: $filter) { nodes { id } } }",
      variables: {
        filter: {
          ...(random(2) && { statuses: ["PUBLISHED"] }),
          ...(random(2) && { networks: ["INSTAGRAM"] }),
          ...(random(2) && { tagIds: [] }),
          ...(random(2) && { accountIds: [] }),
        },
      },
    }),
  persisted: (target) => {
    const query = listing(1, word());
    return ask(target, { query, extensions: persisted(sha256(query)) });
  },
  unknownHashes: (target) => ask(target, { extensions: persisted(sha256(word())) }),
  unknownKeys: ({ port, key }) =>
    ask(
      { port, key: key.slice(0, -43) + randomBytes(32).toString("base64url") },
      { query: "{ __typename }" },
    ),
  noKey: ({ port }) => ask({ port }, { query: listing(1) }),
  wideBombs: (target) =>
    ask(target, { query: `{ ${many(300, () => `${word()}: accounts { totalCount }`)} }` }),
  deepBombs: (target) =>
    ask(target, { query: `${"{ accounts { nodes ".repeat(100)}{ id }${" } }".repeat(100)}` }),
  fragmentBombs: (target) =>
    ask(target, {
      query: `{ ...f0 } ${Array.from({ length: 26 }, (_, index) => `fragment f${index} on Query { ...f${index + 1} ...f${index + 1} }`).join(" ")} fragment f26 on Query { __typename ${word()}: __typename }`,
    }),
  cycles: (target) =>
    ask(target, {
      query: `{ ...a } fragment a on Query { ...b } fragment b on Query { ...a ${word()}: __typename }`,
    }),
  errors: (target) => ask(target, { query: `{ ${many(300, () => word())} }` }),
  garbage: (target) => ask(target, word(5000)),
  hangUps: (target) => hangUp(target, listing(50), random(20)),
  slowBodies: (target) => raw(target, head(target, 1000), random(50)),
  hugeHeaders: (target) =>
    raw(target, `GET / HTTP/1.1\r\nhost: a\r\nx: ${word(20_000)}\r\n\r\n`, 10_000),
  noHttp: (target) => raw(target, word(500), 10_000),
};

const listing = (first, alias = "name") =>
  `{ accounts(first: ${first}) { nodes { ${alias}: displayName posts(first: 10) { nodes { body metrics { likes } } } } } }`;

async function ask({ port, key }, body) {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(key && { authorization: `Bearer ${key}` }) },
    body: typeof body === "string" ? body : JSON.stringify(body),
  }).catch(() => undefined);
  await response?.arrayBuffer().catch(() => undefined);
  return response?.status ?? 0;
}

async function hangUp({ port, key }, query, afterMs) {
  const body = JSON.stringify({ query });
  return raw({ port }, head({ key }, Buffer.byteLength(body)) + body, afterMs);
}

const head = ({ key }, length) =>
  `POST /graphql HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

/** Says something and hangs up after a while, unless the server does so before. */
async function raw({ port }, text, patienceMs) {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("error", () => undefined).on("data", (chunk) => (answer += chunk.subarray(0, 20)));
  socket.write(text);
  const timer = setTimeout(() => socket.destroy(), patienceMs);
  await once(socket, "close");
  clearTimeout(timer);
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
}

const demoKey = (dataDir) =>
  JSON.parse(readFileSync(join(dataDir, "demo.json"), "utf8")).keys[0].key;

const persisted = (sha256Hash) => ({ persistedQuery: { version: 1, sha256Hash } });
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const many = (count, make) => Array.from({ length: count }, make).join(" ");
const word = (length = 12) => `w${randomBytes(Math.ceil(length / 2)).toString("hex")}`;
const random = (below) => Math.floor(Math.random() * below);
const mb = (bytes) => `${(bytes / MB).toFixed(0)} MB`;

await (process.send ? serve() : soak());
