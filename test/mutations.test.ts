import {
  getNamedType,
  isObjectType,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
} from "graphql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createApiKey, listApiKeys, revokeApiKey } from "../src/auth/api-keys.ts";
import { createMember } from "../src/auth/members.ts";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { connect, type Client } from "../src/db/client.ts";
import type { ApiKeyScope, MemberRole } from "../src/db/tables/access-words.ts";
import { fromGlobalId, toGlobalId } from "../src/loaders/global-id.ts";
import { buildSchema } from "../src/schema/build.ts";
import { permissionOf } from "../src/schema/permissions.ts";
import { createTestApp, makeKey, type Answer, type Json, type TestApp } from "./support/app.ts";
import { addPerson, asOwnerOf } from "./support/people.ts";

const schema = buildSchema();
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
const [own, foreign] = [demoWorkspaceList()[0]!.id, demoWorkspaceList()[1]!.id];
const ALL: ApiKeyScope[] = ["read", "write", "admin", "insight"];

let app: TestApp;
let superuser: Client;
const keys = {} as Record<MemberRole, string>;
beforeAll(async () => {
  app = await createTestApp();
  superuser = connect(app.database.ownerUrl, { max: 1 });
  for (const role of ["OWNER", "ADMIN", "EDITOR", "VIEWER"] as const) {
    keys[role] = await makeKey(app.database, own, ALL, { role, name: `the ${role}'s` });
  }
});
afterAll(async () => {
  await superuser.end({ timeout: 5 });
  await app.close();
});

/** Sends one mutation; the answer's payload, whose errors are those of the request. */
async function send(name: string, input: Json, selection: string, key = keys.OWNER): Promise<Json> {
  const field = mutations.find((candidate) => candidate.name === name)!;
  const type = String(field.args[0]!.type);
  const answer = await app.ask(
    `mutation ($input: ${type}) { ${name}(input: $input) { ${selection} userErrors { code field message } } }`,
    { variables: { input }, key },
  );
  return { ...answer.data?.[name], errors: answer.errors, extensions: answer.extensions };
}

/** The same, and fails unless it was done. */
async function done(name: string, input: Json, selection: string, key = keys.OWNER): Promise<Json> {
  const { errors, userErrors, ...rest } = await send(name, input, selection, key);
  expect({ errors, userErrors }).toEqual({ errors: [], userErrors: [] });
  return rest;
}

const codesOf = ({ userErrors }: Json) => userErrors?.map(({ code }: Json) => code);

/** Does the viewer that the key belongs to have a valid key? */
const works = async (key: string) =>
  (await app.ask("{ viewer { name } }", { key })).errors.length === 0;

async function addMember(role: MemberRole, removed = false): Promise<string> {
  const [row] = await superuser<{ id: string }[]>`
    insert into members (workspace_id, id, email, display_name, role, removed_at)
    values (${own}, gen_random_uuid(), md5(random()::text) || '@example.com', 'Robin', ${role},
            ${removed ? superuser`now()` : null})
    returning id`;
  return toGlobalId("Member", row!.id);
}

const newest = async (): Promise<Json> => {
  const [row] = await superuser`
    select * from audit_log_entries where workspace_id = ${own} order by id desc limit 1`;
  return row;
};

const entries = async (): Promise<number> => {
  const [row] = await superuser<{ count: number }[]>`
    select count(*)::int as count from audit_log_entries where workspace_id = ${own}`;
  return row!.count;
};

