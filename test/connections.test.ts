import fc from "fast-check";
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isListType,
  type GraphQLInputField,
} from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toGlobalId } from "../src/loaders/global-id.ts";
import { wordsOf } from "../src/loaders/words.ts";
import { buildSchema } from "../src/schema/build.ts";
import { createTestApp, makeKey, type Json, type TestApp } from "./support/app.ts";
import {
  connectionFields,
  orderingsOf,
  Pager,
  rowIdOf,
  tableOf,
  walk,
  type ConnectionField,
  type Walk,
} from "./support/connections.ts";
import { createTestDatabase } from "./support/database.ts";
import { createWorlds, type Row, type World } from "./support/fixtures.ts";

/** Written once, over every connection that the schema has: what is right for one is right for all. */
const connections = connectionFields(buildSchema());
const orderings = orderingsOf(connections);
const filtered = connections.filter(({ filter }) => filter);

let app: TestApp;
/** 300 rows and more of each connection, all of two milliseconds. */
let large: World;
let small: World;
/** Where rows come and go. */
let lively: World;
const keys = new Map<World, string>();
let closeWorlds: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase();
  const made = await createWorlds(database, [
    { seed: "large", hub: 302, spread: 12, stays: true },
    { seed: "small", hub: 24, spread: 12, stays: true },
    { seed: "lively", hub: 34, spread: 8 },
  ]);
  [large, small, lively] = made.worlds;
  closeWorlds = () => made.close();
  app = await createTestApp({
    database,
    workspaceId: large.workspaceId,
    // Dozens of walks go side by side in one operation.
    settings: { MAX_COMPLEXITY: "1000000", MAX_TOKENS: "100000" },
  });
  for (const world of made.worlds) keys.set(world, await makeKey(database, world.workspaceId));
});
afterAll(async () => {
  await closeWorlds();
  await app.close();
});

const pagerIn = (world: World, connection: ConnectionField) =>
  new Pager(app, keys.get(world) ?? "", world, connection);

const defaultOrdering = ({ field }: ConnectionField) =>
  String(field.args.find(({ name }) => name === "orderBy")?.defaultValue);

/** From either end. */
const bothWays = <Each extends object>(each: Each) => [
  { ...each, backward: false },
  { ...each, backward: true },
];

/** Reads every walk to its end: it gives each row of its connection once, in order. */
async function givesEveryRow(walks: Walk[]) {
  const found = await walk(walks);
  for (const [index, { pager, orderBy, sizes, backward }] of walks.entries()) {
    const expected = await pager.expected(orderBy);
    const way = `${pager.connection.name}, ${orderBy} by ${sizes.join()}, backward: ${backward}`;
    expect(found[index], way).toEqual(expected);
    if (pager.world === large) expect(expected.length, "rows in the fixtures").toBeGreaterThan(300);
  }
}

/** The walks of all connections go side by side: a request for each alone would take much longer. */
it.each([
  { size: 1, title: "one by one" },
  { size: 7, title: "by 7" },
  { size: 100, title: "by 100" },
])(
  "every connection gives every one of 300 rows once, from either end, $title",
  async ({ size }) => {
    const walks = connections.map((connection) => {
      const orderBy = defaultOrdering(connection);
      return { pager: pagerIn(large, connection), orderBy, sizes: [size] };
    });
    await givesEveryRow(walks.flatMap(bothWays));
  },
);

const otherOrderings = (connection: ConnectionField) =>
  connection.orderings.filter((by) => by !== defaultOrdering(connection));

/** The default orderings have met every size, one after the other; here the others do. */
it("every connection gives every one of 300 rows once, in any order, from either end, by sizes that change on the way", async () => {
  const walks = connections.flatMap((connection) => {
    const [pager, sizes] = [pagerIn(large, connection), [1, 7, undefined, 100, 3]];
    const others = otherOrderings(connection);
    const orders = others.length > 0 ? others : connection.orderings;
    return orders.map((orderBy) => ({ pager, orderBy, sizes }));
  });
  await givesEveryRow(walks.flatMap(bothWays));
});

it("every connection gives every row once, in any other order, from either end, one by one", async () => {
  const walks = connections.flatMap((connection) => {
    const pager = pagerIn(small, connection);
    return otherOrderings(connection).map((orderBy) => ({ pager, orderBy, sizes: [1] }));
  });
  await givesEveryRow(walks.flatMap(bothWays));
});

