import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, OWNER_ROLE } from "../src/db/client.ts";
import { encodeCursor, orderingDigest } from "../src/loaders/cursor.ts";
import { toGlobalId } from "../src/loaders/global-id.ts";
import { buildSchema } from "../src/schema/build.ts";
import { headlineOperation } from "../src/schema/headline.ts";
import { createTestApp, makeKey, type TestApp } from "./support/app.ts";
import {
  analyze,
  buildBigData,
  rowIdOf,
  special,
  type BigWorkspace,
  words,
  type Kind,
} from "./support/big-data.ts";
import { tableOf } from "./support/connections.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";
import { Explainer, plannings, recordStatements, type Plan, type Sent } from "./support/explain.ts";
import { fillEmptyTables, type World } from "./support/fixtures.ts";
import {
  connectionFields,
  filterCases,
  pageCases,
  type ConnectionField,
  type FilterCase,
  type PageCase,
} from "./support/plan-cases.ts";

/*
 * What the statements of the loaders cost, from EXPLAIN and never from a clock. They are the statements
 * that the server sends, run once more as its role below row-level security, planned for all values
 * (generic) and for their own (custom), because PostgreSQL chooses between the two.
 */

const schema = buildSchema();

let large: BigWorkspace;
let small: BigWorkspace;
let app: TestApp;
let explainer: Explainer;
const keys = new Map<BigWorkspace, string>();
/** The rows of tables for which there is no big data. */
const generated = new Map<BigWorkspace, World>();

beforeAll(async () => {
  const database = await createTestDatabase("empty");
  const workspaces = await buildBigData(database);
  [large, small] = [workspaces.at(0)!, workspaces.at(-1)!];
  // One connection: what it has prepared can be looked at.
  app = await createTestApp({ database, workspaceId: large.id, settings: { POOL_SIZE: "1" } });
  keys.set(large, app.key);
  keys.set(small, await makeKey(database, small.id));
  for (const [workspace, rows] of [[large, 1000] as const, [small, 200] as const]) {
    const [world] = await fillEmptyTables(database, [workspace.id], rows);
    generated.set(workspace, world!);
  }
  await analyze(database);
  explainer = new Explainer(database);
}, 180_000);

afterAll(async () => {
  await explainer?.close();
  await app?.close();
});

const idOf = (workspace: BigWorkspace, kind: Kind, number: number) =>
  toGlobalId(kind, rowIdOf(workspace, kind, number));

