import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { v7 as uuidv7 } from "uuid";
import { createInvitationToken } from "../src/auth/invitation-token.ts";
import { createKey } from "../src/auth/api-key.ts";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { inWorkspace } from "../src/db/workspace-transaction.ts";
import { headlineOperation } from "../src/schema/headline.ts";
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

const [home, away] = demoWorkspaceList();
const WHO = "{ viewer { role } }";
const ADA = "ada@example.com";

const logs = keepLogs();
let app: TestApp;
let other: TestApp;
beforeAll(async () => {
  app = await createTestApp({ logger: logs.logger });
  other = await anotherServer(app);
  await addPerson(app.database, ADA, [{ workspaceId: home!.id, role: "OWNER" }]);
});
afterAll(async () => {
  await other.close();
  await app.close();
});

function passMs(ms: number) {
  const later = Date.now() + ms;
  const clock = vi.spyOn(Date, "now").mockReturnValue(later);
  onTestFinished(() => clock.mockRestore());
}

const statusAt = async (server: TestApp, cookie: string) =>
  (await askAs(server, cookie, WHO)).status;

/** Where the session is accepted: on the server that was asked to end it, and on another. */
const statuses = async (cookie: string) => [
  await statusAt(app, cookie),
  await statusAt(other, cookie),
];

describe("a session that ends", () => {
  it("by signing out is refused at once here, on another server within five seconds; others go on", async () => {
    const [one, two] = [await sessionOf(app, ADA), await sessionOf(app, ADA)];
    expect([...(await statuses(one)), ...(await statuses(two))]).toEqual([200, 200, 200, 200]);
    const answer = await askAuth(app, "sign-out", { cookie: one });
    expect(answer).toMatchObject({ status: 200, body: { signedOut: true }, cookie: undefined });
    expect(answer.setCookie).toEqual([
      "socialhub.session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax",
    ]);
    expect(await statusAt(app, one)).toBe(401);
    passMs(5_001);
    expect(await statuses(one)).toEqual([401, 401]);
    expect(await statuses(two)).toEqual([200, 200]);
  });

  it("by signing out everywhere is refused like all of the person's, and nobody else's", async () => {
    await addPerson(app.database, "bob@example.com", [{ workspaceId: home!.id, role: "VIEWER" }]);
    const own = [await sessionOf(app, ADA), await sessionOf(app, ADA)];
    const foreign = await sessionOf(app, "bob@example.com");
    for (const cookie of [...own, foreign]) expect(await statuses(cookie)).toEqual([200, 200]);
    const answer = await askAuth(app, "revoke-sessions", { cookie: own[0] });
    expect(answer).toMatchObject({ status: 200, body: { signedOut: true }, cookie: undefined });
    for (const cookie of own) expect(await statusAt(app, cookie)).toBe(401);
    passMs(5_001);
    for (const cookie of own) expect(await statuses(cookie)).toEqual([401, 401]);
    expect(await statuses(foreign)).toEqual([200, 200]);
    // It was remembered, and still ends nothing any more.
    expect((await askAuth(app, "revoke-sessions", { cookie: own[1] })).status).toBe(401);
  });

  it("by a new password is refused like all others; whoever changed it goes on with a new one", async () => {
    await addPerson(app.database, "eve@example.com", [{ workspaceId: home!.id, role: "VIEWER" }]);
    const [one, two] = [
      await sessionOf(app, "eve@example.com"),
      await sessionOf(app, "eve@example.com"),
    ];
    const change = (currentPassword: string, newPassword: string, cookie = one) =>
      askAuth(app, "change-password", { cookie, body: { currentPassword, newPassword } });
    const wrong = await change("not the password", "another password");
    expect(wrong).toMatchObject({ status: 400, cookie: undefined });
    expect(wrong.body.errors[0].message).toBe("currentPassword is not the current password");
    expect((await change(PASSWORD, "short")).status).toBe(400);
    expect(await statuses(two)).toEqual([200, 200]);

    const changed = await change(PASSWORD, "another password");
    expect(changed.status).toBe(200);
    for (const cookie of [one, two]) expect(await statusAt(app, cookie)).toBe(401);
    expect(await statuses(changed.cookie!)).toEqual([200, 200]);
    passMs(5_001);
    for (const cookie of [one, two]) expect(await statuses(cookie)).toEqual([401, 401]);
    const attempt = (password: string) =>
      askAuth(app, "sign-in/email", { body: { email: "eve@example.com", password } });
    expect((await attempt(PASSWORD)).status).toBe(401);
    expect((await attempt("another password")).status).toBe(200);
  });
});