describe.concurrent.each(orderings)("$title", ({ connection, orderBy }) => {
  it("repeats and misses nothing, from either end, while rows come and go", async () => {
    const pager = pagerIn(lively, connection);
    const table = tableOf(lively, connection.node);
    const before = await pager.expected(orderBy);
    const removed = new Set<string>();
    const both = bothWays({ pager, sizes: [7], orderBy });
    const walks = await walk(both, async (pages) => {
      // The row that each cursor was made of, and one that was read before.
      const gone = pages.flatMap(({ ids, last }) => [last, ids[3]]);
      const remove = gone
        .map((id) => rowIdOf(id ?? ""))
        .filter((id) => !lively.isHub(table, id) && !removed.has(id));
      for (const id of remove) removed.add(id);
      await lively.change(table, { remove, add: remove.length });
    });
    const after = await pager.expected(orderBy);

    expect(removed.size).toBeGreaterThan(10);
    for (const seen of walks) {
      expect(new Set(seen).size, "nothing twice").toBe(seen.length);
      const allAlong = before.filter((id) => after.includes(id));
      expect(allAlong.length).toBeGreaterThan(0);
      expect(allAlong.filter((id) => !seen.includes(id))).toEqual([]);
      expect(seen.filter((id) => after.includes(id))).toEqual(
        after.filter((id) => seen.includes(id)),
      );
    }
  });

  it("reads between two cursors, from either end", async () => {
    const pager = pagerIn(small, connection);
    const expected = await pager.expected(orderBy);
    const { cursors } = await pager.page({ first: 100, orderBy });
    const last = expected.length - 1;
    const cuts = [
      [0, last],
      [9, 14],
      [9, 17],
      [9, 10],
      [9, 9],
      [14, 9],
    ] as const;
    const pages = await pager.pages(
      cuts.flatMap(([from, to]) => {
        const cut = { after: cursors[from] ?? "", before: cursors[to] ?? "", orderBy };
        return [
          { ...cut, first: 7 },
          { ...cut, last: 7 },
        ];
      }),
    );
    for (const [index, [from, to]] of cuts.entries()) {
      const between = expected.slice(from + 1, to);
      expect(pages[2 * index]).toMatchObject({
        ids: between.slice(0, 7),
        hasNextPage: between.length > 7,
        hasPreviousPage: true,
      });
      expect(pages[2 * index + 1]).toMatchObject({
        ids: between.slice(-7),
        hasNextPage: true,
        hasPreviousPage: between.length > 7,
      });
    }
  });
});

