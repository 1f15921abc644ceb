import { execFile, spawnSync } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headlineOperation } from "../src/schema/headline.ts";
import type { Json } from "./support/app.ts";
import { isRunning, run, type Run } from "./support/command.ts";
import {
  ask,
  cleanUp,
  countAccounts,
  demoOf,
  hasPostgres,
  kill,
  killPostgres,
  newFolder,
  postgresOf,
  serve,
  servedFrom,
  signInTo,
  stop,
  urlOf,
  type Demo,
} from "./support/serve.ts";

// One data folder, because making one takes seconds: each test goes on where the one before ended.

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

let folder: string;
beforeAll(async () => {
  folder = await newFolder();
});
afterAll(cleanUp);

describe(
  "socialhub serve in an empty folder, told to stop while it starts",
  { timeout: 120_000 },
  () => {
    it.each(["Starting PostgreSQL", "Applied", "Loading"])(
      "at %j, leaves nothing running, and the next start goes on from there",
      async (moment) => {
        const server = serve(folder);
        await server.says(moment);
        await stop(server, "SIGTERM");
        expect(hasPostgres(folder)).toBe(false);
        expect(server.output()).not.toContain("SocialHub is ready");
      },
    );
  },
);

describe("socialhub serve with nothing but Node", { timeout: 120_000 }, () => {
  let first: Demo;
  let server: Run;
  let second: Run;

  it("comes up twice at once, and loads what is missing after a kill -9 while the demo data was loaded", async () => {
    const killed = serve(folder);
    await killed.says("Loading");
    await sleep(300);
    await kill(killed);
    expect(killed.output()).not.toContain("Loaded");

    [server, second] = await Promise.all([
      servedFrom(folder),
      servedFrom(folder, { HOST: "0.0.0.0" }),
    ]);
    expect(server.output() + second.output()).toMatch(/Loaded [1-9]\d* posts/);
    expect(urlOf(second)).toMatch(/^http:\/\/localhost:/);
    expect(urlOf(second)).not.toBe(urlOf(server));
    first = await demoOf(folder);
    expect(first.keys.length).toBeGreaterThanOrEqual(6);
    for (const each of [server, second]) {
      expect(await countAccounts(`${urlOf(each)}/graphql`, first.keys[0]!.key)).toBe(15);
    }
  });

  it("writes down where it is and keys of the workspaces", async () => {
    expect(first.url).toMatch(/^http:\/\/(127\.0\.0\.1|localhost):\d+$/);
    expect([urlOf(server), urlOf(second)]).toContain(first.url);
    expect(first.graphql).toBe(`${first.url}/graphql`);
    for (const key of first.keys) {
      expect(key).toMatchObject({ workspace: expect.any(String), role: expect.any(String) });
      expect(key.key).toMatch(/^shk_/);
    }
    expect(new Set(first.keys.map(({ workspace }) => workspace)).size).toBeGreaterThanOrEqual(2);
    expect((await stat(join(folder, ".data/demo.json"))).mode & 0o777).toBe(0o600);
    expect(server.output()).toContain(".data/demo.json");
  });

  it("lets one person of each role sign in, and one of them into a second workspace", async () => {
    const [home] = first.people;
    const roles = first.people.map(({ workspace, role }) => [workspace === home?.workspace, role]);
    expect(roles).toEqual([
      [true, "OWNER"],
      [true, "ADMIN"],
      [false, "VIEWER"],
      [true, "EDITOR"],
      [true, "VIEWER"],
    ]);
    for (const { email, password } of first.people) {
      expect(server.output()).toContain(email);
      expect(second.output()).toContain(`with the password ${password}\n`);
    }
    const guest = await signInTo(urlOf(second), first.people[1]);
    expect(guest.workspaces.map(({ role }: { role: string }) => role)).toEqual(["ADMIN", "VIEWER"]);
  });

  it.each([
    ["127.0.0.1", () => server],
    ["0.0.0.0", () => second],
  ])("prints a curl line that works when it is pasted, on HOST %s", async (_, printer) => {
    const [line] = /^ {2}curl .*\n(.*\n)*? .*-d '.*'$/m.exec(printer().output())!;
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

  it("leaves demo.json to the server that it names while that one lives", async () => {
    const third = await servedFrom(folder);
    expect(await demoOf(folder)).toEqual(first);
    expect(await countAccounts(`${urlOf(third)}/graphql`, first.keys[0]!.key)).toBe(15);
    await stop(third, "SIGTERM");
  });

  it("says that a port is taken, and leaves the one who has it alone", async () => {
    const { code, stderr } = await run(["serve"], { PORT: new URL(urlOf(server)).port }, folder);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^socialhub: PORT \d+ on HOST 127\.0\.0\.1 is already in use; set PORT or HOST .*\n$/,
      ),
    });
    expect(await countAccounts(first.graphql, first.keys[0]!.key)).toBe(15);
  });

  it("leaves PostgreSQL to the other server when it is stopped", async () => {
    await stop(server, "SIGTERM");
    expect(server.output()).toContain("left PostgreSQL running for another process");
    expect(isRunning(await postgresOf(folder))).toBe(true);
    expect(await countAccounts(`${urlOf(second)}/graphql`, first.keys[0]!.key)).toBe(15);
  });

  it("leaves PostgreSQL running at a kill -9; the next one joins it, with the same keys", async () => {
    const postgres = await postgresOf(folder);
    await kill(second);
    expect(isRunning(postgres)).toBe(true);
    server = await servedFrom(folder);
    expect(await postgresOf(folder)).toBe(postgres);
    await expectAllKept(server);
  });

  it("stops at SIGINT, and PostgreSQL with it", async () => {
    const postgres = await postgresOf(folder);
    await stop(server, "SIGINT");
    expect(isRunning(postgres)).toBe(false);
    expect(hasPostgres(folder)).toBe(false);
    // The log line of the last request may come after its answer.
    expect(server.output()).toMatch(/\nStopping …\n(\{.*\}\n)*stopped PostgreSQL\n$/);
  });

  it("keeps data and keys over that stop, and over a kill -9 of itself and PostgreSQL", async () => {
    server = await servedFrom(folder);
    await expectAllKept(server);
    await kill(server);
    await killPostgres(folder);
    server = await servedFrom(folder);
    await expectAllKept(server);
  });

  it("survives that its PostgreSQL is killed under it", async () => {
    const { url, graphql, keys } = await demoOf(folder);
    await killPostgres(folder);
    // A connection that was just lost is told of first.
    for (let reason = ""; reason !== "the database cannot be reached"; await sleep(20)) {
      const response = await fetch(`${url}/readyz`);
      ({ reason = "" } = (await response.json()) as { reason?: string });
      if (reason) expect(response.status).toBe(503);
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const { errors } = await ask(graphql, keys[0]!.key, "{ accounts(first: 1) { totalCount } }");
    expect(errors[0].extensions.code).toBe("SERVICE_UNAVAILABLE");
    await stop(server, "SIGHUP");
  });

  async function expectAllKept(next: Run) {
    expect(next.output()).not.toMatch(/Loading|Applied/);
    const { url, graphql, keys, people } = await demoOf(folder);
    expect(url).toBe(urlOf(next));
    expect({ keys, people }).toEqual({ keys: first.keys, people: first.people });
    for (const { key } of keys) expect(await countAccounts(graphql, key)).toBeGreaterThan(0);
    expect(await countAccounts(graphql, keys[0]!.key)).toBe(15);
  }

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
