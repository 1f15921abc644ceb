import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../src/config.ts";
import { connect, type Client } from "../src/db/client.ts";
import { slowLog } from "../src/insight/slow-log.ts";
import { createTestApp, type TestApp } from "./support/app.ts";
import { captureLog } from "./support/log-lines.ts";

const anyNumber = expect.any(Number);
const asked = `query Slow($id: ID!) {
  accounts(first: 3) { nodes { posts(first: 2) { nodes { id } } } }
  node(id: $id) { id }
}`;

/** As long as a busy machine takes for no statement of a few rows. */
const SLOW_MS = 300;

describe("the slow log", () => {
  const log = captureLog();
  let app: TestApp;
  let owner: Client;
  beforeAll(async () => {
    const settings = { SLOW_STATEMENT_MS: String(SLOW_MS), SLOW_OPERATION_MS: String(SLOW_MS) };
    app = await createTestApp({ settings, logger: log.logger });
    owner = connect(app.database.ownerUrl, { max: 1 });
    await app.ask(asked, { variables: { id: "s3cret" } });
  });
  beforeEach(() => {
    log.lines.length = 0;
  });
  afterAll(async () => {
    await owner.end({ timeout: 5 });
    await app.close();
  });

  const lines = (what: string) => log.lines.filter(({ msg }) => msg === `slow ${what}`);

  it("tells of a statement that had to wait for a lock, and of its operation", async () => {
    const table = await owner.reserve();
    await table.unsafe("begin; lock table posts in access exclusive mode");
    const answer = app.ask(asked, { variables: { id: "s3cret" } });
    await sleep(SLOW_MS + 50);
    await table.unsafe("commit");
    table.release();
    const requestId = (await answer).headers["x-request-id"];

    const of = { level: 40, requestId, operation: "Slow", workspace: expect.any(String) };
    expect(lines("statement")).toMatchObject([
      {
        ...of,
        loader: "Account.posts",
        keys: 3,
        rows: anyNumber,
        ms: anyNumber,
        statement: expect.stringMatching(/^select .*"posts".*workspace_id" = \$\d/s),
      },
    ]);
    const [operation, ...more] = lines("operation");
    expect(more).toEqual([]);
    expect(operation).toMatchObject({ ...of, statements: 2, sqlMs: anyNumber, ms: anyNumber });
    const [first, second] = operation.batches;
    expect(operation.batches).toEqual([
      { loader: "Query.accounts", keys: 1, rows: anyNumber, at: anyNumber, ms: anyNumber },
      { loader: "Account.posts", keys: 3, rows: anyNumber, at: anyNumber, ms: anyNumber },
    ]);
    expect(first.at).toBeGreaterThan(0);
    expect(second.at).toBeGreaterThanOrEqual(first.at);
    expect(second.ms).toBeGreaterThanOrEqual(SLOW_MS);
    expect(operation.ms).toBeGreaterThanOrEqual(second.at + second.ms - 1);
    expect(JSON.stringify(log.lines)).not.toContain("s3cret");
  });

  it("has no line for what is quick enough", async () => {
    await app.ask("{ accounts(first: 1) { nodes { id } } }");
    expect(lines("statement")).toEqual([]);
    expect(log.operations()).toHaveLength(1);
  });

  it("is off where both settings are 0, and nobody observes then", () => {
    const { slow } = readConfig({ SLOW_STATEMENT_MS: "0", SLOW_OPERATION_MS: "0" });
    expect(slowLog(slow, log.logger)).toEqual([]);
    expect(readConfig({}).slow).toEqual({ statementMs: 1000, operationMs: 2000 });
  });
});