describe.concurrent.each(connections.map((connection) => ({ name: connection.name, connection })))(
  "$name",
  ({ connection }) => {
    const [orderBy = ""] = connection.orderings;

    it("has a default ordering and a default page of 20", async () => {
      const pager = pagerIn(small, connection);
      const expected = await pager.expected(defaultOrdering(connection));
      for (const args of [{}, { first: null }, { first: null, last: null, after: null }]) {
        expect((await pager.page(args)).ids).toEqual(expected.slice(0, 20));
      }
    });

    it("gives empty pages", async () => {
      const pager = pagerIn(small, connection);
      const { startCursor, endCursor } = await pager.page({ first: 100, orderBy });
      const empty = { ids: [], startCursor: null, endCursor: null };

      const none = await pager.page({ first: 0, orderBy });
      expect(none).toMatchObject({ ...empty, hasNextPage: true, hasPreviousPage: false });
      const noneFromTheEnd = await pager.page({ last: 0, orderBy });
      expect(noneFromTheEnd).toMatchObject({ ...empty, hasNextPage: false, hasPreviousPage: true });
      const beyondTheLast = await pager.page({ first: 7, after: endCursor, orderBy });
      expect(beyondTheLast).toMatchObject({ ...empty, hasNextPage: false, hasPreviousPage: true });
      const beforeTheFirst = await pager.page({ last: 7, before: startCursor, orderBy });
      expect(beforeTheFirst).toMatchObject({ ...empty, hasNextPage: true, hasPreviousPage: false });
    });

    it.each([
      { args: { first: -1 }, says: "first is -1; it must be a whole number from 0 to 100" },
      { args: { first: 101 }, says: "first is 101; it must be a whole number from 0 to 100" },
      { args: { first: 2 ** 31 - 1 }, says: "first is 2147483647; it must be a whole number" },
      { args: { first: 2 ** 31 }, says: '"$first"' },
      { args: { last: -1 }, says: "last is -1; it must be a whole number from 0 to 100" },
      { args: { last: 101 }, says: "last is 101; it must be a whole number from 0 to 100" },
      { args: { last: 2 ** 31 }, says: '"$last"' },
      { args: { first: 7, last: 7 }, says: "first and last must not be given together" },
      { args: { first: 0, last: 0 }, says: "first and last must not be given together" },
    ])("refuses $args", async ({ args, says }) => {
      const answer = await pagerIn(small, connection).ask(args);
      expect(answer.errors).toMatchObject([
        { message: expect.stringContaining(says), extensions: { code: "BAD_USER_INPUT" } },
      ]);
      const loaders = (answer.extensions["sql"]?.batches ?? []).map((batch: Json) => batch.loader);
      expect(loaders).not.toContain(connection.name);
    });

    it("counts its rows when asked to, whatever the page, and only then", async () => {
      const pager = pagerIn(large, connection);
      const total = (await pager.expected(orderBy)).length;
      const { endCursor } = await pager.page({ first: 7 });
      for (const args of [{}, { first: 0 }, { last: 3 }, { first: 7, after: endCursor }]) {
        expect((await pager.page(args, { total: true })).totalCount).toBe(total);
      }
      const counted = await pager.ask({ first: 7 }, "totalCount nodes { id }");
      const uncounted = await pager.ask({ first: 7 }, "nodes { id }");
      const ofParent = pager.parentId === undefined ? 0 : 1;
      expect(uncounted.extensions["sql"].statements).toBe(ofParent + 1);
      expect(counted.extensions["sql"].statements).toBe(ofParent + 2);
    });

    it("shows nothing of another workspace", async () => {
      const pager = pagerIn(small, connection);
      const answer = await pager.ask({ first: 100 }, "nodes { id }", {
        key: keys.get(large) ?? "",
      });
      const foreign = new Set(await pager.expected(orderBy));
      const nodes: Json[] = pager.read(answer)?.nodes ?? [];
      expect(nodes.filter(({ id }) => foreign.has(id))).toEqual([]);
      expect(nodes).toHaveLength(pager.parentId === undefined ? 100 : 0);
    });
  },
);

/** Rows read by JavaScript: what each field of a filter means, said a second time. */
const meanings: Record<string, (row: Row, wanted: Json, world: World) => boolean> = {
  networks: (row, wanted, world) => wanted.includes(row["network"] ?? networkOf(row, world)),
  healths: (row, wanted) => wanted.includes(row["health"]),
  statuses: (row, wanted) => wanted.includes(row["status"]),
  accountIds: (row, wanted) => wanted.map(rowIdOf).includes(row["accountId"]),
  tagIds: (row, wanted, world) => {
    const tags = wanted.map(rowIdOf);
    return world
      .rows("post_tags")
      .some(({ postId, tagId }) => postId === row["id"] && tags.includes(tagId));
  },
  text: (row, wanted) => {
    const lower = (text: string) => wordsOf(text).map((word) => word.toLowerCase());
    const words = lower(String(row["body"]));
    return lower(wanted).every((word) => words.includes(word));
  },
  actions: (row, wanted) => wanted.includes(row["action"]),
  actorIds: (row, wanted) => wanted.map(rowIdOf).includes(row["actorId"]),
  startsThread: (row, wanted) => (row["parentId"] === null) === wanted,
  createdBetween: (row, wanted) => isWithin(row["createdAt"], wanted),
  publishedBetween: (row, wanted) =>
    isEmpty(wanted) || (row["status"] === "PUBLISHED" && isWithin(row["publishedAt"], wanted)),
  timelineBetween: (row, wanted) => isEmpty(wanted) || isWithin(row["timelineAt"], wanted),
};

function networkOf(row: Row, world: World) {
  return world.rows("accounts").find(({ id }) => id === row["accountId"])?.["network"];
}

function isWithin(moment: Row[string] | undefined, { from, to }: Json): boolean {
  if (typeof moment !== "string") return false;
  const at = momentOf(moment);
  return (from == null || at >= Date.parse(from)) && (to == null || at < Date.parse(to));
}

/** A range without ends is no condition. */
const isEmpty = ({ from, to }: Json) => from == null && to == null;

/** The milliseconds of PostgreSQL's text. */
const momentOf = (text: string) => Date.parse(text.replace(" ", "T").replace("+00", "Z"));

/** Whether a row fits a filter. */
const fits = (filter: Record<string, Json>, world: World) => (row: Row) =>
  Object.entries(filter).every(([name, wanted]) => {
    const meaning = meanings[name];
    if (!meaning) throw new Error(`say in test/connections.test.ts what the filter ${name} means`);
    return wanted == null || meaning(row, wanted, world);
  });