/** Asks for an operation in a workspace, through the real gates; fails on any error. */
async function ask(
  workspace: BigWorkspace,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<{ sent: Sent[]; body: string }> {
  const { sent, stop } = recordStatements();
  try {
    const answer = await app.ask(query, { variables, key: keys.get(workspace) ?? null });
    expect(answer.errors).toEqual([]);
    // The key is looked up again five seconds after it was last.
    const own = sent.filter(({ asking }) => asking.loader !== "authenticate");
    return { sent: own, body: JSON.stringify(answer.data) };
  } finally {
    stop();
  }
}

/** The statement that one loader sends. */
async function statementOf(
  loader: string,
  workspace: BigWorkspace,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Sent> {
  const { sent } = await ask(workspace, query, variables);
  const found = sent.find(({ asking }) => asking.loader === loader);
  if (!found) throw new Error(`${loader} sent nothing`);
  return found;
}

/** Of every kind of parent one with many children, one with few, one with some. */
const parentNumbers: Record<string, number[]> = {
  Account: [special.busyAccount, special.quietAccount, 5],
  Member: [special.busyAuthor, special.rareAuthor, 3],
  Tag: [special.commonTag, special.rareTag, 3],
  Contact: [special.loudContact, 2, 3],
  Post: [special.discussedPost, 77, 78],
  Comment: [special.answeredComment, 400, 401],
};

function parentsOf({ parent }: ConnectionField, workspace: BigWorkspace): string[] | undefined {
  if (!parent) return undefined;
  const numbers = parentNumbers[parent];
  if (numbers) return numbers.map((number) => idOf(workspace, parent as Kind, number));
  const world = generated.get(workspace)!;
  const rows = world.rows(tableOf(world, parent).name).slice(0, 3);
  return rows.map((row) => toGlobalId(parent, String(row["id"])));
}

const ranges = [
  { label: "between", value: { from: "2025-01-08T00:00:00Z", to: "2025-01-20T00:00:00Z" } },
  { label: "from", value: { from: "2025-01-18T00:00:00Z" } },
  { label: "to", value: { to: "2025-01-05T00:00:00Z" } },
];

/** Every connection of the schema, with samples for its filters. */
function connectionsOf(workspace: BigWorkspace): ConnectionField[] {
  const accounts = (parentNumbers["Account"] ?? []).map((n) => idOf(workspace, "Account", n));
  const tags = [special.commonTag, special.rareTag].map((n) => idOf(workspace, "Tag", n));
  const members = (parentNumbers["Member"] ?? []).map((n) => idOf(workspace, "Member", n));
  return connectionFields(schema, {
    accountIds: [
      { label: "quiet", value: accounts.slice(1, 2) },
      { label: "busy", value: accounts.slice(0, 1) },
      { label: "many", value: accounts },
    ],
    actorIds: [
      { label: "rare", value: members.slice(1, 2) },
      { label: "busy", value: members.slice(0, 1) },
      { label: "many", value: members },
    ],
    tagIds: [
      { label: "common", value: tags.slice(0, 1) },
      { label: "many", value: tags },
    ],
    text: [
      { label: "common", value: words.common },
      { label: "both", value: `${words.common} ${words.rare}` },
    ],
    networks: [
      { label: "one", value: ["TIKTOK"] },
      { label: "many", value: ["X", "YOUTUBE", "TIKTOK"] },
    ],
    publishedBetween: ranges,
    timelineBetween: ranges,
    createdBetween: ranges,
  });
}

function connectionNamed(name: string, workspace: BigWorkspace): ConnectionField {
  const found = connectionsOf(workspace).find((field) => field.name === name);
  if (!found) throw new Error(`the schema has no connection ${name}`);
  return found;
}

/** The statement of a page of a connection. */
const pageOf = (
  field: ConnectionField,
  workspace: BigWorkspace,
  asked: Record<string, unknown>,
): Promise<Sent> =>
  statementOf(field.name, workspace, field.operation, {
    parents: parentsOf(field, workspace),
    ...asked,
  });

const SIZE = 20;

describe("page 500", () => {
  /** The sort column of the connections that have as many rows. */
  const deep: [name: string, column: string, where: (workspace: BigWorkspace) => string][] = [
    ["Account.posts", "timeline_at", (w) => `account_id = '${rowIdOf(w, "Account", 1)}'`],
    ["Query.posts", "timeline_at", () => "true"],
    ["Member.posts", "timeline_at", (w) => `author_id = '${rowIdOf(w, "Member", 1)}'`],
    ["Query.comments", "created_at", () => "true"],
    ["Contact.comments", "created_at", (w) => `contact_id = '${rowIdOf(w, "Contact", 1)}'`],
  ];
  const pages = deep.flatMap(([name, column, where]) =>
    (["first", "last"] as const).flatMap((direction) =>
      [20, 100].map((size) => ({ name, column, where, direction, size })),
    ),
  );

  it.each(pages)(
    "of $name touches as many buffers as page 1, $direction: $size",
    async ({ name, column, where, direction, size }) => {
      const field = connectionNamed(name, large);
      const parents = parentsOf(field, large)?.slice(0, 1);
      const table = column === "timeline_at" ? "posts" : "comments";
      const way = direction === "first" ? "desc" : "asc";
      const [place] = await explainer.query(
        large.id,
        `select ${column}::text as sort, id from ${table} where ${where(large)}
         order by ${column} ${way}, id ${way} limit 1 offset ${499 * SIZE - 1}`,
      );
      const digest = orderingDigest(large.id, name, "NEWEST_FIRST");
      const cursor = encodeCursor(digest, { sort: place.sort, id: place.id });
      const asked = { parents, orderBy: "NEWEST_FIRST", [direction]: size };
      const first = await pageOf(field, large, asked);
      const far = await pageOf(field, large, {
        ...asked,
        [direction === "first" ? "after" : "before"]: cursor,
      });
      const near = await explainer.explain(first);
      const page = await explainer.explain(far);
      for (const planning of plannings) {
        const { rowsRead, buffers } = page[planning];
        expect(rowsRead).toBe(size + 1);
        expect(buffers).toBeLessThanOrEqual(near[planning].buffers * 1.1 + 5);
        expect(buffers).toBeLessThanOrEqual(size + 1 + 10);
      }
    },
  );

  it.each([
    { name: "Query.posts", filter: "publishedBetween", table: "posts", column: "timeline_at" },
    { name: "Query.comments", filter: "createdBetween", table: "comments", column: "created_at" },
  ])("of $name in a range of time, also with a cursor out of the range", async (deepPage) => {
    const { name, filter, table, column } = deepPage;
    const [place] = await explainer.query(
      large.id,
      `select ${column}::text as sort, id from ${table} order by ${column}, id limit 1 offset ${499 * SIZE}`,
    );
    const field = connectionNamed(name, large);
    for (const orderBy of field.orders) {
      const digest = orderingDigest(large.id, name, orderBy);
      const cursor = encodeCursor(digest, { sort: place.sort, id: place.id });
      for (const range of [...ranges, { value: { from: "2025-01-01T00:00:00Z" } }]) {
        for (const end of ["after", "before"]) {
          const asked = { orderBy, filter: { [filter]: range.value }, [end]: cursor };
          const size = end === "after" ? { first: SIZE } : { last: SIZE };
          const page = await pageOf(field, large, { ...asked, ...size });
          const plans = await explainer.explain(page);
          for (const planning of plannings) {
            const { buffers } = plans[planning];
            expect(buffers, `${orderBy} ${end} ${JSON.stringify(range)}`).toBeLessThan(40);
          }
        }
      }
    }
  });
});

/** From how many ranges of an index the page is read for each parent: the values of its filters. */
function rangesOf({ values, statement }: Sent): number {
  const listed = Object.entries(values)
    .filter(([name, value]) => Array.isArray(value) && name !== "parents")
    .map(([, value]) => (value as readonly string[]).length);
  // Words of a column that nobody named, between those that were and the sort.
  const words = [...statement.text.matchAll(/\(values (.*?)\) as words/g)].map(
    ([, list]) => (list?.split("::").length ?? 2) - 1,
  );
  return [...listed, ...words].reduce((product, count) => product * count, 1);
}

/** How many posts of the large workspace have the word that is walked. */
const postsWith = ({ values }: Sent): number =>
  Math.ceil(large.posts / (values["text0"] === words.rare ? words.rareEach : words.commonEach));

/** What is wrong with a plan; nothing when its cost is bounded by the rows asked for. */
function complaints(field: ConnectionField, filter: FilterCase, sent: Sent, plan: Plan): string[] {
  const found: string[] = [];
  const complain = (wrong: boolean, text: string) => void (wrong && found.push(text));
  const ranges = rangesOf(sent);
  const asked = sent.asking.keys * ranges * (SIZE + 1);
  // Which of the accounts that were named are of a network is looked up first: by their ids.
  const isLookUp = (table: string | undefined) =>
    table === "accounts" && field.name === "Query.posts" && filter.fields.includes("networks");
  const scans = plan.scans.filter((scan) => !isLookUp(scan["Relation Name"]));

  for (const { "Node Type": type, "Relation Name": table } of scans) {
    const isRange = type === "Index Scan" || type === "Index Only Scan";
    complain(!isRange, `${type} on ${table ?? ""}`);
    complain(type === "Seq Scan", `Seq Scan on ${table ?? ""}`);
  }
  // A fan-out's ranges are merged, and a post that has two of the tags is read twice.
  const merges =
    ranges > 1 || filter.fields.includes("tagIds") || filter.fields.includes("networks");
  const sortable = merges ? asked : 0;
  complain(plan.rowsSorted > sortable, `${plan.rowsSorted} rows sorted, not ${sortable}`);
  // Where a word is not all that is asked for, its posts are read until the page is full.
  const isNarrowed =
    field.parent !== undefined || filter.fields.length > 1 || "text1" in sent.values;
  const worded =
    filter.fields.includes("text") && isNarrowed ? sent.asking.keys * postsWith(sent) : 0;
  // A link's row and the row it leads to are two.
  const readable = 2 * (asked + worded) + 5;
  const read = plan.rowsReadBy(scans);
  complain(read > readable, `${read} rows read, not ${readable}`);
  // Five pages deep into an index, at most one page of it and one of the table for each row.
  const touchable = 5 * plan.descents + 2 * plan.rowsRead + 10;
  complain(plan.buffers > touchable, `${plan.buffers} buffers, not ${touchable}`);
  return found;
}

describe("a page reads what was asked for, not the table", () => {
  /** Cursors a few rows into the first parent's list, and up to a hundred rows further. */
  async function cursorsOf(field: ConnectionField, orderBy: string) {
    const ends: string[] = [];
    for (const first of [5, 100]) {
      const parents = parentsOf(field, large)?.slice(0, 1);
      const page = await ask(large, field.operation, { parents, orderBy, first, after: ends[0] });
      const end = /"endCursor":"([^"]+)"/.exec(page.body)?.[1];
      if (end) ends.push(end);
    }
    const [after, before] = ends;
    if (!after || !before) throw new Error(`${field.name} is too short for two cursors`);
    return { after, before };
  }

  const names = connectionsOf({ id: "" } as BigWorkspace).map(({ name }) => name);

  it.each(names)("%s, with every filter", { timeout: 120_000 }, async (name) => {
    const field = connectionNamed(name, large);
    const cursors = new Map<string, { after: string; before: string }>();
    for (const orderBy of field.orders) cursors.set(orderBy, await cursorsOf(field, orderBy));
    const argumentsOf = ({ orderBy, shape }: PageCase, filter: FilterCase) => ({
      orderBy,
      [shape.direction]: SIZE,
      ...(shape.after ? { after: cursors.get(orderBy)?.after } : {}),
      ...(shape.before ? { before: cursors.get(orderBy)?.before } : {}),
      ...(filter.value ? { filter: filter.value } : {}),
    });

    const found: string[] = [];
    for (const [filter, page] of pageCases(field, filterCases(field))) {
      const sent = await pageOf(field, large, argumentsOf(page, filter));
      const plans = await explainer.explain(sent);
      for (const planning of plannings) {
        const plan = plans[planning];
        const label = `${filter.label}, ${page.orderBy} ${page.shape.label}, ${planning}`;
        found.push(...complaints(field, filter, sent, plan).map((text) => `${label}: ${text}`));
      }
    }
    expect(found).toEqual([]);
  });

  it.each(names)("%s, as many buffers in the large workspace as in the small", async (name) => {
    for (const orderBy of connectionNamed(name, large).orders) {
      const pages: Sent[] = [];
      for (const workspace of [large, small]) {
        const field = connectionNamed(name, workspace);
        const parents = parentsOf(field, workspace)?.slice(0, 1);
        pages.push(await pageOf(field, workspace, { parents, orderBy, first: 10 }));
      }
      const [inLarge, inSmall] = pages as [Sent, Sent];
      const big = await explainer.explain(inLarge);
      const little = await explainer.explain(inSmall);
      for (const planning of plannings) {
        expect(big[planning].buffers).toBeLessThanOrEqual(little[planning].buffers + 10);
      }
    }
  });

  it("a rare status of a busy account, and of the whole workspace", async () => {
    const filter = { statuses: ["FAILED"] };
    for (const name of ["Account.posts", "Query.posts", "Member.posts"]) {
      const field = connectionNamed(name, large);
      const parents = parentsOf(field, large)?.slice(0, 1);
      const page = await pageOf(field, large, { parents, orderBy: "NEWEST_FIRST", filter });
      const plans = await explainer.explain(page);
      for (const planning of plannings) {
        const { rowsRead, buffers } = plans[planning];
        expect(rowsRead).toBeLessThanOrEqual(21);
        expect(buffers).toBeLessThan(40);
      }
    }
  });
});

