import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { APP_ROLE, connect, type Client } from "../src/db/client.ts";
import { Pool } from "../src/db/pool.ts";
import { ReadSession } from "../src/db/session.ts";
import { statement, value, type Statement } from "../src/db/statement.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";

const [workspace, other] = demoWorkspaceList().map(({ id }) => id) as [string, string];

interface Found {
  text: string;
  tag: string;
  workspace: string;
}

const from = (column: string, table: string) =>
  statement<Found>(sql`
    select ${sql.raw(column)} as text, ${value("tag", "text")} as tag,
      current_setting('app.workspace_id', true) as workspace
    from ${sql.raw(table)} where ${value("workspaceId", "uuid")} is not null`);
const first = from("a", "changing");
const second = from("b", "changing");
const third = from("c", "constant");
const dropped = from("d", "dropped");

describe("a statement that was prepared for what has changed since", () => {
  let database: TestDatabase;
  let admin: Client;
  let pool: Pool;
  beforeAll(async () => {
    database = await createTestDatabase("demo");
    admin = connect(database.url, { max: 1, name: "test" });
  });
  beforeEach(async () => {
    await admin.unsafe(`
      drop table if exists changing, constant, dropped;
      create table changing as select 'a'::varchar(9) as a, 'b'::varchar(9) as b;
      create table constant as select 'c' as c;
      create table dropped as select 'd' as d;
      grant select on changing, constant, dropped to ${APP_ROLE}`);
    pool = new Pool({
      url: database.url,
      role: APP_ROLE,
      size: 1,
      acquireTimeoutMs: 10_000,
      idleTimeoutMs: 60_000,
      statementTimeoutMs: 2_000,
    });
    for (const what of [first, second, third, dropped]) {
      await only(what, workspace);
      await inTransaction([what]);
    }
  });
  afterEach(async () => {
    expect(pool.state).toMatchObject({ busy: 0, waiting: 0 });
    await pool.close();
  });
  afterAll(async () => {
    await admin.end({ timeout: 5 });
    await database.close();
  });

  /** As the only statement of a request. */
  async function only(what: Statement<Found>, workspaceId: string, tag = "") {
    const session = new ReadSession(pool, workspaceId);
    session.expectOne();
    try {
      return await session.run(what, { tag }, { loader: "test", keys: 1 });
    } finally {
      await session.close();
    }
  }
  /** All in one transaction, and at once. */
  async function inTransaction(all: readonly Statement<Found>[]) {
    const session = new ReadSession(pool, workspace);
    const asked = all.map((what, index) =>
      session.run(what, { tag: String(index) }, { loader: "test", keys: 1 }),
    );
    const settled = await Promise.allSettled(asked);
    await session.close();
    return settled;
  }
  const change = () => admin.unsafe("alter table changing alter a type text, alter b type text");

  it("is prepared anew, and those that share its connection get their own answers", async () => {
    await change();
    const rows = await Promise.all([
      only(first, workspace, "1"),
      only(second, other, "2"),
      only(third, workspace, "3"),
      only(first, other, "4"),
    ]);
    expect(rows.flat()).toEqual([
      { text: "a", tag: "1", workspace },
      { text: "b", tag: "2", workspace: other },
      { text: "c", tag: "3", workspace },
      { text: "a", tag: "4", workspace: other },
    ]);
  });

  it("is prepared anew beside one whose table is gone", async () => {
    await change();
    await admin.unsafe("drop table dropped");
    const [found, gone, too] = await Promise.allSettled([
      only(first, workspace, "1"),
      only(dropped, other, "2"),
      only(third, other, "3"),
    ]);
    expect(found).toMatchObject({ value: [{ text: "a", tag: "1", workspace }] });
    expect(gone).toMatchObject({ reason: { code: "42P01" } });
    expect(too).toMatchObject({ value: [{ text: "c", tag: "3", workspace: other }] });
  });

  it("is prepared anew where all that was prepared is lost", async () => {
    const lease = await pool.acquire();
    await lease.ask("deallocate all", undefined, 5000);
    lease.release();
    const rows = await Promise.all([
      only(first, workspace, "1"),
      only(second, other, "2"),
      only(third, workspace, "3"),
    ]);
    expect(rows.flat().map(({ text, tag }) => text + tag)).toEqual(["a1", "b2", "c3"]);
  });

  it("is asked again in its transaction, with those that were sent behind it", async () => {
    await change();
    const settled = await inTransaction([third, first, second, third]);
    const values = settled.map((outcome) =>
      outcome.status === "fulfilled" ? outcome.value[0]?.text : (outcome.reason as Error).message,
    );
    expect(values).toEqual(["c", "a", "b", "c"]);
  });
});
