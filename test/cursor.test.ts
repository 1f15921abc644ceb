import type { PgColumn } from "drizzle-orm/pg-core";
import fc from "fast-check";
import { GraphQLError, getNamedType, isInputObjectType, type GraphQLInputType } from "graphql";
import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { accounts } from "../src/db/tables/account.ts";
import { media } from "../src/db/tables/media.ts";
import { posts } from "../src/db/tables/post.ts";
import { base64urlOfAll } from "../src/loaders/base64url.ts";
import {
  decodeCursor,
  encodeCursor,
  encodeCursors,
  orderingDigest,
} from "../src/loaders/cursor.ts";
import { fromGlobalId, rowId, toGlobalId, toGlobalIds } from "../src/loaders/global-id.ts";
import { buildSchema } from "../src/schema/build.ts";
import { createTestApp, makeKey, type Json, type TestApp } from "./support/app.ts";
import {
  connectionFields,
  orderingsOf,
  Pager,
  type ConnectionField,
} from "./support/connections.ts";
import { createTestDatabase } from "./support/database.ts";
import { createWorlds, type World } from "./support/fixtures.ts";
import { anyText } from "./support/text.ts";
import { withoutStacks } from "./support/without-stacks.ts";

const schema = buildSchema();
const orderings = orderingsOf(connectionFields(schema));

const WORKSPACE = "00000000-0000-7000-8000-000000000000";
const DIGEST = orderingDigest(WORKSPACE, "Query.things", "NEWEST_FIRST");

const HEX = "0123456789abcdef".split("");
const LETTERS = "AZaz09-_+/=".split("");

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...HEX), minLength: length, maxLength: length });
const uuid = fc.tuple(hex(8), hex(4), hex(4), hex(4), hex(12)).map((parts) => parts.join("-"));