describe("the headline operation", () => {
  it("touches what its rows take, in the large workspace as in the small", async () => {
    const totals: number[] = [];
    for (const workspace of [large, small]) {
      const { sent } = await ask(workspace, headlineOperation);
      expect(sent).toHaveLength(5);
      const total = { generic: 0, custom: 0 };
      for (const statement of sent) {
        const plans = await explainer.explain(statement);
        for (const planning of plannings) {
          const plan = plans[planning];
          const label = `${statement.asking.loader}, ${planning}`;
          const others = plan.ofType("Seq Scan", "Bitmap Heap Scan", "Sort", "Incremental Sort");
          expect(others, label).toEqual([]);
          const descents = plan.descents + statement.asking.keys;
          expect(plan.buffers, label).toBeLessThanOrEqual(4 * descents + plan.rowsRead);
          total[planning] += plan.buffers;
        }
      }
      totals.push(total.generic, total.custom);
    }
    // 15 accounts, 165 posts, 150 metrics, 450 comments at most, and their authors.
    expect(Math.max(...totals)).toBeLessThan(2000);
    expect(Math.max(...totals)).toBeLessThan(2 * Math.min(...totals));
  });
});

describe("rows by their ids", () => {
  const lookups = [
    { loader: "postById", kind: "Post" },
    { loader: "commentById", kind: "Comment" },
    { loader: "contactById", kind: "Contact" },
    { loader: "metricsOfPost", kind: "Post" },
  ] as const;

  it.each(lookups)("$loader reads the primary key, once a key", ({ loader, kind }) =>
    expectPrimaryKey(loader, kind),
  );

  it("are read by the primary key also where most workspaces are small", () =>
    whereMostAreSmall(app.database, async () => {
      for (const { loader, kind } of lookups) await expectPrimaryKey(loader, kind);
    }));

  async function expectPrimaryKey(loader: string, kind: Kind) {
    const sentFor = (ids: string[]) =>
      statementOf(
        loader,
        large,
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Post { metrics { likes } } } }",
        { ids },
      );
    const one = await sentFor([idOf(large, kind, 100)]);
    const several = await sentFor([100, 150].map((number) => idOf(large, kind, number)));
    for (const count of [1, 20, 150]) {
      const ids = Array.from({ length: count }, (_, n) => rowIdOf(large, kind, n * 50 + 100));
      const plans = await explainer.explain(
        count === 1
          ? { ...one, values: { key: ids[0] ?? "" } }
          : { ...several, values: { keys: ids } },
      );
      for (const planning of plannings) {
        const plan = plans[planning];
        const label = `${planning}, ${count} keys`;
        expect(plan.scans, label).toHaveLength(1);
        expect(plan.scans[0]?.["Index Name"] ?? plan.bitmapIndex, label).toMatch(/_pk$/);
        expect(plan.rowsRead, label).toBeLessThanOrEqual(count);
        expect(plan.buffers, label).toBeLessThanOrEqual(5 * count + 5);
      }
    }
  }
});