describe("every mutation", () => {
  it.each(mutations)("$name takes one input with an idempotency key", ({ args, type, name }) => {
    expect(args.map((argument) => argument.name)).toEqual(["input"]);
    const input = getNamedType(args[0]!.type) as GraphQLInputObjectType;
    expect(input.name).toBe(`${name[0]!.toUpperCase()}${name.slice(1)}Input`);
    expect(String(input.getFields()["idempotencyKey"]?.type)).toBe("String");
    expect(String(type)).toBe(`${name[0]!.toUpperCase()}${name.slice(1)}Payload`);
  });

  it("leads nobody to what a query would not show them", () => {
    const reached = new Set<GraphQLObjectType>();
    const walk = (type: GraphQLObjectType) => {
      if (reached.has(type)) return;
      reached.add(type);
      for (const field of Object.values(type.getFields())) {
        const next = getNamedType(field.type);
        if (isObjectType(next) && !permissionOf(field)) walk(next);
      }
    };
    for (const { type } of mutations) walk(getNamedType(type) as GraphQLObjectType);
    const content = [...reached].filter((type) => permissionOf(type) === "READ_CONTENT");
    // What was written itself, and who wrote it.
    expect(content.map(({ name }) => name).toSorted()).toEqual(["Member", "Workspace"]);
  });

  it("is refused by GET, and to a key without the scope, before anything is written", async () => {
    const reader = await makeKey(app.database, own, ["read", "write", "insight"]);
    const before = await entries();
    const query = `mutation { updateWorkspace(input: { name: "No" }) { userErrors { code } } }`;
    const byGet = await app.server.inject({
      url: `/graphql?query=${encodeURIComponent(query)}`,
      headers: { authorization: `Bearer ${keys.OWNER}`, "apollo-require-preflight": "1" },
    });
    expect(byGet.statusCode).toBe(405);
    const answer = await app.ask(query, { key: reader });
    expect(answer.status).toBe(403);
    expect(answer.errors[0]?.extensions).toMatchObject({
      code: "FORBIDDEN",
      permission: "UPDATE_WORKSPACE",
    });
    expect(answer.extensions["sql"]).toMatchObject({ statements: 0 });
    expect(await entries()).toBe(before);
  });

  it("is committed before its payload is read, one after the other", async () => {
    const answer = await app.ask(
      `mutation {
        one: updateWorkspace(input: { name: "One" }) { workspace { name auditLogEntries(first: 1) { nodes { changes { before after } } } } }
        two: updateWorkspace(input: { name: "Two" }) { workspace { name auditLogEntries(first: 1) { nodes { changes { before after } } } } }
      }`,
    );
    expect(answer.errors).toEqual([]);
    const told = ({ workspace }: Json) => [
      workspace.name,
      workspace.auditLogEntries.nodes[0].changes[0].after,
    ];
    expect([told(answer.data.one), told(answer.data.two)]).toEqual([
      ["One", "One"],
      ["Two", "Two"],
    ]);
  });

  it("is undone as a whole when the audit log cannot be written", async () => {
    const name = (await app.read("{ workspace { name } }")).data.workspace.name;
    await superuser`revoke insert on audit_log_entries from socialhub_app`;
    const answer = await send("updateWorkspace", { name: "Half" }, "workspace { name }");
    await superuser`grant insert on audit_log_entries to socialhub_app`;
    expect(answer.errors[0].extensions.code).toBe("INTERNAL_SERVER_ERROR");
    expect((await app.read("{ workspace { name } }")).data.workspace.name).toBe(name);
  });
});

