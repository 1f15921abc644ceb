import { print } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as generated from "../web/src/operations.generated.ts";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { createTestApp, type Json, type TestApp } from "./support/app.ts";
import { addPerson, sessionOf } from "./support/people.ts";
import {
  readWebOperations,
  trustedWebOperations,
  type WebOperation,
} from "./support/web-operations.ts";

/*
 * What the dashboard sends, on a server that takes nothing else: each operation is asked by its id, as
 * somebody who has signed in. An operation that is new needs variables, in web-operations.variables.json.
 */

/** Takes every operation. */
let free: TestApp;
/** Takes those of the dashboard's manifest alone. */
let app: TestApp;
let operations: WebOperation[];
let cookie: string;

beforeAll(async () => {
  const [home, elsewhere] = demoWorkspaceList();
  free = await createTestApp();
  operations = await readWebOperations(free);
  await addPerson(free.database, "dashboard@example.com", [
    { workspaceId: home!.id, role: "OWNER" },
    { workspaceId: elsewhere!.id, role: "VIEWER" },
  ]);
  cookie = await sessionOf(free, "dashboard@example.com");
  const settings = {
    TRUSTED_DOCUMENTS: "web/operations.manifest.json",
    TRUSTED_DOCUMENTS_ONLY: "on",
  };
  const database = { ...free.database, close: async () => undefined };
  app = await createTestApp({ settings, database });
});
afterAll(async () => {
  await app.close();
  await free.close();
});

/** As the dashboard's client sends it: the text, and the id under which a server may know it. */
async function send({ id, document, variables }: WebOperation): Promise<Json> {
  const response = await app.server.inject({
    method: "POST",
    url: "/graphql",
    headers: { cookie, "x-insight": "sql, cost" },
    payload: {
      query: document,
      variables,
      extensions: { persistedQuery: { version: 1, sha256Hash: id } },
    },
  });
  return response.json();
}

