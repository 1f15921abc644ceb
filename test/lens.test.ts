import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { toGlobalId } from "../src/loaders/global-id.ts";
import { headlineOperation } from "../src/schema/headline.ts";
import { createTestApp, makeKey, type Json, type TestApp } from "./support/app.ts";
import { codeOf, send } from "./support/http.ts";
import { readOperations } from "./support/operations.ts";
import { addPerson, askAuth, asOwnerOf, sessionOf } from "./support/people.ts";
import { plantSplits } from "./support/splits.ts";

const [workspace, elsewhere] = demoWorkspaceList();
let app: TestApp;
/** A key of another workspace, and one of this workspace that may not look. */
let otherKey: string;
let blindKey: string;
beforeAll(async () => {
  app = await createTestApp({ settings: { STATEMENT_TIMEOUT_MS: "400" } });
  otherKey = await makeKey(app.database, elsewhere!.id);
  blindKey = await makeKey(app.database, workspace!.id, ["read"]);
});
afterAll(() => app.close());

type Asked = Omit<Parameters<typeof send>[1], "url">;

async function look(path: string, asked: Asked = {}) {
  const method = asked.body === undefined ? "GET" : "POST";
  const answer = await send(app, { method, ...asked, url: `/lens/api/${path}` });
  const body: Json = JSON.parse(answer.text);
  return { ...answer, body };
}

/** The id under which the lens has an operation. */
async function idOf(asking: Promise<{ headers: Record<string, unknown> }>): Promise<string> {
  const { headers } = await asking;
  return String(headers["x-request-id"]);
}

describe("the list of operations", () => {
  it("has a line for each, the newest first", async () => {
    const first = await idOf(app.read(headlineOperation));
    const second = await idOf(app.ask("query Wrong { posts { nodes { nothing } } }"));
    const { body, headers } = await look("operations?limit=2");
    expect(headers["cache-control"]).toBe("no-store");
    expect(body).toMatchObject({ kept: 2, keeps: 500 });
    expect(body.operations).toMatchObject([
      {
        id: second,
        name: null,
        statements: 0,
        isRefused: true,
        status: 400,
        codes: ["GRAPHQL_VALIDATION_FAILED"],
        marks: ["error"],
      },
      {
        id: first,
        name: "Dashboard",
        kind: "query",
        statements: 5,
        loaderBatches: 5,
        depth: 4,
        nodes: 465,
        cost: { requested: 54, used: 54 },
        codes: [],
        isRefused: false,
        marks: [],
      },
    ]);
    const since = await look(`operations?since=${body.operations[1].cursor}`);
    expect(since.body.operations).toEqual([body.operations[0]]);
  });

  it.each([
    ["name=Dashboard", ["Dashboard"]],
    ["name=Dashboar", []],
    ["minStatements=5", ["Dashboard"]],
    ["minStatements=6", []],
    ["minMs=100000", []],
    ["only=error", [null]],
    ["only=error,split", [null]],
    ["only=regression", []],
    ["search=METRICSofpost", ["Dashboard"]],
    ["search=followerCount", ["Dashboard"]],
    ["name=&limit=1", [null]],
  ])("is filtered by %s", async (filter, names) => {
    const { body } = await look(`operations?${filter}`);
    expect(body.operations.map(({ name }: Json) => name)).toEqual(names);
  });

  it.each([
    ["operations?nme=Dashboard", "there is no parameter"],
    ["operations?minMs=-1", "minMs is"],
    ["operations?minMs=1&minMs=2", "twice"],
    ["operations?only=slow", "only is"],
    ["operations?limit=1000", "limit is"],
  ])("says what is wrong with %s", async (path, message) => {
    const { status, errors } = await look(path);
    expect([status, codeOf({ errors })]).toEqual([400, "BAD_USER_INPUT"]);
    expect(errors[0]!.message).toContain(message);
  });
});