describe("what is wrong with an input", () => {
  it.each([
    ["updateWorkspace", { name: " " }, "name"],
    ["updateWorkspace", { name: "x".repeat(101) }, "name"],
    ["updateWorkspace", { name: "a\u0000b" }, "name"],
    ["inviteMember", { email: "nobody", role: "EDITOR" }, "email"],
    ["inviteMember", { email: "a@b.example", role: "EDITOR", expiresInDays: 0 }, "expiresInDays"],
    ["changeMemberRole", { memberId: "nothing", role: "EDITOR" }, "memberId"],
    ["removeMember", { memberId: toGlobalId("Post", own) }, "memberId"],
    ["createApiKey", { name: "k", scopes: [] }, "scopes"],
    ["createApiKey", { name: "k", expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt"],
    ["rotateApiKey", { apiKeyId: toGlobalId("ApiKey", own), overlapMinutes: -1 }, "overlapMinutes"],
    ["updateWorkspace", { name: "Fine", idempotencyKey: "" }, "idempotencyKey"],
    ["updateWorkspace", { name: "Fine", idempotencyKey: "x".repeat(256) }, "idempotencyKey"],
  ])("%s %j is told by its field", async (name, input, field) => {
    const { userErrors, errors } = await send(name, input, "__typename");
    expect(errors).toEqual([]);
    expect(userErrors).toEqual([{ code: "INVALID", field, message: expect.any(String) }]);
  });

  it.each([
    ["changeMemberRole", { memberId: toGlobalId("Member", own), role: "EDITOR" }],
    ["removeMember", { memberId: toGlobalId("Member", own) }],
    ["revokeInvitation", { invitationId: toGlobalId("Invitation", own) }],
    ["rotateApiKey", { apiKeyId: toGlobalId("ApiKey", own) }],
    ["revokeApiKey", { apiKeyId: toGlobalId("ApiKey", own) }],
  ])("%s finds nothing", async (name, input) => {
    expect(codesOf(await send(name, input, "__typename"))).toEqual(["NOT_FOUND"]);
  });

  it("is not there for what belongs to another workspace", async () => {
    const [member] = await superuser<{ id: string }[]>`
      select id from members where workspace_id = ${foreign} limit 1`;
    const theirs = await makeKey(app.database, foreign);
    const [key] = await superuser<{ id: string }[]>`
      select id from api_keys where workspace_id = ${foreign} order by id desc limit 1`;
    const memberId = toGlobalId("Member", member!.id);
    const apiKeyId = toGlobalId("ApiKey", key!.id);
    for (const [name, input] of [
      ["changeMemberRole", { memberId, role: "VIEWER" }],
      ["removeMember", { memberId }],
      ["revokeApiKey", { apiKeyId }],
      ["rotateApiKey", { apiKeyId }],
    ] as const) {
      expect(codesOf(await send(name, input, "__typename"))).toEqual(["NOT_FOUND"]);
    }
    expect(await works(theirs)).toBe(true);
  });
});

describe("an idempotency key", () => {
  let idempotencyKey: string;
  beforeEach(() => (idempotencyKey = crypto.randomUUID()));

  it("gives the same answer to the same body, what is shown once included, and acts once", async () => {
    const input = { name: "Once", scopes: ["READ"], idempotencyKey };
    const first = await done("createApiKey", input, "key apiKey { id name }");
    const before = await entries();
    const second = await done("createApiKey", input, "key apiKey { id name }");
    expect(second.key).toBe(first.key);
    expect(second.apiKey).toEqual(first.apiKey);
    expect(await entries()).toBe(before);
    expect(await works(first.key)).toBe(true);
  });

  it("is a conflict with another body, or another mutation", async () => {
    await done("updateWorkspace", { name: "First", idempotencyKey }, "workspace { name }");
    for (const [name, input] of [
      ["updateWorkspace", { name: "Second", idempotencyKey }],
      ["createApiKey", { name: "First", idempotencyKey }],
    ] as const) {
      expect(codesOf(await send(name, input, "__typename"))).toEqual(["IDEMPOTENCY_KEY_REUSED"]);
    }
    expect((await app.read("{ workspace { name } }")).data.workspace.name).toBe("First");
  });

  it("acts once for ten requests at the same time", async () => {
    const input = { name: "Race", scopes: ["READ"], idempotencyKey };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => done("createApiKey", input, "key apiKey { id }")),
    );
    expect(new Set(answers.map(({ key }) => key)).size).toBe(1);
    const [row] = await superuser<{ count: number }[]>`
      select count(*)::int as count from api_keys where name = 'Race'`;
    expect(row!.count).toBe(1);
  });

  it("is each viewer's own, and free again when nothing was done", async () => {
    const input = { name: "Mine", idempotencyKey };
    expect(codesOf(await send("updateWorkspace", { ...input, name: "" }, "__typename"))).toEqual([
      "INVALID",
    ]);
    await done("updateWorkspace", input, "workspace { name }", keys.OWNER);
    await done("updateWorkspace", { ...input, name: "Theirs" }, "__typename", keys.ADMIN);
  });

  it("is forgotten after a day", async () => {
    await done("updateWorkspace", { name: "Old", idempotencyKey }, "__typename");
    await superuser`update idempotency_records set created_at = now() - interval '25 hours'`;
    await done("updateWorkspace", { name: "New", idempotencyKey }, "__typename");
  });

  it("keeps in the database nothing that could be used", async () => {
    const input = { name: "Secret", scopes: ["READ"], idempotencyKey };
    const { key } = await done("createApiKey", input, "key");
    const rows = await superuser`select to_jsonb(r) as row from idempotency_records r`;
    const text = JSON.stringify(rows);
    expect(text.length).toBeGreaterThan(100);
    expect(text).not.toContain(key);
    expect(text).not.toContain(Buffer.from(key).toString("base64"));
    expect(text).not.toContain(idempotencyKey);
  });
});

