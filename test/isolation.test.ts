import { getTableConfig, type PgTable } from "drizzle-orm/pg-core";
import { isObjectType } from "graphql";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { askers, openAuditedApp, type AuditedApp } from "../src/audit/api/app.ts";
import { attackApi } from "../src/audit/api/attack.ts";
import { nodeTypes } from "../src/audit/api/select.ts";
import { placesIn } from "../src/audit/api/tries.ts";
import { Truth } from "../src/audit/api/truth.ts";
import { readDeclared } from "../src/audit/declared.ts";
import { holdRules, rules, SEARCH_PATH } from "../src/audit/rules/run.ts";
import type { Subject } from "../src/audit/rules/rule.ts";
import { attackAsApp, attackAsIdentity } from "../src/audit/sql/attack.ts";
import { Probe, type Outcome } from "../src/audit/sql/probe.ts";
import { attackElsewhere } from "../src/audit/sql/special.ts";
import { findTargets } from "../src/audit/sql/targets.ts";
import type { Tried } from "../src/audit/tried.ts";
import { findWorld } from "../src/audit/world.ts";
import { readConfig } from "../src/config.ts";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { APP_ROLE, connect, IDENTITY_ROLE, OWNER_ROLE, type Client } from "../src/db/client.ts";
import { buildSchema } from "../src/schema/build.ts";
import { permissionOf } from "../src/schema/permissions.ts";
import { createTestApp, type TestApp } from "./support/app.ts";
import { recordStatements } from "./support/explain.ts";
import { fillEmptyTables } from "./support/fixtures.ts";
import { AT_ONCE_MS } from "./support/patience.ts";
import { readTables } from "./support/tables.ts";

// Tries are those of `socialhub audit rls`: every table of the catalog, every field of the schema. Here
// each has rows to steal, in three workspaces, and a finding is a test that fails.

const schema = buildSchema();
const tables = await readTables();
const tableNames = [...tables.keys()].sort();
const places = placesIn(schema).map(({ parent, field }) => `${parent.name}.${field.name}`);
const [A, B, C] = demoWorkspaceList().map(({ id }) => id) as [string, string, string];
const NOBODY = "01234567-89ab-7cde-8f01-23456789abcd";
/** Each workspace attacks another one. */
const pairs = [
  { own: A, foreign: B },
  { own: B, foreign: C },
  { own: C, foreign: A },
];

let app: TestApp;
let attackedByApi: Promise<Tried[]>;
let audited: AuditedApp;
/** Sees and may everything: what is true. */
let superuser: Client;
/** What the server logs in as. */
let server: Client;
beforeAll(async () => {
  app = await createTestApp();
  superuser = connect(app.database.ownerUrl, { max: 1 });
  server = connect(app.database.url, { max: 1 });
  audited = await openAuditedApp(readConfig({ LOG_LEVEL: "silent" }), app.database.url);
  await fillEmptyTables(app.database, [A, B, C]);
  // Here they have nothing to do with each other, and take turns at waiting for PostgreSQL.
  attackedByApi = attackByApi();
  attackedByApi.catch(() => undefined);
});
afterAll(async () => {
  await Promise.all([superuser.end({ timeout: 5 }), server.end({ timeout: 5 })]);
  await audited.close();
  await app.close();
});

/** The tries by what they have in common: one look through thousands of them for hundreds of tests. */
function grouped(tried: readonly Tried[], keyOf: (each: Tried) => string): Map<string, Tried[]> {
  const groups = new Map<string, Tried[]>();
  for (const each of tried) {
    const group = groups.get(keyOf(each));
    if (group) group.push(each);
    else groups.set(keyOf(each), [each]);
  }
  return groups;
}

/** What of some tries is a finding, or proved nothing, in words. */
const failed = (tried: readonly Tried[]) =>
  tried
    .filter(({ verdict }) => verdict !== "held" && verdict !== "note")
    .map(({ name, target, as, came, says }) => says ?? `${as}: ${name} on ${target}: ${came}`);

describe("the catalog", () => {
  let found: Tried[];
  beforeAll(async () => {
    const facts = {
      declared: readDeclared(),
      // Of serve-external.test.ts, which may run on the same server at the same time.
      admins: ["socialhub_serve_*"],
      login: { server: new URL(app.database.url).username, isShared: true },
    };
    await superuser.unsafe(`set search_path = ${SEARCH_PATH}`);
    found = await holdRules((text) => superuser.unsafe<Subject[]>(text), facts);
  });

  it.each(rules.map(({ name }) => name))("holds the rule “%s”", (rule) => {
    expect(failed(found.filter(({ name }) => name === rule))).toEqual([]);
  });

  it("was asked about every table", () => {
    const seen = found.filter(({ name }) => name === "row-level security is forced");
    expect(seen.map(({ target }) => target).sort()).toEqual(tableNames);
  });
});

