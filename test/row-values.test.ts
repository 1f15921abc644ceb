import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { APP_ROLE, connect, type Client } from "../src/db/client.ts";
import { Incoming } from "../src/db/incoming.ts";
import { Pool, type Lease } from "../src/db/pool.ts";
import { RowTap } from "../src/db/row-tap.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";

const PATIENCE = 20_000;

let database: TestDatabase;
/** Its rows are read by postgres.js. */
let untapped: Client;
let pool: Pool;
let lease: Lease;

beforeAll(async () => {
  database = await createTestDatabase();
  untapped = connect(database.url, { role: APP_ROLE, max: 1, fetchTypes: false });
  pool = new Pool({
    url: database.url,
    role: APP_ROLE,
    size: 1,
    acquireTimeoutMs: 5_000,
    idleTimeoutMs: 60_000,
    statementTimeoutMs: PATIENCE,
  });
  lease = await pool.acquire();
});
afterAll(async () => {
  lease.release();
  await pool.close();
  await untapped.end({ timeout: 5 });
  await database.close();
});

/** One value of each kind that there is, and those at its borders. */
const VALUES = [
  ["true", "false", "null::bool"],
  ["0::int2", "(-32768)::int2", "32767::int2", "null::int4"],
  ["0", "7", "(-2147483648)::int4", "2147483647"],
  ["0::int8", "(-9007199254740991)::int8", "9007199254740991", "999999999999999::int8"],
  ["(-9223372036854775808)::int8", "9223372036854775807", "1000000000000000::int8"],
  ["1.5::float4", "'NaN'::float8", "'-Infinity'::float8", "1e300::float8"],
  ["12345678901234567890.12", "null::numeric"],
  ["''", "'plain'::text", "E'tab\\t and \"quote\"\\\\'", "repeat('x', 300)", "null::text"],
  ["'Lumière'", "'東京'::varchar", "'🎉'", "E'\\u0080'", "'é '::bpchar", "'e'::\"char\""],
  ["'018625d8-a340-7f35-801d-d53c99e27f5a'::uuid", "null::uuid"],
  ["'2026-03-01 09:30:00.12+00'::timestamptz", "'infinity'::timestamptz"],
  ["'0044-03-15 12:00:00+00 BC'::timestamptz", "'2026-03-01'::date", "'09:30'::time"],
  [`'{"a": [1, null, "ü"]}'::json`, `'[1.5, {"b": false}]'::jsonb`, "'null'::jsonb"],
  ["'\\xdeadbeef'::bytea", "'127.0.0.1'::inet", "'1 day'::interval"],
  ["'{1,2}'::int[]", "'{a,\"b c\",NULL}'::text[]", "'{}'::uuid[]"],
].flat();

describe("a row", () => {
  it.each(VALUES)("has of %s what postgres.js makes of it", async (value) => {
    const text = `select ${value} as value, 'behind' as "behind it", $1::int as number`;
    const [row] = await lease.ask<object>(text, [7], PATIENCE);
    const [expected] = await untapped.unsafe<object[]>(text, [7], { prepare: true });
    expect(row).toStrictEqual(expected);
    expect(row).toMatchObject({ "behind it": "behind", number: 7 });
  });

  it("is one of as many as there are, of each result, and of none", async () => {
    const numbers = "select n as number, repeat('ü', n) as text from generate_series(1, $1::int) n";
    const counts = [0, 1, 2, 300, 0, 1000, 3];
    const answers = await Promise.all(
      counts.map((count) => lease.ask<{ number: number }>(numbers, [count], PATIENCE)),
    );
    expect(answers.map((rows) => rows.length)).toEqual(counts);
    for (const rows of answers) {
      expect(rows).toEqual(
        rows.map((_, index) => ({ number: index + 1, text: "ü".repeat(index + 1) })),
      );
    }
  });

  it("may be longer than what is read at once", async () => {
    const text = "select repeat('é', $1::int) as long, $1::int as length";
    const lengths = [32_000, 70_000, 500_000, 1, 65_531];
    for (const length of lengths) {
      const [row] = await lease.ask(text, [length], PATIENCE);
      expect(row).toEqual({ long: "é".repeat(length), length });
    }
  });

  it("comes whole or not at all when the statement fails behind it", async () => {
    const text = "select 10 / (5 - n) as quotient from generate_series(1, $1::int) n";
    const [good, bad, next] = await Promise.allSettled([
      lease.ask(text, [2], PATIENCE),
      lease.ask(text, [9], PATIENCE),
      lease.ask(text, [1], PATIENCE),
    ]);
    expect(good).toMatchObject({ value: [{ quotient: 2 }, { quotient: 3 }] });
    expect(bad).toMatchObject({ status: "rejected", reason: { code: "22012" } });
    expect(next).toMatchObject({ value: [{ quotient: 2 }] });
  });

  it("may have no columns, or the same name twice", async () => {
    expect(await lease.ask("select from generate_series(1, 2)", undefined, PATIENCE)).toEqual([
      {},
      {},
    ]);
    const twice = await lease.ask('select 1 as "a", 2 as "a"', undefined, PATIENCE);
    expect(twice).toEqual([{ a: 2 }]);
  });
});

describe("what PostgreSQL sends", () => {
  it("is the same wherever it is cut", () => {
    const message = (letter: string, text: string) => {
      const bytes = Buffer.from(`${letter}    ${text}`);
      bytes.writeUInt32BE(bytes.length - 1, 1);
      return bytes;
    };
    const parts = [
      message("2", ""),
      message("D", "one"),
      message("D", ""),
      message("C", "SELECT 2"),
      message("Z", "I"),
      message("D", "three"),
      message("N", "a notice"),
      message("C", "SELECT 1"),
    ];
    const all = Buffer.concat(parts);
    const told = (chunks: Buffer[]) => {
      const rows: string[] = [];
      let others = "";
      const incoming = new Incoming({
        rows: (bytes) => void rows.push(bytes.toString("latin1")),
        others: (bytes) => void (others += bytes.toString("latin1")),
      });
      for (const chunk of chunks) incoming.add(chunk);
      return { rows, others };
    };
    const whole = told([all]);
    const rows = [parts.slice(1, 3), parts.slice(5, 6)];
    expect(whole.rows).toEqual(rows.map((messages) => messages.join("")));
    for (let cut = 1; cut < all.length; cut++) {
      expect(told([all.subarray(0, cut), all.subarray(cut)])).toEqual(whole);
    }
    expect(told([...all].map((byte) => Buffer.of(byte)))).toEqual(whole);
  });

  it("is left to postgres.js when it is encrypted", () => {
    const tap = new RowTap();
    const query = { forEach: () => expect.unreachable("postgres.js has the rows") };
    const address = { host: ["localhost"], port: [1], path: false as const };
    tap.open({ ...address, ssl: "require" }).destroy();
    expect(tap.rowsOf(query)).toBeUndefined();
  });
});