describe("who may look", () => {
  it.each(["operations", "operations/stream", "operations/x", "statements"])(
    "%s is for viewers with the permission, in their own workspace",
    async (path) => {
      expect(await look(path, { key: null })).toMatchObject({ status: 401 });
      const blind = await look(path, { key: blindKey });
      expect([blind.status, codeOf(blind)]).toEqual([403, "FORBIDDEN"]);
      expect(blind.errors[0]!.message).toContain("READ_INSIGHT");
    },
  );

  it("another workspace's operations are neither listed nor found, nor explained", async () => {
    const id = await idOf(app.read(headlineOperation));
    await app.ask("query Theirs { tags { nodes { id } } }", { key: otherKey });
    const { body } = await look("operations", { key: otherKey });
    expect(body.operations.map(({ name }: Json) => name)).toEqual(["Theirs"]);
    expect(body.kept).toBe(1);
    for (const asked of [
      await look(`operations/${id}`, { key: otherKey }),
      await look(`operations/${id}/explain`, { key: otherKey, body: { batch: 0 } }),
    ]) {
      expect([asked.status, codeOf(asked)]).toEqual([404, "NOT_FOUND"]);
    }
    const mine = await look("operations");
    expect(mine.text).not.toContain("Theirs");
  });

  it("a member who has signed in looks with a cookie, from the server's own pages alone", async () => {
    const email = "looks@example.com";
    await addPerson(app.database, email, [{ workspaceId: workspace!.id, role: "VIEWER" }]);
    const cookie = await sessionOf(app, email);
    const own = { key: null, headers: { cookie, "sec-fetch-site": "same-origin" } };
    expect((await look("operations?limit=1", own)).status).toBe(200);
    const foreign = { key: null, headers: { cookie, "sec-fetch-site": "cross-site" } };
    expect(codeOf(await look("operations?limit=1", foreign))).toBe("FORBIDDEN");
  });

  it("takes the methods that it says", async () => {
    const head = await app.server.inject({
      method: "HEAD",
      url: "/lens/api/operations",
      headers: { authorization: `Bearer ${app.key}` },
    });
    expect([head.statusCode, head.payload]).toEqual([200, ""]);
    for (const [method, path, allow] of [
      ["POST", "operations", "GET, HEAD"],
      ["DELETE", "operations/x", "GET, HEAD"],
      ["GET", "dry-run", "POST"],
      ["PUT", "operations/x/explain", "POST"],
    ] as const) {
      const { status, headers, errors } = await look(path, { method, body: {} });
      expect([status, headers["allow"], codeOf({ errors })]).toEqual([
        405,
        allow,
        "METHOD_NOT_ALLOWED",
      ]);
    }
    expect((await look("nothing")).status).toBe(404);
  });
});

describe("an operation", () => {
  it("is told with its query, its waterfall and what each field cost", async () => {
    const { body } = await look(`operations/${await idOf(app.read(headlineOperation))}`);
    expect(body).toMatchObject({
      name: "Dashboard",
      variables: [],
      incomplete: null,
      agreed: { name: "test/operations/headline" },
    });
    expect(body.query).toBe(headlineOperation);
    const [accounts, posts, metrics, comments, authors] = body.batches;
    expect(body.batches).toMatchObject([
      { loader: "Query.accounts", level: 1, fields: ["accounts"], keys: 1, rows: 15, beside: [] },
      { loader: "Account.posts", level: 2, fields: ["accounts.posts"], keys: 15, beside: [] },
      { loader: "metricsOfPost", level: 3, fields: ["accounts.posts.metrics"], beside: [3] },
      { loader: "Post.comments", level: 3, fields: ["accounts.posts.comments"], beside: [2] },
      { loader: "contactById", level: 4, fields: ["accounts.posts.comments.author"], beside: [] },
    ]);
    for (const batch of body.batches) {
      expect(batch.startMs).toBeGreaterThanOrEqual(batch.sentMs);
      expect(batch.startMs + batch.ms).toBeLessThanOrEqual(body.ms + 0.1);
      expect(batch).toMatchObject({ failure: null, canAnalyze: true });
      const text: string = body.statementTexts[batch.text];
      expect(text).toContain(`$${batch.parameters.length}`);
    }
    expect(comments.startMs).toBeGreaterThanOrEqual(metrics.startMs + metrics.ms - 0.02);
    const [all, ...fields] = body.fields;
    expect(all).toMatchObject({
      path: "",
      pointsWithBelow: body.complexity,
      nodes: 465,
      statements: 5,
      rows: body.rows,
    });
    expect(fields).toMatchObject([
      { path: "accounts", kind: "connection", pageSize: 15, statements: 1, rows: accounts.rows },
      { path: "accounts.posts", pageSize: 10, nodes: 150, rows: posts.rows },
      { path: "accounts.posts.metrics", kind: "object", nodes: 150, rows: metrics.rows },
      { path: "accounts.posts.comments", pageSize: 2, nodes: 300, rows: comments.rows },
      { path: "accounts.posts.comments.author", rows: authors.rows },
    ]);
    const points = body.fields.reduce((sum: number, field: Json) => sum + field.points, 0);
    expect(points).toBe(body.complexity);
  });

  it("of every kind in the collection is told with the fields of each batch", async () => {
    for (const { document, variables, name } of await readOperations(app)) {
      const { body } = await look(`operations/${await idOf(app.read(document, variables))}`);
      expect(body.incomplete, name).toBeNull();
      for (const { fields, loader } of body.batches) {
        expect(fields.length, `${name}: ${loader}`).toBeGreaterThan(0);
      }
      expect(body.marks, name).toEqual([]);
      // Of alternatives, of which an object can only be one, the dearest counts.
      const points = body.fields.reduce((sum: number, field: Json) => sum + field.points, 0);
      expect(points, name).toBeGreaterThanOrEqual(body.complexity);
    }
  });

  it("has an answer where it failed, was refused or wrote", async () => {
    const refused = await idOf(app.ask(`{ ${"posts { nodes { id } } ".repeat(3)} nothing }`));
    expect((await look(`operations/${refused}`)).body).toMatchObject({
      isRefused: true,
      batches: [],
      incomplete: expect.any(String),
    });
    const mutation = `mutation { updateWorkspace(input: { name: "Harbour", idempotencyKey: "lens-1" }) { userErrors { message } } }`;
    const { body } = await look(`operations/${await idOf(app.read(mutation))}`);
    expect(body).toMatchObject({
      kind: "mutation",
      incomplete: expect.stringContaining("queries"),
    });
    expect(body.batches[0]).toMatchObject({ loader: "viewer.confirm", canAnalyze: false });
    expect(body.loaderBatches).toBe(0);
    expect(body.statements).toBe(body.batches.length);
  });
});

