import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { connect, type Client } from "../src/db/client.ts";
import { toGlobalId } from "../src/loaders/global-id.ts";
import { createTestApp, type TestApp } from "./support/app.ts";
import { codeOf, keepLogs } from "./support/http.ts";
import {
  addPerson,
  anotherServer,
  askAs,
  askAuth,
  asOwnerOf,
  PASSWORD,
  sessionOf,
} from "./support/people.ts";

const [home, away, closed] = demoWorkspaceList();
const WHO = "{ viewer { name role } }";
const WRONG = "not the password";

const logs = keepLogs();
let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ logger: logs.logger });
  await addPerson(app.database, "ada@example.com", [
    { workspaceId: home!.id, role: "EDITOR" },
    { workspaceId: away!.id, role: "ADMIN" },
  ]);
});
afterAll(() => app.close());

/** Lets `Date.now()` say that so much time has passed, once more each time. */
function passMs(ms: number) {
  const later = Date.now() + ms;
  const clock = vi.spyOn(Date, "now").mockReturnValue(later);
  onTestFinished(() => clock.mockRestore());
}

/** Sees all workspaces. */
async function asSuperuser<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = connect(app.database.ownerUrl, { max: 1 });
  try {
    return await work(client);
  } finally {
    await client.end({ timeout: 5 });
  }
}

const trySignIn = (email: string, password: string, address?: string, on = app) =>
  askAuth(on, "sign-in/email", { body: { email, password }, ...(address ? { address } : {}) });

