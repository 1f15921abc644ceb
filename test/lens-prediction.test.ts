import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { headlineOperation } from "../src/schema/headline.ts";
import { createTestApp, makeKey, type Json, type TestApp } from "./support/app.ts";
import { readOperations, type Operation, operationNames } from "./support/operations.ts";
import { send } from "./support/http.ts";

let app: TestApp;
let operations: Operation[];
beforeAll(async () => {
  app = await createTestApp();
  operations = await readOperations(app);
});
afterAll(() => app.close());

const dryRun = async (body: object, key = app.key): Promise<Json> => {
  const { text, status } = await send(app, { url: "/lens/api/dry-run", body, key });
  expect(status, text).toBe(200);
  return JSON.parse(text);
};

/** The loaders that were asked, each as often as it was. */
const loadersOf = (asked: { loader: string }[]) => asked.map(({ loader }) => loader).sort();

describe("what a dry run foresees", () => {
  it.each(operationNames())("%s: the statements that are sent", async (name) => {
    const { document, variables } = operations.find((each) => each.name === name)!;
    const foreseen = await dryRun({ query: document, variables });
    expect(foreseen).toMatchObject({ refusals: [], incomplete: null });
    const { extensions } = await app.read(document, variables);
    expect(loadersOf(foreseen.statements)).toEqual(loadersOf(extensions["sql"].batches));
  });

  it("is what it costs, by field, without any SQL", async () => {
    await dryRun({ query: "{ __typename }" });
    const connections = vi.spyOn(app.pool, "acquire");
    const foreseen = await dryRun({ query: headlineOperation });
    expect(connections).not.toHaveBeenCalled();
    connections.mockRestore();
    expect(foreseen).toMatchObject({
      refusals: [],
      name: "Dashboard",
      kind: "query",
      depth: 4,
      complexity: 54,
      nodes: 465,
      limits: { depth: 5, complexity: 500, nodes: 10_000 },
      heaviest: { path: ["accounts", "posts", "comments", "author"], points: 54 },
      statements: [
        { loader: "Query.accounts", level: 1, fields: ["accounts"] },
        { loader: "Account.posts", level: 2, fields: ["accounts.posts"] },
        { loader: "metricsOfPost", level: 3, fields: ["accounts.posts.metrics"] },
        { loader: "Post.comments", level: 3, fields: ["accounts.posts.comments"] },
        { loader: "contactById", level: 4, fields: ["accounts.posts.comments.author"] },
      ],
    });
    expect(foreseen.fields.map(({ path }: Json) => path)).toContain("accounts.posts.comments");
  });

  it("is one statement for a relation and a set of arguments, whatever the aliases", async () => {
    const { statements } = await dryRun({
      query: `{ accounts(first: 3) { nodes {
        newest: posts(first: 2) { totalCount nodes { author { id } } }
        same: posts(first: 2) { edges { node { account { id } } } }
        oldest: posts(first: 2, orderBy: OLDEST_FIRST) { totalCount nodes { author { id } } }
      } } }`,
    });
    expect(statements.map(({ loader, fields }: Json) => [loader, ...fields])).toEqual([
      ["Query.accounts", "accounts"],
      ["Account.posts", "accounts.newest", "accounts.same"],
      ["Account.posts", "accounts.oldest"],
      ["Account.posts.totalCount", "accounts.newest.totalCount", "accounts.oldest.totalCount"],
      ["memberById", "accounts.newest.author", "accounts.oldest.author"],
      ["accountById", "accounts.same.account"],
    ]);
  });

  it("has no statement of what the viewer may not see", async () => {
    const query = "{ workspace { name apiKeys(first: 5) { nodes { name } } } }";
    const key = await makeKey(app.database, demoWorkspaceList()[0]!.id, ["read", "insight"]);
    expect(loadersOf((await dryRun({ query })).statements)).toContain("Workspace.apiKeys");
    expect(loadersOf((await dryRun({ query }, key)).statements)).toEqual(["workspaceById"]);
  });

  it("says what cannot be foreseen", async () => {
    const mutation = await dryRun({
      query:
        "mutation Rename($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { workspace { id } } }",
      variables: { input: { name: "Never", idempotencyKey: "dry" } },
    });
    expect(mutation).toMatchObject({ refusals: [], kind: "mutation", statements: null });
    expect(mutation.incomplete).toContain("mutation");
    const { data } = await app.read("{ workspace { name } }");
    expect(data.workspace.name).not.toBe("Never");
    const mixed = await dryRun({ query: "{ tags { nodes { id } } __schema { types { name } } }" });
    expect(mixed).toMatchObject({ refusals: [], statements: null });
  });
});

describe("what a dry run refuses", () => {
  const deep =
    "{ accounts { nodes { posts { nodes { account { posts { nodes { account { posts { nodes { id } } } } } } } } } } }";
  const complex = `{ ${Array.from({ length: 60 }, (_, at) => `a${at}: accounts { totalCount }`).join(" ")} }`;
  const nodes =
    "{ accounts(first: 100) { nodes { posts(first: 100) { nodes { comments(first: 100) { nodes { id } } } } } } }";

  it.each([
    ["DEPTH_LIMIT_EXCEEDED", { query: deep }, { depth: 6 }],
    ["COMPLEXITY_LIMIT_EXCEEDED", { query: complex }, { complexity: 660 }],
    ["NODE_LIMIT_EXCEEDED", { query: nodes }, { nodes: 1_010_100 }],
    ["GRAPHQL_PARSE_FAILED", { query: "{ accounts" }, { depth: null, fields: [] }],
    ["GRAPHQL_VALIDATION_FAILED", { query: "{ nothing }" }, { depth: null }],
    ["OPERATION_RESOLUTION_FAILURE", { query: "{ __typename }", operationName: "X" }, {}],
    ["BAD_USER_INPUT", { query: "query A($id: ID!) { node(id: $id) { id } }" }, { depth: 1 }],
  ])("%s: as the server would, with what was measured", async (code, body, figures) => {
    const foreseen = await dryRun(body);
    expect(foreseen).toMatchObject({ ...figures, statements: null });
    expect(foreseen.refusals).toMatchObject([{ code, message: expect.any(String) }]);
    const { query, ...named } = body as { query: string; operationName?: string };
    const { errors } = await app.ask(query, named);
    expect(errors[0]!.extensions["code"]).toBe(code);
    if (code !== "BAD_USER_INPUT") {
      expect(foreseen.refusals[0].message).toBe(errors[0]!.message);
    }
  });

  it("everything that is not trusted, of a key that may send nothing else", async () => {
    const key = await makeKey(app.database, demoWorkspaceList()[0]!.id, ["read", "insight"], {
      trustedDocumentsOnly: true,
    });
    const { refusals, statements } = await dryRun({ query: "{ tags { nodes { id } } }" }, key);
    expect(refusals).toMatchObject([{ code: "TRUSTED_DOCUMENT_REQUIRED" }]);
    expect(statements).toHaveLength(1);
  });

  it.each([[{}], [{ query: 5 }], [{ query: "{ a }", variables: [] }]])(
    "%j, which is no operation",
    async (body) => {
      const { status, errors } = await send(app, { url: "/lens/api/dry-run", body });
      expect([status, errors[0]!.extensions["code"]]).toEqual([400, "BAD_USER_INPUT"]);
    },
  );
});