/** As PostgreSQL writes them: without the zeros at the end of a second. */
const moment = fc
  .date({
    min: new Date("0001-01-01T00:00:00.000Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  })
  .map(
    (date) =>
      `${date
        .toISOString()
        .replace("T", " ")
        .replace(/\.?0*Z$/, "")}+00`,
  );

/** Each type that something is ordered by, with values that PostgreSQL may hold. */
const sorts: [type: string, column: PgColumn, values: fc.Arbitrary<string>][] = [
  ["timestamptz", posts.timelineAt, moment],
  ["bigint", accounts.followerCount, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String)],
  ["integer", media.position, fc.integer().map(String)],
  ["uuid", posts.id, uuid],
  ["text", accounts.displayName, anyText().filter((text) => !text.includes("\0"))],
];

/** Nothing but BAD_USER_INPUT may be thrown; undefined then. */
function orRefused<Value>(read: () => Value): Value | undefined {
  try {
    return withoutStacks(read);
  } catch (error) {
    // Tens of thousands of times: `expect` would take longer than what it looks at.
    assert(error instanceof GraphQLError, String(error));
    assert.deepEqual({ ...error.extensions }, { code: "BAD_USER_INPUT" });
    return undefined;
  }
}

const decode = (cursor: string, column: PgColumn) =>
  orRefused(() => decodeCursor(cursor, DIGEST, column, "after"));

/** Small damage to a text. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat() }),
  fc.record({ kind: fc.constant("drop" as const), at: fc.nat() }),
  fc.record({ kind: fc.constant("put" as const), at: fc.nat(), text: fc.string({ minLength: 1 }) }),
  fc.record({
    kind: fc.constant("swap" as const),
    at: fc.nat(),
    text: fc.constantFrom(...LETTERS),
  }),
);

function damaged(text: string, how: { kind: string; at: number; text?: string }): string {
  const at = how.at % (text.length + 1);
  const [left, right] = [text.slice(0, at), text.slice(at)];
  if (how.kind === "cut") return left;
  if (how.kind === "drop") return left + right.slice(1);
  return left + how.text + (how.kind === "put" ? right : right.slice(1));
}

describe.each(sorts)("the cursor of a %s", (_, column, values) => {
  it("comes back as it went in", () => {
    fc.assert(
      fc.property(values, uuid, (sort, id) => {
        assert.deepEqual(decode(encodeCursor(DIGEST, { sort, id }), column), { sort, id });
      }),
    );
  });

  it("is written in letters that need no escaping in a URL", () => {
    fc.assert(
      fc.property(values, uuid, (sort, id) => {
        expect(encodeCursor(DIGEST, { sort, id })).toMatch(/^[\w-]+$/);
      }),
    );
  });

  it("is refused when damaged, unless that makes another whole cursor", () => {
    fc.assert(
      fc.property(values, uuid, damage, (sort, id, how) => {
        const cursor = damaged(encodeCursor(DIGEST, { sort, id }), how);
        const found = decode(cursor, column);
        if (found) assert.equal(encodeCursor(DIGEST, found), cursor);
      }),
      { numRuns: 1000 },
    );
  });

  it("is refused when encoded in another way", () => {
    fc.assert(
      fc.property(values, uuid, (sort, id) => {
        const cursor = encodeCursor(DIGEST, { sort, id });
        const bytes = Buffer.from(cursor, "base64url");
        const content = JSON.parse(bytes.toString()) as unknown[];
        const others = [
          `${cursor}=`,
          `${cursor}==`,
          `${cursor}\n`,
          ` ${cursor}`,
          `${cursor.slice(0, 8)}\n${cursor.slice(8)}`,
          bytes.toString("base64"),
          bytes.toString("hex"),
          bytes.toString(),
          Buffer.from(JSON.stringify(content, null, 1)).toString("base64url"),
          Buffer.from(`\uFEFF${bytes.toString()}`).toString("base64url"),
          Buffer.from(bytes.toString().replace(/^\[1/, "[1e0")).toString("base64url"),
          Buffer.from(cursor).toString("base64url"),
        ];
        for (const other of others.filter((text) => text !== cursor)) {
          assert.equal(decode(other, column), undefined);
        }
      }),
    );
  });
});

describe("what is no cursor", () => {
  it("is refused, whatever it is", () => {
    const content = fc.oneof(
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
    );
    const garbage = fc.oneof(
      anyText(),
      fc.string({
        unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      }),
      fc.base64String(),
      content.map((text) => Buffer.from(text).toString("base64url")),
      fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("base64url")),
    );
    fc.assert(
      fc.property(garbage, fc.constantFrom(...sorts), (text, [, column]) => {
        assert.equal(decode(text, column), undefined);
      }),
      { numRuns: 2000 },
    );
  });

  it("is refused though it has a cursor's form", () => {
    const part = fc.oneof(fc.jsonValue(), fc.constant(1), fc.constant(DIGEST), moment, uuid);
    fc.assert(
      fc.property(part, part, part, part, fc.constantFrom(...sorts), (a, b, c, d, [, column]) => {
        const cursor = Buffer.from(JSON.stringify([a, b, c, d])).toString("base64url");
        const found = decode(cursor, column);
        if (found) assert.equal(encodeCursor(DIGEST, found), cursor);
      }),
      { numRuns: 2000 },
    );
  });

  it("is refused when it is a cursor of something else", () => {
    const position = { sort: "2026-03-01 09:30:00.12+00", id: WORKSPACE };
    for (const [workspace, connection, order] of [
      ["00000000-0000-7000-8000-000000000001", "Query.things", "NEWEST_FIRST"],
      [WORKSPACE, "Query.others", "NEWEST_FIRST"],
      [WORKSPACE, "Query.things", "OLDEST_FIRST"],
    ] as const) {
      const digest = orderingDigest(workspace, connection, order);
      expect(decode(encodeCursor(digest, position), posts.timelineAt)).toBeUndefined();
    }
    expect(decode(encodeCursor(DIGEST, position), posts.timelineAt)).toEqual(position);
  });
});

describe("many at once", () => {
  it("are those that each would be alone", () => {
    const texts = fc.array(fc.oneof(fc.string(), fc.string({ unit: "binary" }), uuid));
    fc.assert(
      fc.property(texts, fc.boolean(), (given, isAscii) => {
        const some = isAscii ? given.map((text) => text.replace(/[^ -~]/g, "")) : given;
        const alone = some.map((text) => Buffer.from(text).toString("base64url"));
        expect(base64urlOfAll(some)).toEqual(alone);
      }),
      { numRuns: 500 },
    );
  });

  it("are cursors, and global ids", () => {
    const ids = Array.from({ length: 9 }, (_, index) => WORKSPACE.replace(/.$/, String(index)));
    const positions = ids.map((id, index) => ({ sort: "ü".repeat(index % 2) + index, id }));
    expect(encodeCursors(DIGEST, positions)).toEqual(
      positions.map((position) => encodeCursor(DIGEST, position)),
    );
    for (const name of ["Tag", "Post", "Media"]) {
      expect(toGlobalIds(name, ids)).toEqual(ids.map((id) => toGlobalId(name, id)));
    }
  });
});

describe("a global id", () => {
  const type = fc.stringMatching(/^[A-Z][A-Za-z]{0,20}$/);

  it("comes back as it went in", () => {
    fc.assert(
      fc.property(type, uuid, (name, id) => {
        expect(fromGlobalId(toGlobalId(name, id))).toEqual({ type: name, id });
        expect(rowId(toGlobalId(name, id), name)).toBe(id);
      }),
    );
  });

  it("is refused when damaged, unless that makes another whole id", () => {
    fc.assert(
      fc.property(type, uuid, damage, (name, id, how) => {
        const globalId = damaged(toGlobalId(name, id), how);
        const found = orRefused(() => fromGlobalId(globalId));
        if (found) assert.equal(toGlobalId(found.type, found.id), globalId);
      }),
      { numRuns: 1000 },
    );
  });

  it("is refused when it is anything else, and the message stays short", () => {
    fc.assert(
      fc.property(fc.oneof(anyText(), fc.base64String()), (text) => {
        assert.equal(
          orRefused(() => fromGlobalId(text)),
          undefined,
        );
      }),
      { numRuns: 1000 },
    );
    expect(() => fromGlobalId("x".repeat(1_000_000))).toThrow(/^.{80,120}$/u);
    expect(() => rowId(toGlobalId("Post", WORKSPACE), "Account")).toThrow(
      /is an id of type Post, not Account/,
    );
  });
});

/** Texts of each kind that PostgreSQL would refuse or read as something else. */
const hostileMoments = [
  "2026-02-30 09:30:00+00",
  "2025-02-29 09:30:00+00",
  "2026-13-01 09:30:00+00",
  "2026-00-01 09:30:00+00",
  "2026-01-32 09:30:00+00",
  "0000-01-01 00:00:00+00",
  "99999-01-01 00:00:00+00",
  "+275760-09-13 00:00:00+00",
  "0044-03-15 12:00:00+00 BC",
  "2026-03-01 24:00:00+00",
  "2026-03-01 23:59:60+00",
  "2026-03-01 09:30:00.1234+00",
  "2026-03-01 09:30:00.+00",
  "2026-03-01 09:30:00",
  "2026-03-01 09:30:00+99",
  "2026-03-01T09:30:00Z",
  "2026-03-01 09:30:00+00\n",
  "٢٠٢٦-٠٣-٠١ 09:30:00+00",
  "infinity",
  "-infinity",
  "now",
  "epoch",
  "NaN",
];
const hostileIntegers = [
  "9223372036854775808",
  "-9223372036854775809",
  "9".repeat(1000),
  "1e400",
  "1.5",
  "0x10",
  "1_000",
  "+1",
  " 1",
  "1 ",
  "--1",
  "١",
  "NaN",
  "",
  "1::int; drop table posts",
];
const hostileTexts = ["\0", "a\0b", "\ud800", "a\udfff", "\ude00\ud83d"];
const notTexts: Json[] = [
  1,
  1e308,
  null,
  true,
  [],
  {},
  ["2026-03-01 09:30:00+00"],
  { toString: "x" },
];
const hostileIds: Json[] = [
  "",
  "0",
  "00000000-0000-7000-8000-00000000000g",
  "00000000-0000-7000-8000-0000000000000",
  "00000000000070008000000000000000",
  "{00000000-0000-7000-8000-000000000000}",
  "00000000-0000-7000-8000-00000000000A",
  "00000000-0000-7000-8000-000000000000\n",
  "\0",
  null,
  7,
  ["00000000-0000-7000-8000-000000000000"],
];
const hostileAnyway = [
  "",
  " ",
  "0",
  "null",
  "undefined",
  "W10",
  "W251bGxd",
  "e30",
  "\0",
  "\ud800",
  "☃".repeat(1000),
  "💥",
  "../../etc/passwd",
  "' or 1 = 1 --",
  "A".repeat(1_000_000),
  "=".repeat(1000),
  Buffer.from("[".repeat(200_000)).toString("base64url"),
  Buffer.from('{"length":4}').toString("base64url"),
  Buffer.from('[1,"__proto__","constructor","x"]').toString("base64url"),
];

let app: TestApp;
let world: World;
let other: World;
const keys = new Map<World, string>();
/** A good cursor of each ordering. */
const foreignCursors: { connection: ConnectionField; orderBy: string; cursor: string }[] = [];
let closeWorlds: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase();
  const made = await createWorlds(database, [
    { seed: "cursors", hub: 12, spread: 6 },
    { seed: "cursors of others", hub: 12, spread: 6 },
  ]);
  [world, other] = made.worlds;
  closeWorlds = () => made.close();
  app = await createTestApp({
    database,
    workspaceId: world.workspaceId,
    settings: { MAX_BODY_BYTES: "4194304", MAX_COMPLEXITY: "1000000", MAX_TOKENS: "100000" },
  });
  for (const each of made.worlds) keys.set(each, await makeKey(database, each.workspaceId));
  for (const { connection, orderBy } of orderings) {
    const { endCursor } = await pagerIn(world, connection).page({ first: 2, orderBy });
    foreignCursors.push({ connection, orderBy, cursor: endCursor ?? "" });
  }
});
afterAll(async () => {
  await closeWorlds();
  await app.close();
});