describe("an operation that was refused", () => {
  const nested = (...fields: string[]) =>
    fields.reduceRight((inner, field) => `{ ${field} { nodes ${inner} } }`, "{ id }");
  const alias = (_: unknown, at: number) =>
    `a${at}: accounts(first: 1) { nodes ${nested("posts(first: 1)", "comments(first: 1)")} }`;
  const aliases = Array.from({ length: 40 }, alias);

  it.each([
    ["GRAPHQL_PARSE_FAILED", "query Broken {", null],
    ["GRAPHQL_VALIDATION_FAILED", "query Unknown { nothing }", null],
    [
      "DEPTH_LIMIT_EXCEEDED",
      `query Deep ${nested("accounts", "posts", "comments", "replies", "replies", "replies")}`,
      "Deep",
    ],
    [
      "NODE_LIMIT_EXCEEDED",
      `query Wide ${nested("accounts", "posts(first: 100)", "comments(first: 100)")}`,
      "Wide",
    ],
    ["COMPLEXITY_LIMIT_EXCEEDED", `query Costly { ${aliases.join(" ")} }`, "Costly"],
  ])("with %s is among the others", async (code, query, name) => {
    const id = await idOf(app.ask(query));
    const { body } = await look("operations?limit=1");
    expect(body.operations).toMatchObject([
      { id, name, statements: 0, isRefused: true, codes: [code], marks: ["error"] },
    ]);
    expect((await look(`operations/${id}`)).body).toMatchObject({ query, batches: [] });
  });

  const TAGS = "query Tags { tags { nodes { id } } }";
  it.each([
    // The budget lasts for letting the second one in, and not for what it asks for.
    ["RATE_LIMITED", 429, "query", { limits: { ratePoints: 14 } }],
    ["RATE_LIMITED", 429, null, { limits: { ratePoints: 1 } }],
    ["TRUSTED_DOCUMENT_REQUIRED", 403, null, { trustedDocumentsOnly: true }],
  ])("with %s is, too (HTTP %i, kind %s)", async (code, status, kind, own) => {
    const key = await makeKey(app.database, workspace!.id, ["read"], own);
    if ("limits" in own) await app.ask(TAGS, { key });
    const id = await idOf(app.ask(TAGS, { key, operationName: "Tags" }));
    expect((await look(`operations/${id}`)).body).toMatchObject({
      name: "Tags",
      kind,
      status,
      codes: [code],
      isRefused: true,
      query: TAGS,
      incomplete: "It was refused, and not executed.",
    });
    expect((await look(`operations/${id}`, { key: otherKey })).status).toBe(404);
  });
});

