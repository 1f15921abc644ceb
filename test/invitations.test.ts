import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createApp, type App } from "../src/app.ts";
import { createInvitationToken } from "../src/auth/invitation-token.ts";
import { readConfig } from "../src/config.ts";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { connect, type Client } from "../src/db/client.ts";
import { createLogger } from "../src/insight/log.ts";
import { fromGlobalId, toGlobalId } from "../src/loaders/global-id.ts";
import { createTestApp, type Answer, type Json, type TestApp } from "./support/app.ts";
import { addPerson, askAs, sessionOf } from "./support/people.ts";

const [first, second] = [demoWorkspaceList()[0]!.id, demoWorkspaceList()[1]!.id];

let app: TestApp;
/** Another server on the same database. */
let other: App;
let superuser: Client;
let people = 0;
beforeAll(async () => {
  app = await createTestApp();
  const config = readConfig({ LOG_LEVEL: "silent" });
  other = await createApp({
    config,
    databaseUrl: app.database.url,
    logger: createLogger(config.log),
  });
  superuser = connect(app.database.ownerUrl, { max: 1 });
});
afterAll(async () => {
  await superuser.end({ timeout: 5 });
  await other.close();
  await app.close();
});

let email: string;
let cookie: string;
beforeEach(async () => {
  email = `guest-${(people += 1)}@example.com`;
  await addPerson(app.database, email);
  cookie = await sessionOf(app, email);
});

async function invite(role = "EDITOR", address = email): Promise<Json> {
  const { data } = await app.read(
    `mutation { inviteMember(input: { email: "${address}", role: ${role} }) {
      token invitation { id } userErrors { code } } }`,
  );
  return data.inviteMember;
}

const acceptance = (token: string, more = "") =>
  `mutation { acceptInvitation(input: { token: "${token}" ${more} }) {
    workspace { workspaceId name role } userErrors { code field message } } }`;

const accept = async (token: string, more = "", session = cookie) =>
  (await askAs(app, session, acceptance(token, more))).data.acceptInvitation;

const codesOf = ({ userErrors }: Json): string[] => userErrors.map(({ code }: Json) => code);

const me = (headers: Record<string, string> = {}, session = cookie): Promise<Answer> =>
  askAs(
    app,
    session,
    "{ viewer { role name workspace { id } member { id email role } } }",
    headers,
  );

describe("an invitation", () => {
  it("makes whoever accepts it a member, at once, of nothing before and of this workspace then", async () => {
    const before = await me();
    expect(before.errors[0]?.extensions["code"]).toBe("NO_WORKSPACE");
    const { token } = await invite();
    const accepted = await accept(token);
    const workspaceId = toGlobalId("Workspace", first);
    expect(accepted.userErrors).toEqual([]);
    expect(accepted.workspace).toMatchObject({ workspaceId, role: "EDITOR" });
    const { data, errors } = await me();
    expect(errors).toEqual([]);
    expect(data.viewer).toMatchObject({
      role: "EDITOR",
      workspace: { id: workspaceId },
      member: { email, role: "EDITOR" },
    });
    const [entry] = await superuser`
      select * from audit_log_entries where action = 'INVITATION_ACCEPTED' order by id desc limit 1`;
    expect(entry).toMatchObject({
      workspace_id: first,
      actor_kind: "MEMBER",
      actor_id: fromGlobalId(data.viewer.member.id).id,
      actor_name: `Name of ${email}`,
      after: { email, role: "EDITOR" },
    });
  });

  it("leads somebody who works elsewhere into a second workspace, and they switch by a header", async () => {
    await addPerson(app.database, `both-${email}`, [{ workspaceId: second, role: "OWNER" }]);
    const session = await sessionOf(app, `both-${email}`);
    const { token } = await invite("VIEWER", `both-${email}`);
    expect((await accept(token, "", session)).userErrors).toEqual([]);
    const roleIn = async (workspaceId: string) =>
      (await me({ "x-workspace": workspaceId }, session)).data.viewer.role;
    expect([await roleIn(first), await roleIn(second)]).toEqual(["VIEWER", "OWNER"]);
  });

  it("works once, for its address alone, in its time, until it is revoked", async () => {
    const { token } = await invite();
    await addPerson(app.database, `not-${email}`);
    const stranger = await sessionOf(app, `not-${email}`);
    expect(codesOf(await accept(token, "", stranger))).toEqual(["FORBIDDEN"]);

    await superuser`update invitations set expires_at = now() where email = ${email}`;
    expect(codesOf(await accept(token))).toEqual(["EXPIRED"]);
    await superuser`update invitations set expires_at = now() + interval '1 day' where email = ${email}`;
    expect(codesOf(await accept(token))).toEqual([]);
    expect(codesOf(await accept(token))).toEqual(["CONFLICT"]);

    const revoked = await invite("EDITOR", `not-${email}`);
    await app.read(
      `mutation { revokeInvitation(input: { invitationId: "${revoked.invitation.id}" }) { userErrors { code } } }`,
    );
    expect(codesOf(await accept(revoked.token, "", stranger))).toEqual(["NOT_FOUND"]);
  });

  it("of somebody who is removed is taken back, and who is known as an author alone can be invited", async () => {
    const [author] = await superuser<{ id: string }[]>`
      insert into members (workspace_id, id, email, display_name, role)
      values (${first}, gen_random_uuid(), ${email}, 'Author', 'EDITOR') returning id`;
    const { token } = await invite("VIEWER");
    const memberId = toGlobalId("Member", author!.id);
    await app.read(
      `mutation { removeMember(input: { memberId: "${memberId}" }) { userErrors { code } } }`,
    );
    expect(codesOf(await accept(token))).toEqual(["NOT_FOUND"]);
    expect(codesOf(await accept((await invite("VIEWER")).token))).toEqual([]);
    expect((await me()).data.viewer.member).toMatchObject({ id: memberId, role: "VIEWER" });
  });

  it("that was made up finds nothing, and a key accepts none", async () => {
    expect(codesOf(await accept("shi_nothing"))).toEqual(["INVALID"]);
    expect(codesOf(await accept(createInvitationToken(first).token))).toEqual(["NOT_FOUND"]);
    // Of a workspace that is not there either: nobody finds out which there are.
    const nowhere = createInvitationToken(crypto.randomUUID()).token;
    const key = `idempotencyKey: "${crypto.randomUUID()}"`;
    expect(codesOf(await accept(nowhere, key))).toEqual(["NOT_FOUND"]);
    expect(codesOf(await accept(createInvitationToken(first).token, key))).toEqual(["NOT_FOUND"]);
    const { token } = await invite();
    const byKey = await app.ask(acceptance(token));
    expect(byKey.errors[0]?.extensions["code"]).toBe("UNAUTHENTICATED");
  });

  it("is accepted once with an idempotency key, however often it is sent", async () => {
    const { token } = await invite();
    const key = `idempotencyKey: "${crypto.randomUUID()}"`;
    const answers = await Promise.all([accept(token, key), accept(token, key), accept(token, key)]);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0].userErrors).toEqual([]);
  });
});

