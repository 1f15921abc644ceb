import { fastify } from "fastify";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { CommandError } from "../src/commands/command-error.ts";
import { listen } from "../src/commands/listen.ts";
import { connect, type Client } from "../src/db/client.ts";
import { inWorkspace } from "../src/db/workspace-transaction.ts";
import { makeKey, type Json } from "./support/app.ts";
import { builtMain } from "./support/bundle.ts";
import { run, runHere, type Run } from "./support/command.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";
import { addPerson, asOwnerOf, sessionOf } from "./support/people.ts";
import {
  ask,
  cleanUp,
  demoOf,
  newFolder,
  serve,
  servedFrom,
  stop,
  urlOf,
} from "./support/serve.ts";

afterAll(cleanUp);

describe("socialhub serve with a DATABASE_URL", { timeout: 120_000 }, () => {
  let database: TestDatabase;
  let admin: Client;
  let folder: string;
  let server: Run;
  beforeAll(async () => {
    [database, folder] = await Promise.all([createTestDatabase("demo"), newFolder()]);
    admin = connect(database.url, { max: 1, name: "test" });
  });
  afterAll(async () => {
    await admin.end({ timeout: 5 });
    await database.close();
  });

  it("starts no PostgreSQL, listens on the port that it is told, and is ready only with all migrations", async () => {
    const port = await freePort();
    const environment = { DATABASE_URL: database.url, PORT: String(port) };
    server = await servedFrom(folder, environment, builtMain);
    expect(urlOf(server)).toBe(`http://127.0.0.1:${port}`);
    expect(existsSync(join(folder, ".data/postgres"))).toBe(false);
    expect(server.output()).not.toContain("Loading");
    const { url } = await demoOf(folder);
    expect(url).toBe(urlOf(server));

    await admin.unsafe("alter table drizzle.__drizzle_migrations rename to moved");
    const unready = await fetch(`${url}/readyz`);
    expect(unready.status).toBe(503);
    expect(await unready.json()).toEqual({
      status: "not ready",
      reason: expect.stringMatching(/^\d+ migrations are not applied; run socialhub migrate$/),
    });
    await admin.unsafe("alter table drizzle.moved rename to __drizzle_migrations");
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it("answers what is in flight when it is stopped", async () => {
    const { graphql, keys } = await demoOf(folder);
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
    // After eight seconds it would have been cut off.
    expect(performance.now() - unblocked).toBeLessThan(6000);
  });

  it("is started by two at once on an empty database, whose owner is no superuser, and both come up", async () => {
    const login = await createLogin("createrole createdb");
    const environment = { DATABASE_URL: await createEmptyDatabase(login) };
    // This server has the roles already, made by another login.
    await admin.unsafe(`grant socialhub_owner, socialhub_app, socialhub_identity to ${login}`);
    const servers = [1, 2].map(() => serve(folder, { ...environment, DEMO: "off" }));
    await Promise.all(servers.map((each) => each.says("SocialHub is ready")));
    for (const each of servers) {
      expect(each.output()).toContain("No demo data");
      expect((await fetch(`${urlOf(each)}/readyz`)).status).toBe(200);
    }
    await refuseOnOneWhatEndsOnTheOther(environment.DATABASE_URL, servers.map(urlOf));
    for (const each of servers) await stop(each, "SIGTERM");
    const applied = servers.filter((each) => each.output().includes("Applied"));
    expect(applied).toHaveLength(1);

    // Without demo data nothing is in the way of one's own; and one's own data keep the demo's out.
    const stdout = await runHere(["workspace", "create", "Ours"], environment, folder);
    expect(stdout).toMatch(/^[0-9a-f-]{36}\n$/);
    const again = serve(folder, environment);
    await again.says("SocialHub is ready");
    expect(again.output()).toContain("No demo data");
    expect(again.output()).not.toMatch(/Loading|Applied/);
    await stop(again, "SIGINT");
  });

  /** A key is revoked, a member removed, a session ended at the first: the second has five seconds. */
  async function refuseOnOneWhatEndsOnTheOther(ownerUrl: string, [first, second]: string[]) {
    const workspaceId = uuidv7();
    const shared = { database: { url: ownerUrl, ownerUrl, close: async () => undefined } };
    await asOwnerOf(shared.database, (client) =>
      inWorkspace(
        client,
        workspaceId,
        (transaction) =>
          transaction`insert into workspaces (workspace_id, name) values (${workspaceId}, 'Two servers')`,
      ),
    );
    const owner = await makeKey(shared.database, workspaceId);
    const revoked = await makeKey(shared.database, workspaceId, ["read"], { name: "revoked" });
    for (const email of ["removed@example.com", "leaving@example.com"]) {
      await addPerson(shared.database, email, [{ workspaceId, role: "EDITOR" }]);
    }
    const removed = await sessionOf(shared, "removed@example.com");
    const leaving = await sessionOf(shared, "leaving@example.com");
    const post = async (url: string | undefined, headers: Record<string, string>, body: object) => {
      const response = await fetch(`${url}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      });
      const answered: Json = await response.json();
      return { status: response.status, body: answered };
    };
    const credentials: Record<string, string>[] = [
      { authorization: `Bearer ${revoked}` },
      { cookie: removed },
      { cookie: leaving },
    ];
    const statuses = async (url: string | undefined) => {
      const query = { query: "{ viewer { name } }" };
      const asked = credentials.map((headers) => post(`${url}/graphql`, headers, query));
      return (await Promise.all(asked)).map(({ status }) => status);
    };
    for (const url of [first, second]) expect(await statuses(url)).toEqual([200, 200, 200]);

    const asOwner = { authorization: `Bearer ${owner}` };
    const ids = await post(`${first}/graphql`, asOwner, {
      query: `{ workspace { apiKeys { nodes { id name } } members { nodes { id email } } } }`,
    });
    const { apiKeys, members } = ids.body.data.workspace;
    const apiKeyId = apiKeys.nodes.find(({ name }: Json) => name === "revoked").id;
    const memberId = members.nodes.find(({ email }: Json) => email.startsWith("removed")).id;
    const done = await post(`${first}/graphql`, asOwner, {
      query: `mutation {
        revokeApiKey(input: { apiKeyId: "${apiKeyId}" }) { userErrors { code } }
        removeMember(input: { memberId: "${memberId}" }) { userErrors { code } } }`,
    });
    expect(done.body.data).toEqual({
      revokeApiKey: { userErrors: [] },
      removeMember: { userErrors: [] },
    });
    expect((await post(`${first}/api/auth/sign-out`, { cookie: leaving }, {})).status).toBe(200);
    await expect
      .poll(() => statuses(second), { timeout: 5_000, interval: 200 })
      .toEqual([401, 403, 401]);
    expect(await statuses(first)).toEqual([401, 403, 401]);
  }

  it("tells a login that may not migrate what an administrator has to run", async () => {
    const owned = await createEmptyDatabase();
    const url = withLogin(owned, await createLogin(""));
    const { code, stderr } = await run(["serve"], { DATABASE_URL: url, PORT: "0" }, folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^socialhub: .*administrator.*GRANT.*\n$/);
    expect(stderr).not.toContain("s3cret");
  });

  describe("with a plain login, and trusted documents only", () => {
    const manifest = resolve("examples/trusted-documents/manifest.json");
    const endings: (() => Promise<void>)[] = [];
    let login: string;
    let printed: string;
    beforeAll(async () => {
      login = await createLogin("", (drop) => endings.push(drop));
      await admin.unsafe(`grant socialhub_app, socialhub_identity to ${login}`);
      server = await servedFrom(folder, {
        DATABASE_URL: withLogin(database.url, login),
        DATABASE_OWNER_URL: database.ownerUrl,
        TRUSTED_DOCUMENTS: manifest,
        TRUSTED_DOCUMENTS_ONLY: "on",
      });
      [, printed = ""] = / -d '(.*)'$/m.exec(server.output())!;
    });
    afterAll(async () => {
      await stop(server, "SIGTERM");
      for (const end of endings) await end();
    });

    async function send(body: string): Promise<Json> {
      const { graphql, keys } = await demoOf(folder);
      const response = await fetch(graphql, {
        method: "POST",
        headers: { authorization: `Bearer ${keys[0]!.key}`, "content-type": "application/json" },
        body,
      });
      return response.json();
    }

    it("serves as that login, which is only a member of the server's roles, beside an owner's", async () => {
      const { operations } = JSON.parse(readFileSync(manifest, "utf8")) as {
        operations: { id: string; name: string }[];
      };
      const documentId = operations.find(({ name }) => name === "BusiestAccounts")?.id;
      const { data } = await send(JSON.stringify({ documentId, variables: { first: 20 } }));
      expect(data.accounts.nodes).toHaveLength(15);
      const users = await admin`
        select distinct usename as name from pg_stat_activity
        where datname = current_database() and application_name = 'socialhub'`;
      expect(users.map(({ name }) => name)).toEqual([login]);
    });

    it("prints an operation that it takes", async () => {
      expect(server.output()).toContain(
        `Trusted documents only: those of ${manifest}, by their ids.`,
      );
      expect(await send(printed)).toEqual({
        data: { viewer: { role: "OWNER", isTrustedDocumentsOnly: false } },
      });
    });
  });

  it.each([
    ["192.0.2.1", /EADDRNOTAVAIL/],
    ["no-such-host.invalid", /ENOTFOUND|EAI_AGAIN/],
  ])("says that it cannot listen on HOST %s", async (host, why) => {
    const app = { server: fastify(), close: vi.fn<() => Promise<void>>() };
    const listening = listen(app, { host, port: 0 });
    await expect(listening).rejects.toThrow(CommandError);
    await expect(listening).rejects.toThrow(/^PORT 0 on HOST \S+ cannot be listened on .*$/);
    await expect(listening).rejects.toThrow(why);
    expect(app.close).toHaveBeenCalledOnce();
  });

  let made = 0;
  const newName = () => `socialhub_serve_${process.pid}_${(made += 1)}`;

  /** A role that goes with the test, with the password that `withLogin` uses. */
  async function createLogin(
    attributes: string,
    atTheEnd: (drop: () => Promise<void>) => void = onTestFinished,
  ): Promise<string> {
    const name = newName();
    await admin.unsafe(`create role ${name} login password 's3cret' ${attributes}`);
    atTheEnd(async () => {
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