describe("no value of a variable is told", () => {
  const MARKER = "3a7c0ffe-0000-7000-8000-0badc0ffee00";
  const cost = { headers: { "x-insight": "cost" } };

  it("in no answer: of the list, the operation, its plans", async () => {
    const marked = toGlobalId("Account", MARKER);
    const query = `query Marked($ids: [ID!]!, $post: ID!) {
      posts(first: 3, filter: { accountIds: $ids }) { nodes { id } }
      post(id: $post) { id }
      node(id: "${toGlobalId("Tag", MARKER)}") { id }
    }`;
    const variables = { ids: [marked], post: toGlobalId("Post", MARKER) };
    const id = await idOf(app.ask(query, { variables, ...cost }));
    const renamed = await idOf(
      app.ask(
        "mutation Rename($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { workspace { id } } }",
        { variables: { input: { name: `Named ${MARKER}`, idempotencyKey: MARKER } } },
      ),
    );
    const answers = [await look("operations"), await look("statements")];
    for (const each of [id, renamed]) {
      const detail = await look(`operations/${each}`);
      answers.push(detail);
      for (const { index, canAnalyze } of detail.body.batches) {
        const path = `operations/${each}/explain`;
        answers.push(await look(path, { body: { batch: index } }));
        const analyzed = await look(path, { body: { batch: index, analyze: true } });
        expect(analyzed.status, analyzed.text).toBe(canAnalyze ? 200 : 400);
        answers.push(analyzed);
      }
    }
    expect(answers.length).toBeGreaterThan(10);
    for (const { text } of answers) {
      expect(text).not.toContain(MARKER);
      expect(text).not.toContain(marked.slice(12, -4));
      expect(text).not.toContain("Named ");
    }
    expect(answers[2]!.body.variables).toEqual([
      { name: "ids", type: "[ID!]!", isGiven: true },
      { name: "post", type: "ID!", isGiven: true },
    ]);
    const rename = answers.find(({ body }) => body.name === "Rename");
    expect(rename!.body.variables).toEqual([
      { name: "input", type: "UpdateWorkspaceInput!", isGiven: true },
    ]);
    expect(rename!.body.fields).toContainEqual(
      expect.objectContaining({ path: "updateWorkspace.workspace", points: 6 }),
    );
    expect(answers[2]!.body.query).toContain('node(id: "…")');
    expect((await look(`operations?search=${MARKER}`)).body.operations).toEqual([]);
  });
});

describe("hints", () => {
  const hintsOf = async (query: string) => {
    const { body } = await look(`operations/${await idOf(app.read(query))}`);
    return body;
  };

  it("find a batch that split, and the field whose resolver waits", async () => {
    const planted = plantSplits();
    const query = "query Inbox { comments(first: 18) { nodes { author { displayName } } } }";
    try {
      const split = await hintsOf(query);
      expect(split.marks).toEqual(["split"]);
      expect(split.hints).toMatchObject([
        {
          kind: "split",
          loader: "contactById",
          fields: ["comments.author"],
          batches: expect.arrayContaining([1, 2]),
          message: expect.stringContaining("where 1 would do"),
        },
      ]);
    } finally {
      planted.mockRestore();
    }
    const { body } = await look("operations?only=split");
    expect(body.operations).toMatchObject([{ name: "Inbox", marks: ["split"] }]);
    const whole = await hintsOf(query);
    expect([whole.marks, whole.hints]).toEqual([[], []]);
  });

  it("say that an operation comes back to a relation, which is no split", async () => {
    const { marks, hints } = await hintsOf(
      "{ comments(first: 20, filter: { startsThread: true }) { nodes { author { id } replies(first: 3) { nodes { author { id } } } } } }",
    );
    expect(marks).toEqual([]);
    expect(hints.map(({ kind, loader }: Json) => [kind, loader])).toContainEqual([
      "revisit",
      "contactById",
    ]);
  });

  it("mark what sends more than was agreed to", async () => {
    const planted = plantSplits();
    try {
      const { marks, agreed } = await hintsOf(headlineOperation);
      expect(marks).toEqual(["split", "regression"]);
      expect(agreed.loaders).toContainEqual({
        loader: "contactById",
        agreed: 1,
        sent: expect.toSatisfy((sent: number) => sent > 1),
      });
    } finally {
      planted.mockRestore();
    }
  });

  it("find a total that the page had told, and none where it had not", async () => {
    const told = await hintsOf("{ tags(first: 100) { totalCount nodes { id } } }");
    expect(told.hints).toMatchObject([
      { kind: "needless-total", loader: "Query.tags.totalCount", fields: ["tags.totalCount"] },
    ]);
    const needed = await hintsOf("{ posts(first: 2) { totalCount nodes { id } } }");
    expect(needed.hints).toEqual([]);
  });

  it("find pages that are much larger than what was there, with a size that would do", async () => {
    const { hints } = await hintsOf(
      "{ posts(first: 50) { nodes { tags { name } comments(first: 100) { nodes { id } } } } }",
    );
    expect(hints).toMatchObject([
      { kind: "large-page", loader: "Post.comments", fields: ["posts.comments"] },
    ]);
    expect(hints[0].pageSize).toBeLessThanOrEqual(50);
  });
});