describe("members", () => {
  it("change their roles; who makes owners is one", async () => {
    const memberId = await addMember("VIEWER");
    const changed = await done("changeMemberRole", { memberId, role: "EDITOR" }, "member { role }");
    expect(changed.member.role).toBe("EDITOR");
    expect(await newest()).toMatchObject({
      action: "MEMBER_ROLE_CHANGED",
      actor_kind: "API_KEY",
      actor_name: "the OWNER's",
      target_type: "Member",
      target_id: fromGlobalId(memberId).id,
      before: { role: "VIEWER" },
      after: { role: "EDITOR" },
      ip_address: "127.0.0.1",
    });
    const promotion = await send(
      "changeMemberRole",
      { memberId, role: "OWNER" },
      "__typename",
      keys.ADMIN,
    );
    expect(promotion.errors[0].extensions).toMatchObject({ permission: "MANAGE_OWNERS" });
    for (const role of ["EDITOR", "VIEWER"] as const) {
      const refused = await send("removeMember", { memberId }, "__typename", keys[role]);
      expect(refused.errors[0].extensions).toMatchObject({ permission: "MANAGE_MEMBERS" });
    }
  });

  it("are removed from the list, and stay the authors of what they wrote", async () => {
    const [post] = await superuser<{ id: string; author_id: string }[]>`
      select posts.id, author_id from posts join members on members.id = author_id
      where posts.workspace_id = ${own} and role = 'EDITOR' limit 1`;
    const memberId = toGlobalId("Member", post!.author_id);
    const all = "{ workspace { members(first: 100) { totalCount nodes { id } } } }";
    const before = (await app.read(all)).data.workspace.members;
    expect(before.nodes.map(({ id }: Json) => id)).toContain(memberId);

    await done("removeMember", { memberId }, "member { removedAt }");
    const after = (await app.read(all)).data.workspace.members;
    expect(after.nodes.map(({ id }: Json) => id)).not.toContain(memberId);
    expect(after.totalCount).toBe(before.totalCount - 1);
    const { data } = await app.read(
      `{ post(id: "${toGlobalId("Post", post!.id)}") { author { id removedAt } } }`,
    );
    expect(data.post.author).toEqual({ id: memberId, removedAt: expect.any(String) });
    expect(codesOf(await send("removeMember", { memberId }, "__typename"))).toEqual(["NOT_FOUND"]);
  });

  it("never lose the last owner, not even when two go at the same moment", async () => {
    await superuser`
      update members set role = 'ADMIN' where workspace_id = ${own} and role = 'OWNER'`;
    const [one, two] = [await addMember("OWNER"), await addMember("OWNER")];
    const answers = await Promise.all(
      [one, two].map((memberId) => send("removeMember", { memberId }, "__typename")),
    );
    expect(answers.flatMap(codesOf)).toEqual(["LAST_OWNER"]);
    const [left] = await superuser<{ id: string }[]>`
      select id from members where workspace_id = ${own} and role = 'OWNER' and removed_at is null`;
    const memberId = toGlobalId("Member", left!.id);
    const demoted = await send("changeMemberRole", { memberId, role: "ADMIN" }, "__typename");
    expect(codesOf(demoted)).toEqual(["LAST_OWNER"]);
  });

  it("do not leave with a key", async () => {
    expect(codesOf(await send("leaveWorkspace", {}, "__typename"))).toEqual(["FORBIDDEN"]);
  });
});