/** PostgreSQL is told that there are four workspaces; here it learns how small most of them could be. */
async function whereMostAreSmall(database: TestDatabase, work: () => Promise<void>) {
  const client = connect(database.ownerUrl, { max: 1 });
  const tell = async (workspaces: number) => {
    for (const table of ["posts", "comments", "contacts", "post_metrics"]) {
      await client.unsafe(
        `set role ${OWNER_ROLE};
         alter table ${table} alter column workspace_id set (n_distinct = ${workspaces});
         analyze ${table} (workspace_id)`,
      );
    }
  };
  try {
    await tell(-0.02);
    await work();
  } finally {
    await tell(4);
    await client.end({ timeout: 5 });
  }
}

describe("prepared statements", () => {
  it("are parsed once a connection, whatever the number of requests", async () => {
    for (let time = 0; time < 8; time += 1) await ask(large, headlineOperation);
    const { sent } = await ask(large, headlineOperation);
    const texts = sent.map(({ statement }) => statement.text);
    const lease = await app.pool.acquire();
    try {
      const prepared = await lease.ask<{ statement: string; runs: number }>(
        "select statement, (generic_plans + custom_plans)::int as runs from pg_prepared_statements",
        undefined,
        5000,
      );
      const headline = prepared.filter(({ statement }) => texts.includes(statement));
      expect(headline).toHaveLength(5);
      for (const { runs } of headline) expect(runs).toBeGreaterThanOrEqual(9);
    } finally {
      lease.release();
    }
  });
});

describe("indexes below row-level security", () => {
  it("compare by leakproof operators only: with others a condition would not reach the index", async () => {
    const leaking = await explainer.query(
      large.id,
      `select distinct index.indexrelid::regclass::text as index, operator.amopopr::regoperator::text as operator
       from pg_index as index
       join pg_class as tables on tables.oid = index.indrelid
         and tables.relnamespace = 'public'::regnamespace and tables.relrowsecurity
       cross join unnest(index.indclass::oid[]) as classes(oid)
       join pg_opclass as class on class.oid = classes.oid
       join pg_amop as operator on operator.amopfamily = class.opcfamily
         and operator.amoplefttype = class.opcintype and operator.amoprighttype = class.opcintype
       join pg_operator on pg_operator.oid = operator.amopopr
       join pg_proc on pg_proc.oid = pg_operator.oprcode and not pg_proc.proleakproof`,
    );
    expect(leaking).toEqual([]);
  });
});