describe("a member who leaves", () => {
  it("is out on every server within five seconds, and comes back as the same member", async () => {
    expect(codesOf(await accept((await invite("ADMIN")).token))).toEqual([]);
    const memberId = (await me()).data.viewer.member.id;
    const elsewhere = () =>
      other.server.inject({
        method: "POST",
        url: "/graphql",
        headers: { cookie },
        payload: { query: "{ viewer { role } }" },
      });
    expect((await elsewhere()).json().data.viewer.role).toBe("ADMIN");

    const left = await askAs(
      app,
      cookie,
      "mutation { leaveWorkspace(input: {}) { member { id removedAt } userErrors { code } } }",
    );
    expect(left.data.leaveWorkspace).toEqual({
      member: { id: memberId, removedAt: expect.any(String) },
      userErrors: [],
    });
    // Five seconds pass for what servers remember.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 5_001 });
    onTestFinished(() => void vi.useRealTimers());
    expect((await elsewhere()).json().errors[0].extensions.code).toBe("NO_WORKSPACE");

    expect(codesOf(await accept((await invite("VIEWER")).token))).toEqual([]);
    expect((await me()).data.viewer.member).toMatchObject({ id: memberId, role: "VIEWER" });
  });

  it("is not the last owner", async () => {
    await superuser`update members set role = 'ADMIN' where workspace_id = ${first} and role = 'OWNER'`;
    expect(codesOf(await accept((await invite("OWNER")).token))).toEqual([]);
    const leave = "mutation { leaveWorkspace(input: {}) { userErrors { code } } }";
    expect(codesOf((await askAs(app, cookie, leave)).data.leaveWorkspace)).toEqual(["LAST_OWNER"]);
  });
});

describe("what a member may do", () => {
  it.each([
    ["ADMIN", []],
    ["EDITOR", ["apiKeys", "auditLogEntries", "invitations"]],
    ["VIEWER", ["apiKeys", "auditLogEntries", "invitations"]],
  ])("as %s is what the viewer's permissions say", async (role, refused) => {
    await accept((await invite(role)).token);
    const { data, errors } = await askAs(
      app,
      cookie,
      `{ viewer { permissions } workspace { members { totalCount }
          apiKeys { totalCount } auditLogEntries { totalCount } invitations { totalCount } } }`,
    );
    const fields = errors.map(({ path }) => String(path?.at(-1)));
    expect(fields.toSorted((one, two) => one.localeCompare(two))).toEqual(refused);
    for (const { extensions } of errors) {
      expect(extensions["code"]).toBe("FORBIDDEN");
      expect(data.viewer.permissions).not.toContain(extensions["permission"]);
    }
    expect(data.workspace.members.totalCount).toBeGreaterThan(0);
  });
});