describe("invitations", () => {
  it("show their token once, and replace an earlier one of the same address", async () => {
    const input = { email: "New.Person@Example.com", role: "EDITOR" };
    const selection = "token invitation { id email role status expiresAt }";
    const first = await done("inviteMember", input, selection);
    expect(first.token).toMatch(/^shi_/);
    expect(first.invitation).toMatchObject({ email: "new.person@example.com", status: "OPEN" });
    const second = await done("inviteMember", input, selection);
    expect(second.token).not.toBe(first.token);
    const { data } = await app.read(
      "{ workspace { invitations(first: 2) { nodes { id status invitedBy { id } } } } }",
    );
    expect(data.workspace.invitations.nodes).toEqual([
      { id: second.invitation.id, status: "OPEN", invitedBy: null },
      { id: first.invitation.id, status: "REVOKED", invitedBy: null },
    ]);
    const revoked = await done(
      "revokeInvitation",
      { invitationId: second.invitation.id },
      "invitation { status }",
    );
    expect(revoked.invitation.status).toBe("REVOKED");
  });

  it("are not for members, and an admin invites no owner", async () => {
    await addPerson(app.database, "works@example.com", [{ workspaceId: own, role: "EDITOR" }]);
    const input = { email: "Works@Example.com", role: "EDITOR" };
    expect(codesOf(await send("inviteMember", input, "__typename"))).toEqual(["CONFLICT"]);
    const owner = { email: "boss@example.com", role: "OWNER" };
    const refused = await send("inviteMember", owner, "__typename", keys.ADMIN);
    expect(refused.errors[0].extensions.permission).toBe("MANAGE_OWNERS");
  });
});

describe("an owner's invitation", () => {
  it("is not taken back by an admin who invites the address again; by an owner it is, and logged", async () => {
    const email = "partner@example.com";
    const first = await done("inviteMember", { email, role: "OWNER" }, "invitation { id }");
    const again = { email, role: "VIEWER" };
    const refused = await send("inviteMember", again, "__typename", keys.ADMIN);
    expect(refused.errors[0]?.extensions.permission).toBe("MANAGE_OWNERS");
    await done("inviteMember", again, "__typename");
    const logged = await superuser`
      select action, target_id from audit_log_entries where target_name = ${email} order by id`;
    expect(logged.map(({ action }) => action)).toEqual([
      "MEMBER_INVITED",
      "INVITATION_REVOKED",
      "MEMBER_INVITED",
    ]);
    expect(logged[1]!["target_id"]).toBe(fromGlobalId(first.invitation.id).id);
  });
});