describe("the dashboard's operations", () => {
  it("are sent as they stand in the manifest", () => {
    const documents = Object.entries(generated).flatMap(([name, document]) =>
      name.endsWith("Document") ? [[name.replace(/Document$/, ""), print(document as Json)]] : [],
    );
    const trusted = trustedWebOperations();
    expect(Object.fromEntries(documents)).toEqual(
      Object.fromEntries(trusted.map(({ name, body }) => [name, body])),
    );
    expect(generated.operationIds).toEqual(
      Object.fromEntries(trusted.map(({ name, id }) => [name, id])),
    );
  });

  it("pass the gates of a server that takes nothing else, and answer without errors", async () => {
    const costs: string[] = [];
    for (const operation of operations) {
      const { data, errors = [], extensions } = await send(operation);
      expect(errors, operation.name).toEqual([]);
      expect(Object.values(data), operation.name).not.toContain(null);
      const { sql, cost } = extensions;
      costs.push(
        `${operation.name}: ${sql.statements} statements, depth ${cost.depth}, ${cost.requested} points, ${cost.nodes} nodes`,
      );
    }
    expect(costs.join("\n")).toMatchInlineSnapshot(`
      "ApiKeys: 2 statements, depth 2, 30 points, 50 nodes
      CreateApiKey: 3 statements, depth 2, 40 points, 0 nodes
      RotateApiKey: 0 statements, depth 2, 58 points, 0 nodes
      RevokeApiKey: 0 statements, depth 2, 39 points, 0 nodes
      AuditLog: 2 statements, depth 3, 41 points, 25 nodes
      Calendar: 2 statements, depth 2, 25 points, 100 nodes
      NewestPost: 1 statements, depth 1, 10 points, 1 nodes
      Inbox: 5 statements, depth 3, 49 points, 25 nodes
      Conversation: 8 statements, depth 3, 89 points, 20 nodes
      Invitations: 2 statements, depth 3, 35 points, 20 nodes
      InviteMember: 0 statements, depth 3, 45 points, 0 nodes
      RevokeInvitation: 0 statements, depth 3, 44 points, 0 nodes
      AcceptInvitation: 0 statements, depth 2, 27 points, 0 nodes
      Me: 1 statements, depth 2, 20 points, 0 nodes
      Members: 2 statements, depth 2, 26 points, 50 nodes
      ChangeMemberRole: 4 statements, depth 2, 35 points, 0 nodes
      RemoveMember: 0 statements, depth 2, 35 points, 0 nodes
      LeaveWorkspace: 0 statements, depth 2, 29 points, 0 nodes
      Overview: 5 statements, depth 4, 83 points, 465 nodes
      Post: 10 statements, depth 4, 128 points, 120 nodes
      MoreReplies: 3 statements, depth 3, 34 points, 50 nodes
      Posts: 4 statements, depth 2, 48 points, 25 nodes
      PostChoices: 2 statements, depth 1, 21 points, 200 nodes
      CurrentViewer: 0 statements, depth 2, 24 points, 0 nodes
      Workspace: 1 statements, depth 1, 9 points, 0 nodes
      UpdateWorkspace: 0 statements, depth 2, 30 points, 0 nodes"
    `);
  });

  /** The answer to an operation of one field, which has no user errors. */
  const change = async (name: string, input: Json) => {
    const operation = operations.find((each) => each.name === name)!;
    const { data, errors = [] } = await send({ ...operation, variables: { input } });
    expect(errors, name).toEqual([]);
    const [payload] = Object.values<Json>(data);
    expect(payload.userErrors, name).toEqual([]);
    return payload;
  };
  const listed = async (name: string, list: string): Promise<Json[]> => {
    const operation = operations.find((each) => each.name === name)!;
    const { data } = await send({ ...operation, variables: {} });
    return data.workspace[list].edges.map(({ node }: Json) => node);
  };

  it("show the whole overview by five statements, the viewer and their workspaces included", async () => {
    const overview = operations.find(({ name }) => name === "Overview")!;
    const { data, extensions } = await send({ ...overview, variables: {} });
    expect(extensions.sql.statements).toBe(5);
    expect(data.accounts.edges).toHaveLength(15);
    expect(data.viewer.workspaces).toHaveLength(2);
  });

  it("are refused by such a server when they are others", async () => {
    const { errors } = await send({ ...operations[0]!, id: "f".repeat(64) });
    expect(errors[0].extensions.code).toBe("TRUSTED_DOCUMENT_REQUIRED");
  });

  it("make, replace and revoke a key, invite, take back, rename and leave", async () => {
    const made = await change("CreateApiKey", { name: "Mine", scopes: ["READ", "INSIGHT"] });
    const replaced = await change("RotateApiKey", { apiKeyId: made.apiKey.id, overlapMinutes: 60 });
    expect(replaced).toMatchObject({ key: expect.any(String), replaced: { status: "ROTATED" } });
    await change("RevokeApiKey", { apiKeyId: replaced.apiKey.id });
    const keys = (await listed("ApiKeys", "apiKeys")).filter(({ name }) => name === "Mine");
    expect(keys.map(({ status }) => status)).toEqual(["REVOKED", "ROTATED"]);

    const invited = await change("InviteMember", { email: "new@example.com", role: "EDITOR" });
    expect(invited.token).toEqual(expect.any(String));
    await change("RevokeInvitation", { invitationId: invited.invitation.id });
    const [invitation] = await listed("Invitations", "invitations");
    expect(invitation).toMatchObject({ email: "new@example.com", status: "REVOKED" });

    const name = "Another name";
    expect((await change("UpdateWorkspace", { name })).workspace).toMatchObject({ name });
    const members = await listed("Members", "members");
    const removed = members.find(({ role }) => role === "EDITOR")!;
    await change("RemoveMember", { memberId: removed.id });
    const { member } = await change("LeaveWorkspace", {});
    expect(member.removedAt).toEqual(expect.any(String));
  });
});
