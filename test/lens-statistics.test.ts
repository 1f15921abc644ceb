import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../src/db/client.ts";
import { Pool } from "../src/db/pool.ts";
import { readStatementStatistics } from "../src/db/statement-statistics.ts";
import type { FinishedOperation } from "../src/insight/finished-operation.ts";
import type { Batch } from "../src/insight/sql-record.ts";
import type { Kept } from "../src/lens/ring.ts";
import { statementStatistics } from "../src/lens/statistics.ts";
import { createTestDatabase } from "./support/database.ts";
import { startThrowawayServer, type ThrowawayServer } from "./support/throwaway-server.ts";

const poolOf = (url: string) =>
  new Pool({
    url,
    role: "socialhub_app",
    size: 1,
    acquireTimeoutMs: 5_000,
    idleTimeoutMs: 10_000,
    statementTimeoutMs: 5_000,
  });

async function asAdmin(url: string, ...statements: string[]) {
  const admin = connect(url, { max: 1 });
  for (const text of statements) await admin.unsafe(text).simple();
  await admin.end({ timeout: 5 });
}

const OURS = `select "name" from things where "id" = $1::int and "name" <> 'x' limit 20`;
const THEIRS = `select "id" from things where "name" = $1::text`;

describe("pg_stat_statements", () => {
  let server: ThrowawayServer;
  let pool: Pool;
  beforeAll(async () => {
    server = await startThrowawayServer({ shared_preload_libraries: "pg_stat_statements" });
    await asAdmin(
      server.url,
      "create role socialhub_app; create table things (id int, name text); grant select on things to socialhub_app",
      // The embedded server has it; elsewhere the right to read it is somebody's to give.
      "revoke usage on schema statistics from public",
    );
    pool = poolOf(server.url);
    const lease = await pool.acquire();
    for (let time = 0; time < 4; time += 1) await lease.ask(OURS, [time], 1_000);
    await lease.ask(THEIRS, ["a secret"], 1_000);
    lease.release();
  });
  afterAll(async () => {
    await pool.close();
    await server.stop();
  });

  it("is not read without the right to, and the grant is told", async () => {
    expect(await readStatementStatistics(pool)).toEqual({
      missing: expect.stringContaining("GRANT USAGE ON SCHEMA statistics TO socialhub_app"),
    });
    await asAdmin(server.url, "grant usage on schema statistics to socialhub_app");
  });

  it("gives means of what the workspace has sent, and tells of nothing else", async () => {
    const batch: Partial<Batch> = {
      loader: "Things",
      ms: 2,
      statement: { text: OURS, parameters: ["id"] },
    };
    const operation = {
      batches: [batch, batch],
    } as Partial<FinishedOperation> as FinishedOperation;
    const kept: Kept = { cursor: 1, at: 1, weight: 1, operation };
    const told = await statementStatistics([kept], pool);
    expect(told).toEqual({
      available: true,
      why: null,
      statements: [
        {
          text: OURS,
          loaders: ["Things"],
          calls: 2,
          totalMs: 4,
          meanMs: expect.any(Number),
          meanRows: 0,
          hitRatio: null,
        },
      ],
    });
  });
});

describe("an extension that is not there", () => {
  it("is missed, and how to turn it on is told", async () => {
    const database = await createTestDatabase();
    const pool = poolOf(database.url);
    const { missing } = { missing: "", ...(await readStatementStatistics(pool)) };
    expect(missing).toMatch(/not installed; set shared_preload_libraries.*CREATE EXTENSION/);
    await pool.close();
    await database.close();
  });
});