describe("a statement's plan", () => {
  const explain = async (id: string, body: object) => look(`operations/${id}/explain`, { body });

  it("is the one for all values, below row-level security", async () => {
    const id = await idOf(app.read(headlineOperation));
    const { body } = await explain(id, { batch: 1 });
    expect(body).toMatchObject({ batch: 1, analyzed: false, executionMs: null });
    const plan = JSON.stringify(body.plan);
    expect(plan).toMatch(/\$\d/);
    expect(plan).toContain("posts_by_account");
    expect(plan).not.toContain("Actual Rows");
  });

  it("is run on request, in the workspace of whoever looks, and leaves nothing behind", async () => {
    const id = await idOf(app.read(headlineOperation));
    const { body } = await explain(id, { batch: 1, analyze: true });
    expect(body).toMatchObject({ analyzed: true, executionMs: expect.any(Number) });
    const detail = await look(`operations/${id}`);
    expect(body.plan["Actual Rows"]).toBe(detail.body.batches[1].rows);
    // The connection has neither the transaction nor the prepared statement any more.
    for (let time = 0; time < 3; time += 1) {
      expect((await explain(id, { batch: 4, analyze: true })).status).toBe(200);
    }
    expect(app.pool.state.busy).toBe(0);
  });

  it("is given up when it takes too long, and the connection goes back", async () => {
    const id = await idOf(app.read("{ tags(first: 1) { nodes { name } } }"));
    await asOwnerOf(app.database, async (client) => {
      await client.begin(async (transaction) => {
        await transaction`lock table tags in access exclusive mode`;
        const late = await explain(id, { batch: 0, analyze: true });
        expect([late.status, codeOf(late)]).toEqual([504, "TIMEOUT"]);
      });
    });
    expect((await explain(id, { batch: 0, analyze: true })).status).toBe(200);
  });

  it.each([
    [{ batch: 7 }, "batch is 7"],
    [{ batch: -1 }, "Send { batch"],
    [{ batch: 0, analyze: "yes" }, "Send { batch"],
    [[], "Send { batch"],
  ])("is refused for %j", async (body, message) => {
    const id = await idOf(app.read("{ tags(first: 1) { nodes { name } } }"));
    const { status, errors } = await explain(id, body);
    expect([status, codeOf({ errors })]).toEqual([400, "BAD_USER_INPUT"]);
    expect(errors[0]!.message).toContain(message);
  });
});

describe("the stream of operations", () => {
  let url: string;
  beforeAll(async () => {
    url = await app.server.listen({ port: 0, host: "127.0.0.1" });
  });

  /** Reads a stream until something is in it, or to its end. */
  async function open(headers: Record<string, string>) {
    const response = await fetch(`${url}/lens/api/operations/stream`, { headers });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const until = async (wanted?: string): Promise<string> => {
      if (wanted !== undefined && text.includes(wanted)) return text;
      const { value, done } = await reader.read();
      if (done) return text;
      text += value;
      return until(wanted);
    };
    await until("event: begin");
    return { response, until };
  }

  it("is of one's own workspace, without what it was asked with", async () => {
    const { until, response } = await open({ authorization: `Bearer ${otherKey}` });
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-request-id")).not.toBeNull();
    await app.read("query Mine { tags(first: 1) { nodes { id } } }");
    const variables = { id: toGlobalId("Tag", workspace!.id) };
    const query = "query Theirs($id: ID!) { node(id: $id) { id } }";
    await app.ask(query, { key: otherKey, variables });
    const text = await until('"name":"Theirs"');
    expect(text).not.toContain("Mine");
    expect(text).not.toContain(variables.id);
  });

  it("ends within seconds when its reader has signed out elsewhere", async () => {
    const email = "leaves@example.com";
    await addPerson(app.database, email, [{ workspaceId: workspace!.id, role: "VIEWER" }]);
    const cookie = await sessionOf(app, email);
    const { until } = await open({ cookie });
    await askAuth(app, "sign-out", { cookie });
    expect(await until()).toContain('event: end\ndata: {"code":"UNAUTHENTICATED"');
  });
});

describe("what the database tells of the statements", () => {
  it("says how to turn pg_stat_statements on where it is not there", async () => {
    const { body } = await look("statements");
    expect(body).toMatchObject({
      available: false,
      why: expect.stringContaining("CREATE EXTENSION"),
    });
    expect(body.statements.length).toBeGreaterThan(5);
    expect(body.statements[0]).toMatchObject({ calls: expect.any(Number), meanMs: null });
  });
});