const pagerIn = (where: World, connection: ConnectionField) =>
  new Pager(app, keys.get(where) ?? "", where, connection);

const encode = (content: unknown) => Buffer.from(JSON.stringify(content)).toString("base64url");
const contentOf = (cursor: string) =>
  JSON.parse(Buffer.from(cursor, "base64url").toString()) as [number, string, string, string];

/** A good cursor made bad in every way that there is. */
function hostileVariants(cursor: string): string[] {
  const [version, digest, sort, id] = contentOf(cursor);
  const isMoment = /^\d{4}-.*\+00$/.test(sort);
  const isInteger = /^-?\d+$/.test(sort);
  const badSorts = [
    ...notTexts,
    ...hostileTexts,
    ...(isMoment ? [...hostileMoments, ...hostileIntegers] : []),
    ...(isInteger ? [...hostileIntegers, ...hostileMoments] : []),
  ];
  return [
    ...badSorts.map((bad) => encode([version, digest, bad, id])),
    ...hostileIds.map((bad) => encode([version, digest, sort, bad])),
    ...[0, 2, "1", null, -1, 1.5].map((bad) => encode([bad, digest, sort, id])),
    ...["", null, 0, digest.toLowerCase().replace(/^./, "~"), `${digest} `].map((bad) =>
      encode([version, bad, sort, id]),
    ),
    encode([version, digest, sort]),
    encode([version, digest, sort, id, id]),
    encode({ 0: version, 1: digest, 2: sort, 3: id, length: 4 }),
    encode([version, digest, sort, id.toUpperCase().replace(/[\dA-F]{4}$/, "ABCD")]),
    `${cursor}=`,
    `${cursor}==`,
    `${cursor}A`,
    `${cursor}\n`,
    cursor.slice(0, -1),
    cursor.slice(1),
    cursor + cursor,
    cursor.split("").reverse().join(""),
    Buffer.from(`${Buffer.from(cursor, "base64url").toString()} `).toString("base64url"),
    ...hostileAnyway,
  ];
}