describe("API keys", () => {
  it("are shown once, found by their hint, and do no more than who made them", async () => {
    const input = { name: "Reports", role: "VIEWER", scopes: ["READ", "INSIGHT"] };
    const made = await done("createApiKey", input, "key apiKey { id hint role scopes status }");
    expect(made.key).toMatch(/^shk_/);
    expect(made.apiKey).toEqual({
      id: expect.any(String),
      hint: made.key.slice(-4),
      role: "VIEWER",
      scopes: ["READ", "INSIGHT"],
      status: "ACTIVE",
    });
    const { data } = await app.read("{ workspace { apiKeys(first: 1) { nodes { name hint } } } }");
    expect(data.workspace.apiKeys.nodes).toEqual([{ name: "Reports", hint: made.key.slice(-4) }]);

    const owners = await send("createApiKey", { ...input, role: "OWNER" }, "key", keys.ADMIN);
    expect(owners.errors[0].extensions.permission).toBe("MANAGE_OWNERS");
    const manager = await makeKey(app.database, own, ["read", "admin"], { role: "ADMIN" });
    expect(codesOf(await send("createApiKey", input, "key", manager))).toEqual(["FORBIDDEN"]);
  });

  it("hand their own limits, and the end of their time, on to those that they make", async () => {
    const maker = await makeKey(app.database, own, ["read", "admin"], {
      name: "limited maker",
      role: "ADMIN",
      limits: { depth: 4, ratePoints: 5000 },
    });
    await superuser`
      update api_keys set expires_at = now() + interval '1 hour' where name = 'limited maker'`;
    const selection = "apiKey { id expiresAt }";
    const made = await done("createApiKey", { name: "child" }, selection, maker);
    const [row] = await superuser`
      select max_depth, max_nodes, rate_limit_points from api_keys where name = 'child'`;
    expect(row).toEqual({ max_depth: 4, max_nodes: null, rate_limit_points: 5000 });
    expect(Date.parse(made.apiKey.expiresAt)).toBeLessThan(Date.now() + 3_600_000);
  });

  it("are rotated with an overlap, and keep their limits", async () => {
    const key = await makeKey(app.database, own, ["read"], {
      name: "rotating",
      role: "VIEWER",
      limits: { depth: 3 },
    });
    const [row] = await superuser<{ id: string }[]>`
      select id from api_keys where name = 'rotating'`;
    const apiKeyId = toGlobalId("ApiKey", row!.id);
    const rotated = await done(
      "rotateApiKey",
      { apiKeyId, overlapMinutes: 10 },
      "key apiKey { id status expiresAt } replaced { id status expiresAt replacedBy { id } }",
    );
    expect(rotated.apiKey).toMatchObject({ status: "ACTIVE", expiresAt: null });
    expect(rotated.replaced).toMatchObject({
      id: apiKeyId,
      status: "ROTATED",
      replacedBy: { id: rotated.apiKey.id },
    });
    const minutes = (Date.parse(rotated.replaced.expiresAt) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(9);
    expect(minutes).toBeLessThanOrEqual(10);
    expect([await works(key), await works(rotated.key)]).toEqual([true, true]);
    const [limits] = await superuser`select max_depth from api_keys where id = ${
      fromGlobalId(rotated.apiKey.id).id
    }`;
    expect(limits).toEqual({ max_depth: 3 });
    expect(codesOf(await send("rotateApiKey", { apiKeyId }, "key"))).toEqual(["CONFLICT"]);

    const at = await done(
      "rotateApiKey",
      { apiKeyId: rotated.apiKey.id, overlapMinutes: 0 },
      "replaced { status }",
    );
    expect(at.replaced.status).toBe("EXPIRED");
  });

  it("with limits rotate none with fewer, but themselves", async () => {
    const limited = await makeKey(app.database, own, ALL, {
      name: "limited",
      limits: { depth: 4 },
    });
    await makeKey(app.database, own, ["read"], { name: "unlimited", role: "VIEWER" });
    const rows = await superuser<{ id: string; name: string }[]>`
      select id, name from api_keys where name in ('limited', 'unlimited')`;
    const idOf = (name: string) => toGlobalId("ApiKey", rows.find((row) => row.name === name)!.id);
    const input = { apiKeyId: idOf("unlimited") };
    expect(codesOf(await send("rotateApiKey", input, "key", limited))).toEqual(["FORBIDDEN"]);
    await done("rotateApiKey", { apiKeyId: idOf("limited") }, "key", limited);
  });

  it("that were revoked a moment ago make no other, though they still may read", async () => {
    const key = await makeKey(app.database, own, ALL, { name: "just revoked" });
    expect(await works(key)).toBe(true);
    await superuser`update api_keys set revoked_at = now() where name = 'just revoked'`;
    expect(await works(key)).toBe(true);
    const { errors } = await send("createApiKey", { name: "Escape" }, "key", key);
    expect(errors[0].extensions.code).toBe("UNAUTHENTICATED");
    const [row] = await superuser`select 1 from api_keys where name = 'Escape'`;
    expect(row).toBeUndefined();
  });

  it("are revoked, once", async () => {
    const { apiKey } = await done("createApiKey", { name: "Gone" }, "apiKey { id }");
    const revoked = await done(
      "revokeApiKey",
      { apiKeyId: apiKey.id },
      "apiKey { status revokedAt }",
    );
    expect(revoked.apiKey.status).toBe("REVOKED");
    expect(await newest()).toMatchObject({
      action: "API_KEY_REVOKED",
      target_id: fromGlobalId(apiKey.id).id,
    });
    const before = await entries();
    const again = await done("revokeApiKey", { apiKeyId: apiKey.id }, "apiKey { revokedAt }");
    expect(again.apiKey.revokedAt).toBe(revoked.apiKey.revokedAt);
    expect(await entries()).toBe(before);
  });
});

describe("the audit log", () => {
  const log = "workspace { auditLogEntries(first: 5, filter: $filter) { totalCount nodes";
  const ask = (filter: Json, key = keys.OWNER): Promise<Answer> =>
    app.ask(
      `query ($filter: AuditLogEntryFilter) { ${log} {
        action actorKind actorName actorId targetId targetName ipAddress requestId
        changes { field before after } } } } }`,
      { variables: { filter }, key },
    );

  it("tells who did what, filtered, to owners and admins only", async () => {
    await done("updateWorkspace", { name: "Logged" }, "__typename", keys.ADMIN);
    const { data } = await ask({ actions: ["WORKSPACE_UPDATED"] }, keys.ADMIN);
    const [entry] = data.workspace.auditLogEntries.nodes;
    expect(entry).toMatchObject({
      actorKind: "API_KEY",
      actorName: "the ADMIN's",
      targetId: toGlobalId("Workspace", own),
      changes: [{ field: "name", after: "Logged" }],
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const mine = await ask({ actorIds: [entry.actorId] });
    expect(mine.data.workspace.auditLogEntries.totalCount).toBeGreaterThan(0);
    for (const { actorId } of mine.data.workspace.auditLogEntries.nodes) {
      expect(actorId).toBe(entry.actorId);
    }
    for (const role of ["EDITOR", "VIEWER"] as const) {
      const refused = await ask({}, keys[role]);
      expect(refused.errors[0]?.extensions["permission"]).toBe("READ_AUDIT_LOG");
    }
  });

  it("is never changed by the server, whatever it is told", async () => {
    const server = connect(app.database.url, { role: "socialhub_app", max: 1 });
    try {
      for (const statement of [
        "update audit_log_entries set actor_name = 'nobody'",
        "delete from audit_log_entries",
        "truncate audit_log_entries",
      ]) {
        await expect(server.unsafe(statement)).rejects.toThrow("permission denied");
      }
    } finally {
      await server.end({ timeout: 5 });
    }
  });

  it("tells what was done on the command line, which leaves the last owner one as well", async () => {
    const tell = () => superuser<Json[]>`
      select action, actor_kind, actor_name, target_name, before, after from audit_log_entries
      where workspace_id = ${foreign} and actor_kind = 'SYSTEM' order by id desc limit 2`;
    await asOwnerOf(app.database, async (client) => {
      const wanted = { name: "by hand", role: "VIEWER", scopes: ["read"] } as const;
      await createApiKey(client, foreign, wanted);
      const [key] = await listApiKeys(client, foreign);
      await revokeApiKey(client, foreign, key!.id);
      await revokeApiKey(client, foreign, key!.id);
      const actor = { actor_kind: "SYSTEM", actor_name: "command line", target_name: "by hand" };
      expect([...(await tell())]).toEqual([
        {
          ...actor,
          action: "API_KEY_REVOKED",
          before: { role: "VIEWER", scopes: "read" },
          after: null,
        },
        {
          ...actor,
          action: "API_KEY_CREATED",
          before: null,
          after: { role: "VIEWER", scopes: "read" },
        },
      ]);

      await superuser`
        update members set role = 'ADMIN' where workspace_id = ${foreign} and role = 'OWNER'`;
      const person = {
        email: "by-hand@example.com",
        name: "Hand",
        passwordHash: "none",
        overwritesPassword: false,
      };
      expect(await createMember(client, foreign, { ...person, role: "OWNER" })).toBe("created");
      const demoted = { ...person, role: "EDITOR", overwritesPassword: true } as const;
      expect(await createMember(client, foreign, demoted)).toBe("last owner");
      const [entry] = await tell();
      expect(entry).toMatchObject({
        action: "MEMBER_ADDED",
        after: { email: "by-hand@example.com", role: "OWNER" },
      });
    });
  });

  it("holds no secret", async () => {
    const { key } = await done("createApiKey", { name: "Hidden" }, "key");
    const rows = await superuser`select to_jsonb(e) as entry from audit_log_entries e`;
    expect(JSON.stringify(rows)).not.toContain(key);
    expect(JSON.stringify(rows)).not.toMatch(/sh[ki]_|hash/);
  });
});