describe("a member who is removed", () => {
  it("is refused on every server within five seconds, and is still whoever they are elsewhere", async () => {
    await addPerson(app.database, "leaving@example.com", [
      { workspaceId: home!.id, role: "ADMIN" },
      { workspaceId: away!.id, role: "VIEWER" },
    ]);
    const cookie = await sessionOf(app, "leaving@example.com");
    const codesIn = async (workspaceId: string) =>
      Promise.all(
        [app, other].map(async (server) => {
          const answer = await askAs(server, cookie, WHO, { "x-workspace": workspaceId });
          return codeOf(answer) ?? answer.data.viewer.role;
        }),
      );
    expect(await codesIn(home!.id)).toEqual(["ADMIN", "ADMIN"]);
    await asOwnerOf(app.database, (client) =>
      inWorkspace(
        client,
        home!.id,
        (transaction) =>
          transaction`update members set removed_at = now() where email = 'leaving@example.com'`,
      ),
    );
    passMs(5_001);
    expect(await codesIn(home!.id)).toEqual(["NO_WORKSPACE", "NO_WORKSPACE"]);
    expect(await codesIn(away!.id)).toEqual(["VIEWER", "VIEWER"]);
  });
});

describe("a request that another site has a browser send", () => {
  const from = (headers: Record<string, string>) => async () => {
    const cookie = await sessionOf(app, ADA);
    const answers = [
      await askAs(app, cookie, WHO, headers),
      await askAuth(app, "get-session", { cookie, headers, method: "GET" }),
      await askAuth(app, "sign-out", { cookie, headers }),
    ];
    return answers.map(({ status }) => status);
  };

  it.each([
    ["another origin", { origin: "https://evil.example" }],
    ["an origin without a name", { origin: "null" }],
    ["another site", { "sec-fetch-site": "cross-site" }],
    ["a sibling of the site", { "sec-fetch-site": "same-site" }],
    ["another port", { origin: "http://localhost:81", "sec-fetch-site": "same-site" }],
    [
      "this origin, says Origin alone",
      { origin: "http://localhost:80", "sec-fetch-site": "cross-site" },
    ],
  ])("from %s is refused", async (_, headers) => {
    expect(await from(headers)()).toEqual([403, 403, 403]);
  });

  it.each([
    ["a page of this server", { origin: "http://localhost:80", "sec-fetch-site": "same-origin" }],
    ["a browser that does not say more", { origin: "http://localhost:80" }],
    ["a page of PUBLIC_URL behind a proxy", { origin: "http://localhost:4000" }],
    ["no browser", {}],
  ])("but from %s it is not", async (_, headers) => {
    expect(await from(headers)()).toEqual([200, 200, 200]);
  });

  it("as a form could be is refused, as for keys", async () => {
    const cookie = await sessionOf(app, ADA);
    const form = { "content-type": "text/plain" };
    expect((await askAs(app, cookie, WHO, form)).status).toBe(415);
    for (const path of ["sign-out", "revoke-sessions", "sign-in/email"]) {
      expect((await askAuth(app, path, { cookie, headers: form, body: "{}" })).status).toBe(415);
    }
    const got = await app.server.inject({
      url: "/graphql?query={__typename}",
      headers: { cookie },
    });
    expect(got.statusCode).toBe(400);
  });

  it("gets no leave to bring a cookie, from any origin", async () => {
    const open = await anotherServer(app, { CORS_ORIGINS: "https://friend.example" });
    const cookie = await sessionOf(app, ADA);
    const origin = "https://friend.example";
    const answer = await askAs(open, cookie, WHO, { origin });
    expect(answer.status).toBe(403);
    expect(answer.headers["access-control-allow-credentials"]).toBeUndefined();
    // A key is no cookie.
    expect((await open.ask(WHO, { headers: { origin, cookie } })).status).toBe(200);
    await open.close();
  });
});