/** The type whose ids a field such as `accountIds` takes. */
const typeOfIds = (name: string) =>
  name === "actorIds"
    ? "Member"
    : name.replace(/Ids$/, "").replace(/^[a-z]/, (letter) => letter.toUpperCase());

/** The global ids of a field such as `accountIds`. */
function idsFor(name: string, world: World): string[] {
  const type = typeOfIds(name);
  if (name === "actorIds") {
    const actors = new Set(world.rows("audit_log_entries").map((row) => row["actorId"]));
    return [...actors].filter(Boolean).map((id) => toGlobalId(type, String(id)));
  }
  return world.rows(tableOf(world, type).name).map((row) => toGlobalId(type, String(row["id"])));
}

/** What a field of a filter can be given: nothing, one, some, all. */
function choicesFor({ name, type }: GraphQLInputField, world: World): Json[] {
  const named = getNamedType(type);
  if (named.name === "Boolean") return [null, true, false];
  if (named.name === "DateTimeRange") {
    const [first, second] = ["2026-03-01T09:30:00.123Z", "2026-03-01T10:30:00.124+01:00"];
    return [
      null,
      {},
      { from: first, to: second },
      { from: second, to: first },
      { from: second },
      { to: second },
      { to: first, from: null },
    ];
  }
  if (name === "text") return [null, "zoë", "ZOË!", "ångström", "#漢字 🎈", "b, A", "o e z", "zo"];
  if (!isListType(getNullableType(type))) {
    throw new Error(`say in test/connections.test.ts what can be given for the filter ${name}`);
  }
  const values = isEnumType(named)
    ? named.getValues().map((value) => value.name)
    : idsFor(name, world);
  const hub = values.length - 12;
  const some = isEnumType(named) ? values.slice(1, 4) : [values[0], ...values.slice(hub, hub + 4)];
  return [
    null,
    [],
    [values[0]],
    [values[0], values[0]],
    some,
    values.slice(-2),
    values.slice(0, 99),
  ];
}

const choicesOf = ({ filter }: ConnectionField, world: World) =>
  Object.values(filter?.getFields() ?? {}).map((field) => ({
    name: field.name,
    choices: choicesFor(field, world),
  }));

describe.concurrent.each(filtered.map((connection) => ({ name: connection.name, connection })))(
  "the filter of $name",
  ({ connection }) => {
    /** Walks of the small world with these filters give the rows that fit; says how many each. */
    const hold = async (
      filtered: { filter: Record<string, Json>; orderBy: string; sizes: number[] }[],
    ) => {
      const pager = pagerIn(small, connection);
      const walks = await walk(filtered.flatMap((each) => bothWays({ pager, ...each })));
      const totals = await pager.askForAll(
        filtered.map(({ filter }) => ({ first: 1, filter })),
        "totalCount",
      );
      expect(totals.errors).toEqual([]);
      const counts: number[] = [];
      for (const [index, { filter, orderBy }] of filtered.entries()) {
        const expected = await pager.expected(orderBy, fits(filter, small));
        for (const way of walks.slice(2 * index, 2 * index + 2)) {
          expect(way, JSON.stringify(filter)).toEqual(expected);
        }
        const { totalCount } = pager.read(totals, `${index}`);
        expect(totalCount, JSON.stringify(filter)).toBe(expected.length);
        counts.push(expected.length);
      }
      return counts;
    };

    it("gives the rows that fit, for each condition by itself", async () => {
      const [orderBy = ""] = connection.orderings;
      for (const { name, choices } of choicesOf(connection, small)) {
        const found = await hold(
          choices.map((choice) => ({ filter: { [name]: choice }, orderBy, sizes: [10] })),
        );
        expect(new Set(found).size, `${name} tells rows apart`).toBeGreaterThan(1);
      }
    });

    it("gives the rows that fit all conditions, whatever is combined", async () => {
      const filter = fc.record(
        Object.fromEntries(
          choicesOf(connection, small).map(({ name, choices }) => [
            name,
            // All together have a limit of their own.
            fc.constantFrom(
              ...choices.map((choice) => (Array.isArray(choice) ? choice.slice(0, 8) : choice)),
            ),
          ]),
        ),
        { requiredKeys: [] },
      );
      const orderBy = fc.constantFrom(...connection.orderings);
      const sizes = fc.array(fc.integer({ min: 3, max: 50 }), { minLength: 1, maxLength: 2 });
      const combined = fc.array(fc.record({ filter, orderBy, sizes }), {
        minLength: 1,
        maxLength: 6,
        size: "max",
      });
      await fc.assert(
        fc.asyncProperty(combined, async (some) => void (await hold(some))),
        { numRuns: 4 },
      );
    });

    it("refuses more than 100 values, and ids of another type", async () => {
      const pager = pagerIn(small, connection);
      const lists = Object.keys(connection.filter?.getFields() ?? {}).filter((name) =>
        name.endsWith("Ids"),
      );
      for (const name of lists) {
        const type = typeOfIds(name);
        const made = (count: number) =>
          Array.from({ length: count }, (_, index) =>
            toGlobalId(type, `00000000-0000-7000-8000-${String(index).padStart(12, "0")}`),
          );
        await pager.page({ filter: { [name]: made(100) } });
        for (const wrong of [
          made(101),
          [toGlobalId("Workspace", small.workspaceId)],
          [...made(2), "garbage"],
          [""],
          [small.workspaceId],
        ]) {
          const { errors } = await pager.ask({ filter: { [name]: wrong } });
          expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
        }
      }
    });
  },
);

