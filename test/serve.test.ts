import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { connect, type Client } from "../src/db/client.ts";
import { headlineOperation } from "../src/schema/headline.ts";
import type { Json } from "./support/app.ts";
import { isRunning, run, start, temporaryFolder, type Run } from "./support/command.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";

// Processes as `npm start` makes them. Steps on one data folder follow each other: making one takes seconds.

const ready = "SocialHub is ready";
const hasCurl = spawnSync("curl", ["--version"]).status === 0;

const folders: (() => Promise<void>)[] = [];
const running = new Set<Run>();
afterAll(async () => {
  for (const { process: child } of running) child.kill("SIGKILL");
  for (const remove of folders) await remove();
});

interface Demo {
  url: string;
  graphql: string;
  keys: { workspace: string; role: string; key: string }[];
}

async function newFolder(): Promise<string> {
  const { path, remove } = await temporaryFolder();
  folders.push(async () => {
    await killPostgres(path);
    await remove();
  });
  return path;
}

function serve(folder: string, environment: Record<string, string> = {}): Run {
  const server = start(["serve"], { PORT: "0", ...environment }, folder);
  running.add(server);
  void server.ended.then(() => running.delete(server));
  return server;
}

async function servedFrom(folder: string, environment?: Record<string, string>): Promise<Run> {
  const server = serve(folder, environment);
  await server.says(/Stop with Ctrl-C|No demo data/);
  expect(server.output()).toContain("Stop with Ctrl-C");
  return server;
}

const demoOf = async (folder: string): Promise<Demo> =>
  JSON.parse(await readFile(join(folder, ".data/demo.json"), "utf8"));

const urlOf = (server: Run) => /GraphQL +(http:\S+)\/graphql/.exec(server.output())![1]!;