describe("signing up", () => {
  const invite = async (email: string, change = "") => {
    const { token, hash } = createInvitationToken(home!.id);
    await asOwnerOf(app.database, (client) =>
      inWorkspace(client, home!.id, async (transaction) => {
        await transaction`
          insert into invitations (workspace_id, id, email, role, token_hash, expires_at)
          values (${home!.id}::uuid, ${uuidv7()}::uuid, ${email}, 'EDITOR', ${hash}, now() + interval '1 day')`;
        if (change) {
          await transaction.unsafe(`update invitations set ${change} where token_hash = $1`, [
            hash,
          ]);
        }
      }),
    );
    return token;
  };
  const signUp = (invitation: string | undefined, email: string, password = PASSWORD) =>
    askAuth(app, "sign-up/email", { body: { invitation, email, name: "Newcomer", password } });

  it("is for whoever holds an open invitation for the e-mail address, and signs in", async () => {
    const token = await invite("newcomer@example.com");
    const answer = await signUp(token, "Newcomer@example.com");
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      user: { id: expect.any(String), email: "newcomer@example.com", name: "Newcomer" },
      // Accepting it is another thing.
      workspaces: [],
    });
    expect(codeOf(await askAs(app, answer.cookie!, WHO))).toBe("NO_WORKSPACE");
    const again = await signUp(token, "newcomer@example.com");
    expect(again).toMatchObject({ status: 400, cookie: undefined });
    expect(again.text).toContain("sign in and accept the invitation");
  });

  it("is refused alike for everybody else, whether or not there is such a person", async () => {
    const refusals = [];
    for (const email of [ADA, "nobody@example.com"]) {
      const invitations = [
        createInvitationToken(home!.id).token,
        "not a token",
        createKey(home!.id).key,
        await invite("somebody-else@example.com"),
        await invite(email, "revoked_at = now()"),
        await invite(email, "accepted_at = now()"),
        await invite(email, "expires_at = now() - interval '1 second'"),
      ];
      for (const invitation of invitations) {
        const { status, text } = await signUp(invitation, email);
        refusals.push(`${status} ${text}`);
      }
    }
    expect(new Set(refusals).size).toBe(1);
    expect(refusals[0]).toMatch(/^403 .*There is no open invitation with this token/);
    const missing = [await signUp(undefined, ADA), await signUp(undefined, "nobody@example.com")];
    expect(missing[0]!.text).toBe(missing[1]!.text);
    expect(missing[0]!.status).toBe(400);
  });
});

describe("the dashboard", () => {
  it("costs a member five statements, and identity one, counted apart", async () => {
    const cookie = await sessionOf(app, ADA);
    const sql = async () => (await askAs(app, cookie, headlineOperation)).extensions["sql"];
    const first = await sql();
    expect(first.statements).toBeLessThanOrEqual(5);
    const second = await sql();
    expect(second.statements).toBe(first.statements);
    // One statement, and BEGIN, SET, SAVEPOINT and COMMIT around it.
    expect(first.overhead - second.overhead).toBe(5);
  });
});