/** How many pages are asked for in one operation. */
const TOGETHER = 25;

/** Orderings by a column that has a unique key. */
const uniqueSorts = new Set(["Query.tags, NAME"]);

describe.concurrent.each(orderings)("$title", ({ title, connection, orderBy }) => {
  /** Asks with cursors on either side; what is refused is refused before the database. */
  async function refuses(cursors: string[]) {
    const pager = pagerIn(world, connection);
    for (let start = 0; start < cursors.length; start += TOGETHER) {
      const some = cursors.slice(start, start + TOGETHER);
      const pages = some.map((cursor, index) =>
        index % 2 === 0 ? { orderBy, after: cursor } : { orderBy, before: cursor },
      );
      const { status, errors, extensions } = await pager.askForAll(pages, "nodes { id }");
      expect(status).toBe(200);
      const refused = new Set(
        errors
          .filter((error) => error.extensions["code"] === "BAD_USER_INPUT")
          .map(({ path }) => path?.[0]),
      );
      const accepted = some.filter((_, index) => !refused.has(`page${index}`));
      expect(accepted.map((cursor) => JSON.stringify(cursor).slice(0, 200))).toEqual([]);
      expect(errors).toHaveLength(some.length);
      const loaders = extensions["sql"].batches.map((batch: Json) => batch.loader);
      expect(loaders).not.toContain(connection.name);
    }
  }

  it("refuses every hostile cursor, and never asks the database with it", async () => {
    const { cursors } = await pagerIn(world, connection).page({ first: 3, orderBy });
    const variants = hostileVariants(cursors[1] ?? "");
    expect(variants.length).toBeGreaterThan(50);
    await refuses(variants);
  });

  it("refuses cursors of other orderings, connections and workspaces", async () => {
    const foreign = foreignCursors.filter(
      (each) => each.connection !== connection || each.orderBy !== orderBy,
    );
    const { endCursor } = await pagerIn(other, connection).page({ first: 2, orderBy });
    await refuses([...foreign.map(({ cursor }) => cursor), endCursor ?? "", endCursor ?? ""]);
  });

  it("reads on from a place where no row is, and never did", async () => {
    const pager = pagerIn(world, connection);
    const { ids, cursors } = await pager.page({ first: 100, orderBy });
    const [version, digest, sort] = contentOf(cursors[0] ?? "");
    const nil = "00000000-0000-0000-0000-000000000000";
    const highest = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    for (const id of [nil, highest]) {
      const place = encode([version, digest, sort, id]);
      const [after, before] = await Promise.all([
        pager.page({ first: 100, after: place, orderBy }),
        pager.page({ last: 100, before: place, orderBy }),
      ]);
      // Where the sort is unique, whatever has the value is the place.
      const [, ...others] = ids;
      expect([...before.ids, ...after.ids]).toEqual(uniqueSorts.has(title) ? others : ids);
    }
  });

  it("asks PostgreSQL only with what it can read", async () => {
    const pager = pagerIn(world, connection);
    const { cursors } = await pager.page({ first: 3, orderBy });
    const [version, digest, sort, id] = contentOf(cursors[2] ?? "");
    const sortNearby = damage.map((how) => encode([version, digest, damaged(sort, how), id]));
    const idNearby = damage.map((how) => encode([version, digest, sort, damaged(id, how)]));
    const nearby = damage.map((how) => damaged(cursors[2] ?? "", how));
    const some = fc.array(fc.oneof(sortNearby, idNearby, nearby), { minLength: 15, maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(some, async (after) => {
        const pages = after.map((each) => ({ orderBy, after: each }));
        const { status, errors } = await pager.askForAll(pages, "nodes { id }");
        expect(status).toBe(200);
        for (const error of errors) expect(error.extensions["code"]).toBe("BAD_USER_INPUT");
      }),
      { numRuns: 1 },
    );
  });
});

describe("a long cursor", () => {
  it("is a name that no account has, where names order", async () => {
    const { id } = world.rows("accounts")[0] ?? {};
    const digest = orderingDigest(world.workspaceId, "Query.accounts", "NAME");
    const after = encodeCursor(digest, { sort: "Z".repeat(10_000), id: String(id) });
    const { data } = await app.read(
      "query Accounts($after: String) { accounts(orderBy: NAME, after: $after) { nodes { id } } }",
      { after },
    );
    expect(data.accounts.nodes.length).toBeGreaterThan(0);
  });

  it("costs nothing where eighty fields have it: it is not even decoded", async () => {
    const brackets = "[".repeat(90_000) + "]".repeat(90_000);
    const fields = Array.from(
      { length: 80 },
      (_, index) => `a${index}: accounts(first: 1, after: $after) { nodes { id } }`,
    );
    const { errors } = await app.ask(`query Long($after: String) { ${fields.join(" ")} }`, {
      variables: { after: Buffer.from(brackets).toString("base64url") },
    });
    expect(errors).toHaveLength(80);

    const digest = orderingDigest(world.workspaceId, "Query.accounts", "OLDEST_FIRST");
    const parse = vi.spyOn(JSON, "parse");
    try {
      for (const text of [brackets, `[1,"${digest}",${"[".repeat(4000)}`]) {
        const cursor = Buffer.from(text).toString("base64url");
        expect(() => decodeCursor(cursor, digest, accounts.createdAt, "after")).toThrow(
          "after is not a cursor",
        );
      }
      expect(parse).not.toHaveBeenCalled();
    } finally {
      parse.mockRestore();
    }
  });

  it("does not pass the default limit of a request's body", async () => {
    const strict = await createTestApp({
      database: { ...app.database, close: async () => undefined },
      workspaceId: world.workspaceId,
    });
    try {
      const { status, errors } = await strict.ask(
        "query Accounts($after: String) { accounts(after: $after) { nodes { id } } }",
        { variables: { after: "A".repeat(1_000_000) } },
      );
      expect(status).toBe(413);
      expect(errors).toMatchObject([{ extensions: { code: "PAYLOAD_TOO_LARGE" } }]);
    } finally {
      await strict.close();
    }
  });
});

describe("every argument that is a global id", () => {
  /** Each with what turns an id into a value of the argument. */
  const idArguments = Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((field) =>
    field.args.flatMap(({ name, type }) => {
      const asked = { field: field.name, name, type: String(type) };
      const title = `${field.name}(${name})`;
      const wrap = (of: GraphQLInputType, id: string) => (String(of).startsWith("[") ? [id] : id);
      const named = getNamedType(type);
      if (named.name === "ID") {
        return [{ ...asked, title, valueOf: (id: string): Json => wrap(type, id) }];
      }
      const inner = isInputObjectType(named) ? Object.values(named.getFields()) : [];
      return inner
        .filter((part) => getNamedType(part.type).name === "ID")
        .map((part) => ({
          ...asked,
          title: `${title}.${part.name}`,
          valueOf: (id: string): Json => ({ [part.name]: wrap(part.type, id) }),
        }));
    }),
  );

  it.each(idArguments)("$title refuses what is none", async ({ field, name, type, valueOf }) => {
    const good = toGlobalId("Post", WORKSPACE);
    const bad = [
      ...hostileAnyway,
      ...hostileIds.filter((id) => typeof id === "string").map((id) => toGlobalId("Post", id)),
      `${good}=`,
      `${good}\n`,
      good.slice(0, -1),
      good + good,
      WORKSPACE,
      `Post:${WORKSPACE}`,
      toGlobalId("", WORKSPACE),
      toGlobalId("Nothing", WORKSPACE),
      toGlobalId("__proto__", WORKSPACE),
      toGlobalId("PostMetrics", WORKSPACE),
      toGlobalId("Query", WORKSPACE),
      toGlobalId("post", WORKSPACE),
      toGlobalId("Post:Post", WORKSPACE),
    ];
    for (const text of bad) {
      const { status, errors, extensions } = await app.ask(
        `query Ask($value: ${type}) { ${field}(${name}: $value) { __typename } }`,
        { variables: { value: valueOf(text) } },
      );
      const about = JSON.stringify(text).slice(0, 200);
      expect(status, about).toBe(200);
      expect(errors, about).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
      expect(extensions["sql"].statements, about).toBe(0);
    }
  });
});