describe("signing in", () => {
  it("with e-mail address and password, however the address is written, makes a session", async () => {
    const answer = await trySignIn("  Ada@Example.COM ", PASSWORD);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      user: { id: expect.any(String), email: "ada@example.com", name: "Name of ada@example.com" },
      workspaces: [
        { id: toGlobalId("Workspace", home!.id), name: home!.name, role: "EDITOR" },
        { id: toGlobalId("Workspace", away!.id), name: away!.name, role: "ADMIN" },
      ],
    });
    expect((await askAs(app, answer.cookie!, WHO)).data).toEqual({
      viewer: { name: "Member EDITOR", role: "EDITOR" },
    });
  });

  it("tells the session to nobody but the cookie, which scripts and other sites do not get", async () => {
    const { setCookie, text, headers } = await trySignIn("ada@example.com", PASSWORD);
    expect(setCookie).toHaveLength(1);
    expect(setCookie[0]).toMatch(
      /^socialhub\.session=[\w%.-]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const [, token] = /=(\w+)\./.exec(setCookie[0]!)!;
    expect(text).not.toContain(token);
    expect(headers["cache-control"]).toBe("no-store");
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("makes a new session each time: nobody signs in to one that somebody else has put there", async () => {
    const planted = await sessionOf(app, "ada@example.com");
    const madeUp = "socialhub.session=of-my-own-choice.c2lnbmF0dXJl";
    const body = { email: "ada@example.com", password: PASSWORD };
    const answers = await Promise.all(
      [planted, madeUp].map((cookie) => askAuth(app, "sign-in/email", { body, cookie })),
    );
    for (const { status, cookie } of answers) {
      expect(status).toBe(200);
      expect(cookie).toMatch(/^socialhub\.session=/);
      expect([planted, madeUp]).not.toContain(cookie);
    }
    expect(codeOf(await askAs(app, madeUp, WHO))).toBe("UNAUTHENTICATED");
  });

  it("is answered alike for an unknown address, a wrong password and a person without one", async () => {
    await asOwnerOf(
      app.database,
      (client) => client`
        insert into identity.users (id, email, name)
        values (gen_random_uuid(), 'without@example.com', 'Without')`,
    );
    const addresses = ["nobody@example.com", "ada@example.com", "without@example.com"];
    const answers = await Promise.all(addresses.map((email) => trySignIn(email, WRONG)));
    const comparable = answers.map(({ status, text, headers }) => {
      const { "x-request-id": _, date: __, ...rest } = headers;
      return { status, text, headers: rest };
    });
    expect(comparable[0]).toMatchObject({ status: 401 });
    expect(comparable[0]!.text).toContain("The e-mail address or the password is wrong");
    expect(comparable[1]).toEqual(comparable[0]);
    expect(comparable[2]).toEqual(comparable[0]);
  });
});

describe("over HTTPS", () => {
  it("the cookie is for this host, and for HTTPS alone", async () => {
    const secure = await anotherServer(app, { PUBLIC_URL: "https://social.example.com" });
    const answer = await trySignIn("ada@example.com", PASSWORD, undefined, secure);
    expect(answer.setCookie[0]).toMatch(
      /^__Host-socialhub\.session=[\w%.-]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect((await askAs(secure, answer.cookie!, WHO)).status).toBe(200);
    // The server without HTTPS knows no such cookie, and this one none without the prefix.
    expect(codeOf(await askAs(app, answer.cookie!, WHO))).toBe("UNAUTHENTICATED");
    const bare = answer.cookie!.replace("__Host-", "");
    expect(codeOf(await askAs(secure, bare, WHO))).toBe("UNAUTHENTICATED");
    await secure.close();
  });
});

describe("who tries again and again", () => {
  it("with one address is refused, with the right password too, and whether or not there is such a person", async () => {
    const strict = await anotherServer(app, { SIGN_IN_ATTEMPTS_PER_EMAIL: "2" });
    const refusalOf = async (email: string): Promise<string> => {
      const answers = [];
      // From everywhere: a botnet has many addresses.
      for (const host of [1, 2, 3]) {
        answers.push(await trySignIn(email, WRONG, `192.0.2.${host}`, strict));
      }
      const right = await trySignIn(email, PASSWORD, "192.0.2.4", strict);
      expect([...answers, right].map(({ status }) => status)).toEqual([401, 401, 429, 429]);
      expect(Number(right.headers["retry-after"])).toBeGreaterThan(300);
      expect(Number(right.headers["retry-after"])).toBeLessThanOrEqual(450);
      return right.body.errors[0].message.replace(/\d+ s/, "… s");
    };
    const seen = await Promise.all(["ada@example.com", "nobody@example.com"].map(refusalOf));
    expect(seen[0]).toMatch(
      /^There were too many attempts to sign in with this e-mail address; 2 /,
    );
    expect(seen[1]).toBe(seen[0]);
    await strict.close();
  });

  it("from one address is refused for everybody, but other addresses are not", async () => {
    const strict = await anotherServer(app, { SIGN_IN_ATTEMPTS_PER_ADDRESS: "2" });
    const statuses = [];
    for (const email of ["one@example.com", "two@example.com", "ada@example.com"]) {
      statuses.push((await trySignIn(email, PASSWORD, "192.0.2.1", strict)).status);
    }
    expect(statuses).toEqual([401, 401, 429]);
    const elsewhere = await trySignIn("ada@example.com", PASSWORD, "192.0.2.2", strict);
    expect(elsewhere.status).toBe(200);
    // Who knows the password gets the attempt back.
    for (let time = 0; time < 2; time += 1) {
      expect((await trySignIn("ada@example.com", PASSWORD, "192.0.2.2", strict)).status).toBe(200);
    }
    await strict.close();
  });

  it("is told of in the audit log of each of the member's workspaces, and in no other, some times a minute", async () => {
    await addPerson(app.database, "target@example.com", [
      { workspaceId: home!.id, role: "VIEWER" },
      { workspaceId: away!.id, role: "VIEWER" },
    ]);
    await Promise.all(Array.from({ length: 6 }, () => trySignIn("target@example.com", WRONG)));
    await trySignIn("stranger@example.com", WRONG);
    const entries = () =>
      asSuperuser(
        (client) => client`
          select workspace_id as workspace, actor_kind, actor_id, actor_name, target_type, target_name,
            ip_address, user_agent, before, after
          from audit_log_entries where action = 'SIGN_IN_FAILED' and actor_name <> 'ada@example.com'
          order by workspace_id, id`,
      );
    await vi.waitFor(async () => expect(await entries()).toHaveLength(10), 5_000);
    const [first] = await entries();
    expect(first).toEqual({
      workspace: home!.id,
      actor_kind: "UNKNOWN",
      actor_id: null,
      actor_name: "target@example.com",
      target_type: "Member",
      target_name: "Member VIEWER",
      ip_address: "127.0.0.1",
      user_agent: "lightMyRequest",
      before: null,
      after: null,
    });
    expect(new Set((await entries()).map(({ workspace }) => workspace))).toEqual(
      new Set([home!.id, away!.id]),
    );
  });
});

describe("the workspace", () => {
  const workspaceOf = async (cookie: string, workspace?: string) => {
    const headers: Record<string, string> = workspace ? { "x-workspace": workspace } : {};
    return askAs(app, cookie, "{ viewer { role workspace { name } } }", headers);
  };

  it("is the one of the header x-workspace, by global id or UUID, else the first joined", async () => {
    const cookie = await sessionOf(app, "ada@example.com");
    const inHome = { viewer: { role: "EDITOR", workspace: { name: home!.name } } };
    const inAway = { viewer: { role: "ADMIN", workspace: { name: away!.name } } };
    expect((await workspaceOf(cookie)).data).toEqual(inHome);
    expect((await workspaceOf(cookie, away!.id)).data).toEqual(inAway);
    expect((await workspaceOf(cookie, toGlobalId("Workspace", away!.id))).data).toEqual(inAway);
    expect((await workspaceOf(cookie, home!.id)).data).toEqual(inHome);
  });

  it("of others is refused as one that does not exist is; what is no id is told so", async () => {
    const cookie = await sessionOf(app, "ada@example.com");
    const foreign = await workspaceOf(cookie, closed!.id);
    const unknown = await workspaceOf(cookie, "0190a5b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b");
    expect(foreign).toMatchObject({ status: 403, data: undefined });
    expect(codeOf(foreign)).toBe("NO_WORKSPACE");
    expect(unknown.errors).toEqual(foreign.errors);
    for (const wrong of ["x", toGlobalId("Post", home!.id), `${home!.id}, ${away!.id}`]) {
      expect(await workspaceOf(cookie, wrong)).toMatchObject({ status: 400 });
    }
  });

  it("of a key is its own: with another's name it is refused", async () => {
    const ask = (id: string) => app.ask(WHO, { headers: { "x-workspace": id } });
    expect((await ask(home!.id)).status).toBe(200);
    expect(codeOf(await ask(away!.id))).toBe("NO_WORKSPACE");
  });

  it("is not needed to be signed in: whoever has none sees none", async () => {
    await addPerson(app.database, "new@example.com");
    const cookie = await sessionOf(app, "new@example.com");
    const queries = [WHO, "{ accounts { totalCount } }", "{ workspace { name } }"];
    for (const query of queries)
      expect(codeOf(await askAs(app, cookie, query))).toBe("NO_WORKSPACE");
    const id = toGlobalId("Workspace", home!.id);
    expect((await askAs(app, cookie, `{ node(id: "${id}") { id } }`)).data).toBeUndefined();
    expect((await askAuth(app, "get-session", { cookie, method: "GET" })).body).toMatchObject({
      user: { email: "new@example.com" },
      workspaces: [],
    });
  });

  it("that somebody has just joined can be asked for at once", async () => {
    await addPerson(app.database, "late@example.com");
    const cookie = await sessionOf(app, "late@example.com");
    expect(codeOf(await askAs(app, cookie, WHO))).toBe("NO_WORKSPACE");
    await asSuperuser(
      (client) => client`
        insert into members (workspace_id, id, email, display_name, role, user_id)
        select ${home!.id}::uuid, gen_random_uuid(), email, 'Late', 'VIEWER', id
        from identity.users where email = 'late@example.com'`,
    );
    expect((await askAs(app, cookie, WHO)).data).toEqual({
      viewer: { name: "Late", role: "VIEWER" },
    });
  });
});

describe("a session", () => {
  it("that is remembered costs no SQL; finding it is overhead, never a statement", async () => {
    const cookie = await sessionOf(app, "ada@example.com");
    const sql = async () => (await askAs(app, cookie, WHO)).extensions["sql"];
    await sql();
    expect(await sql()).toMatchObject({ statements: 0, overhead: 0 });
    passMs(5_001);
    expect(await sql()).toMatchObject({ statements: 0, overhead: 5 });
  });

  it("pays from the person's budget and the workspace's", async () => {
    const cookie = await sessionOf(app, "ada@example.com");
    const { headers } = await askAs(app, cookie, WHO);
    expect(headers["ratelimit"]).toMatch(/"person";r=\d+/);
    expect(headers["ratelimit"]).toMatch(/"workspace";r=\d+/);
  });

  it("lasts a week from its last use: after a day it is extended, with the cookie", async () => {
    const cookie = await sessionOf(app, "ada@example.com");
    const token = cookie.split("=")[1]!.split(".")[0]!;
    const expireIn = (interval: string) =>
      asOwnerOf(
        app.database,
        (client) => client`
          update identity.sessions set expires_at = now() + ${interval}::interval
          where token = ${token}`,
      );
    const refreshed = async () => {
      passMs(5_001);
      const answer = await askAs(app, cookie, WHO);
      return { status: answer.status, cookie: String(answer.headers["set-cookie"]) };
    };
    await expireIn("6 days 1 hour");
    expect(await refreshed()).toEqual({ status: 200, cookie: "undefined" });
    await expireIn("5 days 23 hours");
    const extended = await refreshed();
    expect(extended.cookie.startsWith(`${cookie}; Max-Age=604800;`), extended.cookie).toBe(true);
    const [left] = await asOwnerOf(
      app.database,
      (client) => client<{ days: number }[]>`
        select round(extract(epoch from expires_at - now()) / 86400)::int as days
        from identity.sessions where token = ${token}`,
    );
    expect(left?.days).toBe(7);
    await expireIn("-1 second");
    expect((await refreshed()).status).toBe(401);
  });

  it("is deleted when it has ended, and when there are more than fifty, at the next sign-in", async () => {
    await addPerson(app.database, "many@example.com");
    const count = () =>
      asOwnerOf(
        app.database,
        (client) => client<{ ended: number; valid: number }[]>`
          select count(*) filter (where expires_at <= now())::int as ended,
            count(*) filter (where expires_at > now())::int as valid
          from identity.sessions join identity.users on users.id = user_id
          where email = 'many@example.com'`,
      );
    await asOwnerOf(
      app.database,
      (client) => client`
        insert into identity.sessions (id, user_id, token, expires_at)
        select gen_random_uuid(), id, 'many ' || n, now() + (n - 9) * interval '1 hour'
        from identity.users, generate_series(1, 69) n where email = 'many@example.com'`,
    );
    expect([...(await count())]).toEqual([{ ended: 9, valid: 60 }]);
    expect((await trySignIn("many@example.com", PASSWORD)).status).toBe(200);
    await vi.waitFor(
      async () => expect([...(await count())]).toEqual([{ ended: 0, valid: 50 }]),
      5_000,
    );
  });

  it("is refused when it is unknown, changed or signed with another secret, without SQL", async () => {
    const cookie = await sessionOf(app, "ada@example.com");
    const [name, value] = cookie.split("=") as [string, string];
    const [token, signature] = value.split(".") as [string, string];
    const forged = createHmac("sha256", "another secret").update(token).digest("base64");
    for (const wrong of [
      token,
      `${token}.`,
      `.${signature}`,
      `${token}x.${signature}`,
      `${token}.${encodeURIComponent(forged)}`,
      "%E0%A4%A",
      "x".repeat(5_000),
    ]) {
      const answer = await askAs(app, `${name}=${wrong}`, "{ __typename }");
      expect(codeOf(answer), wrong).toBe("UNAUTHENTICATED");
    }
  });

  it("has entity tags of its own: neither another person's nor another workspace's answer is the same", async () => {
    await addPerson(app.database, "bob@example.com", [{ workspaceId: home!.id, role: "EDITOR" }]);
    const cookies = [
      await sessionOf(app, "ada@example.com"),
      await sessionOf(app, "bob@example.com"),
    ];
    const get = async (cookie: string, workspace: string, known?: string) => {
      const response = await app.server.inject({
        url: "/graphql?query={tags(first:0){pageInfo{hasNextPage}}}",
        headers: {
          cookie,
          "x-workspace": workspace,
          "apollo-require-preflight": "1",
          ...(known ? { "if-none-match": known } : {}),
        },
      });
      return { status: response.statusCode, headers: response.headers };
    };
    const own = await get(cookies[0]!, home!.id);
    const tag = String(own.headers.etag);
    expect(own.headers.vary).toContain("cookie, x-workspace");
    expect((await get(cookies[0]!, home!.id, tag)).status).toBe(304);
    expect((await get(cookies[0]!, away!.id, tag)).status).toBe(200);
    expect((await get(cookies[1]!, home!.id, tag)).status).toBe(200);
  });
});

describe("secrets", () => {
  it("are in no log line: no password, no session, no e-mail address of who failed", () => {
    expect(logs.lines.length).toBeGreaterThan(0);
    const text = logs.text();
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain(WRONG);
    expect(text).not.toMatch(/socialhub\.session|example\.com/);
    expect(logs.lines.filter(({ level }) => level >= 50)).toEqual([]);
  });
});