describe("/api/auth", () => {
  const reachable = [
    "POST sign-in/email",
    "POST sign-up/email",
    "POST sign-out",
    "POST revoke-sessions",
    "POST change-password",
    "GET get-session",
  ];
  const paths =
    "sign-in/social callback/google verify-password reset-password verify-email send-verification-email " +
    "change-email set-password update-session update-user delete-user request-password-reset " +
    "reset-password/token list-sessions revoke-session revoke-other-sessions link-social list-accounts " +
    "delete-user/callback unlink-account refresh-token get-access-token account-info ok error " +
    reachable.map((each) => each.split(" ")[1]).join(" ");

  it("has these URLs and none of the others that better-auth would serve", async () => {
    const cookie = await sessionOf(app, ADA);
    const found: string[] = [];
    for (const path of paths.split(" ")) {
      for (const method of ["GET", "POST"] as const) {
        const { status } = await askAuth(other, path, { method, cookie });
        if (status !== 404) found.push(`${method} ${path}`);
      }
    }
    expect(found.sort()).toEqual([...reachable].sort());
  });

  it("answers garbage with what is wrong, in the form of every error, and never with a 500", async () => {
    const cookie = await sessionOf(app, ADA);
    const long = "x".repeat(300);
    const bodies = [
      "",
      "{",
      "null",
      "[]",
      '"text"',
      "1",
      '{"email":1,"password":2}',
      '{"email":"a@example.com"}',
      '{"email":"a@example.com","password":""}',
      `{"email":"${long}@example.com","password":"x"}`,
      `{"email":"a@example.com","password":"${long}"}`,
      '{"email":["a@example.com"],"password":{"length":12}}',
      '{"__proto__":{"email":"a@example.com","password":"long enough"}}',
      '{"email":"a\\u0000@example.com","password":"long enough"}',
      '{"currentPassword":null,"newPassword":null}',
      `{"email":"${"x".repeat(20_000)}"}`,
    ];
    for (const path of ["sign-in/email", "sign-up/email", "change-password"]) {
      for (const body of bodies) {
        const answer = await askAuth(app, path, { body, cookie });
        expect([400, 413], `${path} ${body.slice(0, 60)}: ${answer.text}`).toContain(answer.status);
        expect(answer.body.errors[0].extensions.code).toMatch(/^(BAD_|PAYLOAD_)/);
        expect(answer.text).not.toContain("xxx");
      }
    }
  });

  it("takes no control characters into a name", async () => {
    for (const name of ["\u0000", "a\nb", " ", "x".repeat(201)]) {
      const body = { invitation: "x", email: ADA, name, password: PASSWORD };
      const answer = await askAuth(app, "sign-up/email", { body });
      expect(answer.body.errors[0].message).toBe("name must be a text of 1 to 200 characters");
    }
  });

  it("takes a password of any characters", async () => {
    // A null character is one that PostgreSQL would refuse.
    const answer = await askAuth(app, "sign-in/email", {
      body: { email: ADA, password: "\u0000 naïve 密码 \ud800" },
    });
    expect(answer.status).toBe(401);
  });

  it("without a database says that it is away, and for how long to wait", async () => {
    const away = await createTestApp({
      database: { ...app.database, close: async () => undefined },
      settings: { POOL_ACQUIRE_TIMEOUT_MS: "300", SESSION_SECRET: "s".repeat(32) },
      identityUrl: "postgres://nobody:wrong@127.0.0.1:1/none",
    });
    const signingIn = await askAuth(away, "sign-in/email", {
      body: { email: ADA, password: PASSWORD },
    });
    const cookie = await sessionOf(app, ADA);
    const asking = await askAuth(away, "get-session", { cookie, method: "GET" });
    expect(signingIn.status).toBe(503);
    expect(signingIn.headers["retry-after"]).toBe("1");
    // Its signature is of another secret.
    expect(asking.body).toEqual({ user: null, workspaces: [] });
    await away.close();
  });
});

describe("secrets", () => {
  it("are in no log line", () => {
    expect(logs.lines.length).toBeGreaterThan(0);
    expect(logs.text()).not.toMatch(/socialhub\.session|shi_|example\.com|another password/);
    expect(logs.text()).not.toContain(PASSWORD);
  });
});