describe("tables, attacked from each of three workspaces", () => {
  let found: Tried[];
  beforeAll(async () => {
    const targets = await findTargets(superuser);
    const attacks = pairs.map(async (pair) => {
      const world = await findWorld(superuser, targets, [pair.own, pair.foreign]);
      if (!world) throw new Error("the demo's workspaces are empty");
      expect([...world.filled].sort()).toEqual(tableNames);
      const attack = { ...world, targets, pair };
      const attacker = connect(app.database.url, { max: 1 });
      const tried = await attackAsApp(attacker, attack);
      tried.push(...(await attackAsIdentity(attacker, attack)));
      await attacker.end({ timeout: 5 });
      return tried;
    });
    found = (await Promise.all(attacks)).flat();
    const elsewhere = { own: A, hashes: await hashesOf(B), isShared: true };
    found.push(...(await attackElsewhere(server, APP_ROLE, elsewhere)));
    found.push(...(await attackElsewhere(server, IDENTITY_ROLE, elsewhere)));
  });

  const hashesOf = async (workspaceId: string) => {
    const rows = await superuser<{ hash: string }[]>`
      select hash from api_keys where workspace_id = ${workspaceId}
      union all select token_hash from invitations where workspace_id = ${workspaceId}`;
    expect(rows.length).toBeGreaterThan(1);
    return rows.map(({ hash }) => hash);
  };

  const kinds = [
    "SELECT",
    "JOIN",
    "SUBQUERY",
    "INSERT",
    "UPDATE",
    "DELETE",
    "COPY",
    "TRUNCATE",
    "NO WORKSPACE",
    "OWNER'S",
  ];
  const both = tableNames.flatMap((table) => kinds.map((kind) => ({ table, kind })));
  it.each(both)("$table shows and gives nothing by $kind", ({ table, kind }) => {
    const tried = found.filter(({ target, column }) => target === table && column === kind);
    expect(tried.length).toBeGreaterThanOrEqual(pairs.length);
    expect(failed(tried)).toEqual([]);
  });

  it("are the only ones that let nobody in: people, functions, files, roles do not either", () => {
    const others = found.filter(({ target }) => !tables.has(target));
    expect(new Set(others.map(({ target }) => target)).size).toBeGreaterThan(15);
    expect(failed(others)).toEqual([]);
  });

  it("were attacked in many hundred ways", () => {
    expect(found.length).toBeGreaterThan(1000);
  });
});

describe.each(tableNames)("table %s", (name) => {
  const table = tables.get(name) as PgTable;

  /** What the server's role, or another, gets in a workspace; rolled back. */
  const asRole = async (role: string, workspaceId: string | null, statements: string[]) => {
    const probe = new Probe(server, role);
    await probe.begin();
    const outcomes: Outcome[] = [];
    for (const each of statements) outcomes.push(await probe.try(workspaceId, each));
    await probe.end();
    return outcomes;
  };

  it("shows all rows of the workspace that is set, to the server and to the owner", async () => {
    const all = await superuser<{ workspace_id: string; count: number }[]>`
      select workspace_id, count(*)::int as count from ${superuser(name)} group by 1`;
    const expected = new Map(all.map((row) => [row.workspace_id, row.count]));
    for (const workspaceId of [A, B, C]) {
      const rows = expected.get(workspaceId);
      expect(rows, `rows of ${name} to hide`).toBeGreaterThan(0);
      for (const role of [APP_ROLE, OWNER_ROLE]) {
        // Counts them without having them sent: of some tables there are a hundred thousand.
        const count = `declare seen cursor for select 1 from ${name}; move all in seen`;
        const seen = await asRole(role, workspaceId, [count]);
        expect(seen).toEqual([{ rows }]);
      }
    }
  });

  it("shows no row without a workspace to the owner either", async () => {
    for (const workspaceId of [null, "", NOBODY]) {
      const seen = await asRole(OWNER_ROLE, workspaceId, [`select 1 from ${name} limit 1`]);
      expect(seen).toEqual([{ rows: 0 }]);
    }
  });

  it("fills in the workspace, and refuses another one by name", async () => {
    const columns = getTableConfig(table).columns.filter(({ generated }) => !generated);
    const names = columns.map((column) => column.name).filter((each) => each !== "workspace_id");
    const copy = (first: string, last = "") =>
      `insert into ${name} (${[...names, "workspace_id"].join()}${last})
       select ${names.join()}, ${first} from ${name} limit 1 on conflict do nothing`;
    const [filled] = await asRole(OWNER_ROLE, A, [copy("null::uuid")]);
    // The same row twice is a conflict, or it is the second workspace of this id: never NULL.
    expect(filled).toEqual({ rows: 0 });

    const [other] = await asRole(OWNER_ROLE, A, [copy(`'${B}'::uuid`)]);
    expect(other?.message).toBe(`a row of ${name} may not be put into another workspace`);
    const [moved] = await asRole(OWNER_ROLE, A, [`update ${name} set workspace_id = '${B}'`]);
    expect(moved?.message).toBe(`a row of ${name} may not be moved into another workspace`);
  });

  const keys = getTableConfig(table).foreignKeys.map((key) => {
    const { columns, foreignColumns, foreignTable } = key.reference();
    return {
      parent: getTableConfig(foreignTable).name,
      columns: columns.map((column) => column.name),
      foreignColumns: foreignColumns.map((column) => column.name),
    };
  });

  it.each(keys.filter(({ columns }) => columns.length > 1))(
    "cannot hang on another workspace's row by $columns",
    async ({ parent, columns, foreignColumns }) => {
      const pairs = columns
        .slice(1)
        .map((column, index) => `${column} = parent.${foreignColumns[index + 1]}`);
      const attach = superuser.begin(async (transaction) => {
        await transaction.unsafe("set constraints all immediate");
        await transaction.unsafe(
          `update ${name} child set ${pairs.join(", ")}
           from (select * from ${parent} where workspace_id = '${B}' limit 1) as parent
           where child.ctid = (select ctid from ${name} where workspace_id = '${A}' limit 1)`,
        );
      });
      await expect(attach).rejects.toThrow("violates foreign key constraint");
    },
  );
});