async function ask(graphql: string, key: string, query: string): Promise<Json> {
  const response = await fetch(graphql, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "x-insight": "sql",
    },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

const countAccounts = async (graphql: string, key: string): Promise<number> =>
  (await ask(graphql, key, "{ accounts(first: 1) { totalCount } }")).data.accounts.totalCount;

/** Asks to stop and waits for the end. */
async function stop(server: Run, signal: NodeJS.Signals) {
  const asked = performance.now();
  server.process.kill(signal);
  const ended = await server.ended;
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  expect(ended.stderr).toBe("");
  expect(performance.now() - asked).toBeLessThan(5000);
}

async function postgresOf(folder: string): Promise<number> {
  const file = join(folder, ".data/postgres/postmaster.pid");
  return Number.parseInt(await readFile(file, "utf8"), 10);
}

async function killPostgres(folder: string) {
  const pid = await postgresOf(folder).catch(() => undefined);
  if (pid && isRunning(pid)) process.kill(pid, "SIGKILL");
}

describe("socialhub serve with nothing but Node", { timeout: 40_000 }, () => {
  let folder: string;
  let first: Demo;
  let server: Run;
  beforeAll(async () => {
    folder = await newFolder();
    server = await servedFrom(folder);
    first = await demoOf(folder);
  });

  it("writes down where it is and keys of the workspaces", async () => {
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(first.graphql).toBe(`${first.url}/graphql`);
    for (const key of first.keys) {
      expect(key).toMatchObject({ workspace: expect.any(String), role: expect.any(String) });
      expect(key.key).toMatch(/^shk_/);
    }
    expect(new Set(first.keys.map(({ workspace }) => workspace)).size).toBeGreaterThanOrEqual(2);
    expect((await stat(join(folder, ".data/demo.json"))).mode & 0o777).toBe(0o600);
    expect(await countAccounts(first.graphql, first.keys[0]!.key)).toBe(15);

    const printed = server.output();
    expect(printed).toContain(first.graphql);
    expect(printed).toContain(first.keys[0]!.key);
    expect(printed).toContain(".data/demo.json");
  });

  it("prints a curl line that works when it is pasted", async () => {
    const [line] = /^ {2}curl .*\n(.*\n)*? .*-d '.*'$/m.exec(server.output())!;
    const answer = hasCurl ? await paste(line) : await send(line);
    expect(answer.errors).toBeUndefined();
    expect(answer.data.accounts.nodes).toHaveLength(3);
    expect(answer.extensions.sql.statements).toBe(2);
  });

  it("answers the headline operation in five statements", async () => {
    const { data, errors, extensions } = await ask(
      first.graphql,
      first.keys[0]!.key,
      headlineOperation,
    );
    expect(errors).toBeUndefined();
    expect(data.accounts.edges).toHaveLength(15);
    expect(extensions.sql.statements).toBeLessThanOrEqual(5);
  });

  it("is healthy and ready", async () => {
    expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
    const response = await fetch(`${first.url}/readyz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ok", migrations: expect.any(Number) });
  });

  it("says that a port is taken, and leaves the one who has it alone", async () => {
    const { code, stderr } = await run(["serve"], { PORT: new URL(first.url).port }, folder);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^socialhub: PORT \d+ on HOST 127\.0\.0\.1 is already in use; set PORT or HOST .*\n$/,
      ),
    });
    expect(await countAccounts(first.graphql, first.keys[0]!.key)).toBe(15);
  });

  it("shares its PostgreSQL with a second server, which may stay longer, and uses the same keys", async () => {
    const second = await servedFrom(folder, { HOST: "0.0.0.0" });
    const address = urlOf(second);
    expect(address).toMatch(/^http:\/\/localhost:/);
    expect(address).not.toBe(first.url);
    expect((await demoOf(folder)).keys).toEqual(first.keys);
    expect(second.output()).not.toContain("Loading");
    await stop(server, "SIGTERM");
    expect(isRunning(await postgresOf(folder))).toBe(true);
    expect(await countAccounts(`${address}/graphql`, first.keys[0]!.key)).toBe(15);
    server = second;
  });

  it("stops at SIGINT, and PostgreSQL with it", async () => {
    const pid = await postgresOf(folder);
    await stop(server, "SIGINT");
    expect(isRunning(pid)).toBe(false);
    expect(existsSync(join(folder, ".data/postgres/postmaster.pid"))).toBe(false);
    expect(server.output()).toMatch(/Stopping …\nstopped PostgreSQL\n$/);
  });

  it("keeps data and keys over a stop, kill -9, and kill -9 of PostgreSQL too", async () => {
    server = await servedFrom(folder);
    const postgres = await postgresOf(folder);
    server.process.kill("SIGKILL");
    await server.ended;
    expect(isRunning(postgres)).toBe(true);

    server = await servedFrom(folder);
    expect(await postgresOf(folder)).toBe(postgres);
    const joined = await demoOf(folder);
    expect(joined.keys).toEqual(first.keys);
    expect(await countAccounts(joined.graphql, first.keys[0]!.key)).toBe(15);
    server.process.kill("SIGKILL");
    await server.ended;
    await killPostgres(folder);

    server = await servedFrom(folder);
    const recovered = await demoOf(folder);
    expect(recovered.keys).toEqual(first.keys);
    for (const { key } of first.keys) {
      expect(await countAccounts(recovered.graphql, key)).toBeGreaterThan(0);
    }
    expect(server.output()).not.toMatch(/Loading|Applied/);
  });

  it("survives that its PostgreSQL is killed under it", async () => {
    const { url, graphql, keys } = await demoOf(folder);
    await killPostgres(folder);
    await sleep(200);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const response = await fetch(`${url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ reason: "the database cannot be reached" });
    const { errors } = await ask(graphql, keys[0]!.key, "{ accounts(first: 1) { totalCount } }");
    expect(errors[0].extensions.code).toBe("SERVICE_UNAVAILABLE");
    await stop(server, "SIGHUP");
  });

  const curlParts =
    /curl -s (\S+) (?:-H '([^']*)'[\s\\]*)(?:-H '([^']*)'[\s\\]*)(?:-H '([^']*)'[\s\\]*)-d '([^']*)'/;

  async function paste(line: string): Promise<Json> {
    const { stdout } = await promisify(execFile)("sh", ["-c", line]);
    return JSON.parse(stdout);
  }

  async function send(line: string): Promise<Json> {
    const [, url, ...rest] = curlParts.exec(line)!;
    const body = rest.pop()!;
    const headers = rest.map((header) => header.split(": ") as [string, string]);
    return (await fetch(url!, { method: "POST", headers, body })).json();
  }
});

describe("socialhub serve, told to stop while it starts", { timeout: 40_000 }, () => {
  it.each(["Starting PostgreSQL", "Applied", "Loading"])(
    "at %j, leaves nothing running, and the next start goes on from there",
    async (moment) => {
      const folder = await stopFolder();
      const server = serve(folder);
      await server.says(moment);
      await stop(server, "SIGTERM");
      expect(existsSync(join(folder, ".data/postgres/postmaster.pid"))).toBe(false);
      expect(server.output()).not.toContain(ready);
    },
  );

  it("with kill -9 while it loads the demo data, loads what is missing at the next start", async () => {
    const folder = await stopFolder();
    const server = serve(folder);
    await server.says("Loading");
    await sleep(700);
    server.process.kill("SIGKILL");
    await server.ended;
    const next = await servedFrom(folder);
    const { graphql, keys } = await demoOf(folder);
    expect(keys.length).toBeGreaterThanOrEqual(6);
    expect(await countAccounts(graphql, keys[0]!.key)).toBe(15);
    await stop(next, "SIGTERM");
  });

  /** One folder for all of them: each start goes a little further. */
  let shared: Promise<string> | undefined;
  const stopFolder = () => (shared ??= newFolder());
});

describe("socialhub serve with a DATABASE_URL", { timeout: 40_000 }, () => {
  let database: TestDatabase;
  let admin: Client;
  let folder: string;
  beforeAll(async () => {
    [database, folder] = await Promise.all([createTestDatabase("demo"), newFolder()]);
    admin = connect(database.url, { max: 1, name: "test" });
  });
  afterAll(async () => {
    await admin.end({ timeout: 5 });
    await database.close();
  });

  it("starts no PostgreSQL, answers what is in flight when it is stopped, and is ready only with all migrations", async () => {
    const server = await servedFrom(folder, { DATABASE_URL: database.url });
    expect(existsSync(join(folder, ".data/postgres"))).toBe(false);
    expect(server.output()).not.toContain("Loading");
    const { url, graphql, keys } = await demoOf(folder);

    await admin.unsafe("alter table drizzle.__drizzle_migrations rename to moved");
    const unready = await fetch(`${url}/readyz`);
    expect(unready.status).toBe(503);
    expect(await unready.json()).toEqual({
      status: "not ready",
      reason: expect.stringMatching(/^\d+ migrations are not applied; run socialhub migrate$/),
    });
    await admin.unsafe("alter table drizzle.moved rename to __drizzle_migrations");
    expect((await fetch(`${url}/readyz`)).status).toBe(200);

    const blocker = connect(database.url, { max: 1, name: "test blocker" });
    onTestFinished(() => blocker.end({ timeout: 0 }));
    await blocker.unsafe("begin; lock table posts in access exclusive mode").simple();
    const query = "{ accounts(first: 1) { nodes { posts(first: 1) { nodes { id } } } } }";
    const asked = ask(graphql, keys[0]!.key, query);
    await until(async () => {
      const waiting = await admin`
        select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      return waiting.length > 0;
    });
    server.process.kill("SIGTERM");
    await server.says("Stopping");
    await blocker.unsafe("rollback");
    const unblocked = performance.now();
    const { data, errors } = await asked;
    expect(errors).toBeUndefined();
    expect(data.accounts.nodes[0].posts.nodes).toHaveLength(1);
    expect((await server.ended).code).toBe(0);
    expect(performance.now() - unblocked).toBeLessThan(3000);
  });

  it("is started by two at once on an empty database, and both come up", async () => {
    const empty = await createEmptyDatabase();
    const folders = await Promise.all([newFolder(), newFolder()]);
    const servers = folders.map((each) => serve(each, { DATABASE_URL: empty }));
    await Promise.all(servers.map((server) => server.says(ready)));
    for (const [index, each] of folders.entries()) {
      const { graphql, keys } = await demoOf(each);
      expect(await countAccounts(graphql, keys[0]!.key)).toBe(15);
      await stop(servers[index]!, "SIGTERM");
    }
  });

  it("works for a login that is no superuser but owns its database", async () => {
    const login = await createLogin("createrole createdb");
    const owned = await createEmptyDatabase(login);
    // This server has the roles already, made by another login.
    await admin.unsafe(`grant socialhub_owner, socialhub_app to ${login}`);
    const server = serve(folder, { DATABASE_URL: owned, DEMO: "off" });
    await server.says(ready);
    expect(server.output()).toContain("No demo data");
    const url = urlOf(server);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await stop(server, "SIGTERM");

    // Without demo data nothing is in the way of one's own; and one's own data keep the demo's out.
    const environment = { DATABASE_URL: owned };
    const { stdout } = await run(["workspace", "create", "Ours"], environment, folder);
    expect(stdout).toMatch(/^[0-9a-f-]{36}\n$/);
    const again = serve(folder, environment);
    await again.says(ready);
    expect(again.output()).toContain("No demo data");
    await stop(again, "SIGINT");
  });

  it("tells a login that may not migrate what an administrator has to run", async () => {
    const owned = await createEmptyDatabase();
    const url = withLogin(owned, await createLogin(""));
    const { code, stderr } = await run(["serve"], { DATABASE_URL: url, PORT: "0" }, folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^socialhub: .*administrator.*GRANT.*\n$/);
    expect(stderr).not.toContain("s3cret");
  });

  it("serves with a plain login that is only a member of socialhub_app, beside an owner's", async () => {
    const login = await createLogin("");
    await admin.unsafe(`grant socialhub_app to ${login}`);
    const server = serve(folder, {
      DATABASE_URL: withLogin(database.url, login),
      DATABASE_OWNER_URL: database.ownerUrl,
    });
    await server.says("Stop with Ctrl-C");
    const { graphql, keys } = await demoOf(folder);
    expect(await countAccounts(graphql, keys[0]!.key)).toBe(15);
    const users = await admin`
      select distinct usename as name from pg_stat_activity
      where datname = current_database() and application_name = 'socialhub'`;
    expect(users.map(({ name }) => name)).toEqual([login]);
    await stop(server, "SIGTERM");
  });

  it("says that it cannot listen where HOST says", async () => {
    for (const [HOST, why] of [
      ["192.0.2.1", /EADDRNOTAVAIL/],
      ["no-such-host.invalid", /ENOTFOUND|EAI_AGAIN/],
    ] as const) {
      const ended = await run(["serve"], { DATABASE_URL: database.url, HOST, PORT: "0" }, folder);
      expect(ended.code).toBe(1);
      expect(ended.stderr).toMatch(/^socialhub: PORT 0 on HOST \S+ cannot be listened on .*\n$/);
      expect(ended.stderr).toMatch(why);
    }
  });

  it("listens on the port that it is told", async () => {
    const port = await freePort();
    const server = await servedFrom(folder, { DATABASE_URL: database.url, PORT: String(port) });
    expect(urlOf(server)).toBe(`http://127.0.0.1:${port}`);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    await stop(server, "SIGTERM");
  });

  let made = 0;
  const newName = () => `socialhub_serve_${process.pid}_${(made += 1)}`;

  /** A role that goes with the test, with the password that `withLogin` uses. */
  async function createLogin(attributes: string): Promise<string> {
    const name = newName();
    await admin.unsafe(`create role ${name} login password 's3cret' ${attributes}`);
    onTestFinished(async () => {
      await admin.unsafe(`drop owned by ${name} cascade`);
      await admin.unsafe(`drop role ${name}`);
    });
    return name;
  }

  async function createEmptyDatabase(owner?: string): Promise<string> {
    const name = newName();
    await admin.unsafe(`create database ${name} ${owner ? `owner ${owner}` : ""}`);
    onTestFinished(async () => {
      await admin.unsafe(`drop database ${name} with (force)`);
    });
    const url = new URL(inject("adminUrl"));
    url.pathname = `/${name}`;
    return owner ? withLogin(url.href, owner) : url.href;
  }
});

function withLogin(databaseUrl: string, login: string): string {
  const url = new URL(databaseUrl);
  url.username = login;
  url.password = "s3cret";
  return url.href;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function until(condition: () => boolean | Promise<boolean>) {
  while (!(await condition())) await sleep(20);
}