describe("posts of all accounts", () => {
  const postsOf = (world: World) => {
    const connection = connections.find(({ name }) => name === "Query.posts");
    if (!connection) throw new Error("there is no Query.posts");
    return pagerIn(world, connection);
  };

  it("are paged by account, network, status, tag and time together", async () => {
    const accounts = idsFor("accountIds", large);
    const tags = idsFor("tagIds", large);
    const filter = {
      accountIds: [accounts[0], ...accounts.slice(302, 307)],
      networks: [
        ...new Set(
          large
            .rows("accounts")
            .slice(0, 306)
            .map(({ network }) => network),
        ),
      ],
      statuses: ["PUBLISHED", "DRAFT", "FAILED"],
      tagIds: [tags[0], ...tags.slice(302, 307)],
      publishedBetween: { from: "2026-03-01T09:30:00.123Z", to: "2026-03-01T09:30:00.125Z" },
      timelineBetween: { to: "2026-03-01T09:30:00.125Z" },
    };
    const pager = postsOf(large);
    for (const orderBy of ["NEWEST_FIRST", "OLDEST_FIRST"]) {
      const expected = await pager.expected(orderBy, fits(filter, large));
      expect(expected.length).toBeGreaterThan(30);
      const walks = await walk(bothWays({ pager, sizes: [7], orderBy, filter }));
      expect(walks).toEqual([expected, expected]);
    }
  });

  it("are refused when a list is too long, also where it has one value many times", async () => {
    const { errors } = await postsOf(large).ask({ filter: { networks: Array(101).fill("X") } });
    expect(errors).toMatchObject([
      {
        message: "filter.networks has 101 values; it may have at most 100",
        extensions: { code: "BAD_USER_INPUT" },
      },
    ]);
  });

  it("are refused when their lists make too many combinations, a network of a named account being none", async () => {
    const lists = {
      accountIds: idsFor("accountIds", large).slice(0, 50),
      tagIds: idsFor("tagIds", large).slice(0, 21),
    };
    const networks = ["X", "TIKTOK", "YOUTUBE"];
    const { errors } = await postsOf(large).ask({ filter: { ...lists, networks } });
    expect(errors).toMatchObject([
      {
        message:
          "filter combines 50 accountIds with 21 tagIds, which are 1050 combinations; " +
          "at most 1000 may be: give fewer values",
        extensions: { code: "BAD_USER_INPUT" },
      },
    ]);
    const fewer = { ...lists, tagIds: lists.tagIds.slice(1), networks };
    await postsOf(large).page({ filter: fewer });
  });

  it("come once when they have several of the tags", async () => {
    const tags = idsFor("tagIds", large);
    const filter = { tagIds: [tags[0], ...tags.slice(302, 308)] };
    const pager = postsOf(large);
    const expected = await pager.expected("NEWEST_FIRST", fits(filter, large));
    expect(expected).toHaveLength(large.rows("posts").length);
    const [seen] = await walk([{ pager, sizes: [7], orderBy: "NEWEST_FIRST", filter }]);
    expect(seen).toEqual(expected);
    const { totalCount } = await pager.page({ first: 7, filter }, { total: true });
    expect(totalCount).toBe(expected.length);
  });
});