describe("decisions", () => {
  /** What needs no permission, and why. */
  const open: Record<string, string> = {
    "Query.viewer": "whoever asks may know who they are",
    "Query.node": "finds what the type's permission allows",
    "Query.nodes": "finds what the type's permission allows",
    "Query.rateLimit": "whoever asks may know how much is left",
    "Mutation.acceptInvitation": "whoever is invited is no member yet: the token is the permission",
  };
  const roots = [schema.getQueryType(), schema.getMutationType()].filter(isObjectType);
  const fields = roots.flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({
      place: `${type.name}.${field.name}`,
      field,
    })),
  );

  it.each(fields)("$place has a permission, or a reason to have none", ({ place, field }) => {
    expect(permissionOf(field) ?? open[place], `decide on ${place}`).toBeDefined();
  });

  it.each(nodeTypes(schema))("$name, which node finds, has a permission", (type) => {
    expect(permissionOf(type), `decide on ${type.name}`).toBeDefined();
  });

  it("that are gone have no reason left", () => {
    const known = new Set(fields.map(({ place }) => place));
    expect(Object.keys(open).filter((place) => !known.has(place))).toEqual([]);
  });
});

/** Tables that no field reads, and why. */
const unread: Record<string, string> = {
  idempotency_records: "found by mutations before they act; mutations.test.ts",
};

async function attackFrom(pair: (typeof pairs)[number], as = askers) {
  const truth = await Truth.of(superuser, pair.own, pair.foreign);
  return attackApi({ schema, app: audited, truth, as, ...pair });
}

/** Each role is of one workspace and after another one. */
async function attackByApi(): Promise<Tried[]> {
  const found: Tried[] = [];
  for (const [index, pair] of pairs.entries()) {
    const as = askers.filter((_, at) => at % pairs.length === index);
    found.push(...(await attackFrom(pair, as)));
  }
  return found;
}

describe("the API, asked by everybody of one workspace for another", () => {
  let found: Tried[];
  let byPlace: Map<string, Tried[]>;
  beforeAll(async () => {
    found = await attackedByApi;
    byPlace = grouped(found, ({ target, as }) => `${target} ${as}`);
  });

  it.each(places.flatMap((place) => askers.map(({ name }) => ({ place, name }))))(
    "shows $name nothing of it by $place",
    ({ place, name }) => {
      const tried = byPlace.get(`${place} ${name}`) ?? [];
      expect(tried.length, "tries").toBeGreaterThan(0);
      expect(tried.filter(({ verdict }) => verdict === "finding")).toEqual([]);
    },
  );

  it("does nothing with its ids either, in any mutation", () => {
    const mutations = found.filter(({ target }) => target.startsWith("Mutation."));
    expect(mutations.filter(({ verdict }) => verdict === "finding")).toEqual([]);
  });

  it("was asked for every type, with something to see and something to steal", () => {
    const types = nodeTypes(schema).map(({ name }) => name);
    for (const [name, verdict] of types.flatMap((type) => [
      [`with A's ${type}`, "own"],
      [`with B's ${type}`, "nothing"],
    ])) {
      const tried = found.filter((each) => each.name === name && each.target === "Query.node");
      expect(
        tried.map(({ came }) => came),
        name,
      ).toContain(verdict);
    }
    expect(found.length).toBeGreaterThan(1000);
  });
});

describe("the API, with row-level security switched off", () => {
  let found: Tried[];
  let record: ReturnType<typeof recordStatements>;
  /** How many posts with a word A has, by the API and in truth, and how many there are. */
  let counted: { told: number; own: number; all: number };
  const countWord = async () => {
    const [truth] = await superuser<{ term: string; own: number; all: number }[]>`
      select term, count(*) filter (where workspace_id = ${A})::int as own, count(*)::int as all
      from post_terms group by term having count(*) filter (where workspace_id = ${A}) between 1 and count(*) - 1
      order by count(*) desc limit 1`;
    const query =
      "query ($text: String) { posts(filter: { text: $text }) { totalCount nodes { id } } }";
    const { data } = await app.ask(query, { variables: { text: truth?.term } });
    return { told: data.posts.totalCount, own: truth?.own ?? 0, all: truth?.all ?? 0 };
  };
  beforeAll(async () => {
    for (const name of tableNames) {
      await superuser.unsafe(`alter table ${name} disable row level security`);
    }
    record = recordStatements();
    found = await attackFrom({ own: A, foreign: B }, askers.slice(0, 1));
    counted = await countWord();
  });
  afterAll(async () => {
    record.stop();
    for (const name of tableNames) {
      await superuser.unsafe(`alter table ${name} enable row level security`);
    }
  });

  it("is held by the statements alone", async () => {
    const probe = new Probe(server, APP_ROLE);
    await probe.begin();
    expect(
      (await probe.try(A, `select 1 from accounts where workspace_id = '${B}'`)).rows,
    ).not.toBe(0);
    await probe.end();
    expect(found.length).toBeGreaterThan(200);
    expect(found.filter(({ verdict }) => verdict === "finding")).toEqual([]);
  });

  it("is held by what finds posts by their words", () => {
    expect(counted.told).toBe(counted.own);
    expect(counted.own).toBeGreaterThan(0);
    expect(counted.all).toBeGreaterThan(counted.own);
  });

  it("says in every statement of which workspace the rows of every table are", () => {
    expect(record.sent.length).toBeGreaterThan(50);
    const seen = new Set<string>();
    for (const { statement, asking } of record.sent) {
      if (asking.loader === "authenticate") continue;
      const read = [...statement.text.matchAll(/\b(?:from|join)\s+"(\w+)"/g)].map(
        ([, name]) => name!,
      );
      expect(read.length, statement.text).toBeGreaterThan(0);
      for (const name of new Set(read)) {
        seen.add(name);
        const tests = statement.text.split(`"${name}"."workspace_id" = $`).length - 1;
        const joins = statement.text.split(`"${name}"."workspace_id" = "`).length - 1;
        expect(tests + joins, statement.text).toBeGreaterThanOrEqual(
          read.filter((each) => each === name).length,
        );
        expect(tests, statement.text).toBeGreaterThan(0);
      }
    }
    expect(tableNames.filter((name) => !seen.has(name) && !(name in unread))).toEqual([]);
  });
});

describe("a connection", () => {
  it("keeps no workspace and no transaction", async () => {
    const { errors } = await app.ask('{ posts(first: 1, after: "x") { nodes { id } } }');
    expect(errors).toHaveLength(1);
    for (let times = 0; times < app.pool.state.size; times += 1) {
      await app.read("{ accounts(first: 1) { nodes { id } } }");
      const lease = await app.pool.acquire();
      try {
        const ask = <Row>(text: string) => lease.ask<Row>(text, undefined, 1_000);
        const [row] = await ask<{ setting: string | null; id: string | null; role: string }>(
          `select current_setting('app.workspace_id', true) as setting,
             current_workspace_id() as id, current_user::text as role`,
        );
        expect(row?.setting ?? "").toBe("");
        expect(row).toMatchObject({ id: null, role: APP_ROLE });
      } finally {
        lease.release();
      }
    }
    // The answer does not wait for its commit.
    await vi.waitFor(async () => {
      const open = await superuser`
        select query from pg_stat_activity
        where datname = current_database() and state like 'idle in transaction%'`;
      expect([...open]).toEqual([]);
    }, AT_ONCE_MS);
  });
});
