import { getTableConfig, type PgTable } from "drizzle-orm/pg-core";
import {
  getNamedType,
  isInputObjectType,
  type GraphQLField,
  type GraphQLObjectType,
} from "graphql";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { APP_ROLE, connect, OWNER_ROLE, type Client } from "../src/db/client.ts";
import { fromGlobalId } from "../src/loaders/global-id.ts";
import { buildSchema } from "../src/schema/build.ts";
import { createTestApp, makeKey, type Json, type TestApp } from "./support/app.ts";
import {
  idsIn,
  noLimits,
  nodeTypes,
  objectTypes,
  objectsIn,
  selectEverything,
} from "./support/everything.ts";
import { recordStatements } from "./support/explain.ts";
import { fillEmptyTables } from "./support/fixtures.ts";
import { AT_ONCE_MS } from "./support/patience.ts";
import { readTables } from "./support/tables.ts";

const schema = buildSchema();
const tables = await readTables();
const tableNames = [...tables.keys()].sort();
const workspaces = demoWorkspaceList();
const [own, foreign, third] = [workspaces[0]!.id, workspaces[1]!.id, workspaces[2]!.id];
const NOBODY = "01234567-89ab-7cde-8f01-23456789abcd";

let app: TestApp;
/** Sees and may everything: what is true. */
let superuser: Client;
/** What the server logs in as. */
let server: Client;
let foreignKey: string;
beforeAll(async () => {
  app = await createTestApp({ settings: noLimits });
  superuser = connect(app.database.ownerUrl, { max: 1 });
  server = connect(app.database.url, { role: APP_ROLE, max: 1 });
  foreignKey = await makeKey(app.database, foreign);
  await fillEmptyTables(app.database, [own, foreign, third]);
});
afterAll(async () => {
  await Promise.all([superuser.end({ timeout: 5 }), server.end({ timeout: 5 })]);
  await app.close();
});

/** Runs as the server's role, with the workspace set as a request does; rolled back. */
async function asServer<Rows extends object>(
  workspaceId: string | null,
  statement: string,
  client = server,
): Promise<Rows[]> {
  let rows: Rows[] = [];
  await client
    .begin(async (transaction) => {
      if (workspaceId !== null) {
        await transaction`select set_config('app.workspace_id', ${workspaceId}, true)`;
      }
      rows = [...(await transaction.unsafe<Rows[]>(statement))];
      throw new RolledBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error;
    });
  return rows;
}

class RolledBack extends Error {}

const count = async (workspaceId: string | null, from: string, client = server) => {
  const [row] = await asServer<{ count: number }>(
    workspaceId,
    `select count(*)::int as count from ${from}`,
    client,
  );
  return row?.count;
};

/** The columns that a statement may write. */
const writable = (table: PgTable) =>
  getTableConfig(table)
    .columns.filter((column) => !column.generated)
    .map((column) => column.name);

describe.each(tableNames)("table %s", (name) => {
  const table = tables.get(name) as PgTable;

  it("has row-level security, enabled and forced", async () => {
    const [row] = await superuser`
      select relrowsecurity as enabled, relforcerowsecurity as forced
      from pg_class where oid = ${`public.${name}`}::regclass`;
    expect(row).toEqual({ enabled: true, forced: true });
  });

  it("has one policy, for everybody and everything, which tests the workspace", async () => {
    const policies = await superuser`
      select cmd, permissive, roles::text as roles, qual, with_check
      from pg_policies where schemaname = 'public' and tablename = ${name}`;
    const test = "(workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))";
    expect([...policies]).toEqual([
      { cmd: "ALL", permissive: "PERMISSIVE", roles: "{public}", qual: test, with_check: test },
    ]);
  });

  it("shows rows of the workspace that is set, and of no other", async () => {
    const all = await superuser<{ workspace_id: string; count: number }[]>`
      select workspace_id, count(*)::int as count from ${superuser(name)} group by 1`;
    const expected = new Map(all.map((row) => [row.workspace_id, row.count]));
    for (const workspaceId of [own, foreign, third]) {
      expect(expected.get(workspaceId), `rows of ${name} to hide`).toBeGreaterThan(0);
      expect(await count(workspaceId, name)).toBe(expected.get(workspaceId));
      expect(await count(workspaceId, `${name} where workspace_id <> '${workspaceId}'`)).toBe(0);
    }
  });

  it("shows no row without a workspace: not set, empty, of nobody", async () => {
    for (const workspaceId of [null, "", NOBODY]) {
      expect(await count(workspaceId, name)).toBe(0);
    }
  });

  it("shows no row to its owner either", async () => {
    const owner = connect(app.database.ownerUrl, { role: OWNER_ROLE, max: 1 });
    try {
      for (const workspaceId of [null, "", NOBODY]) {
        expect(await count(workspaceId, name, owner)).toBe(0);
      }
      expect(await count(own, `${name} where workspace_id <> '${own}'`, owner)).toBe(0);
    } finally {
      await owner.end({ timeout: 5 });
    }
  });

  it("takes no row of another workspace", async () => {
    const columns = writable(table);
    const copied = columns.map((column) =>
      column === "workspace_id" ? `'${foreign}'` : column === "id" ? "gen_random_uuid()" : column,
    );
    const insert = `insert into ${name} (${columns.join()}) select ${copied.join()} from ${name} limit 1`;
    await expect(asServer(own, insert)).rejects.toThrow("row-level security");
    const move = `update ${name} set workspace_id = '${foreign}'`;
    await expect(asServer(own, move)).rejects.toThrow("row-level security");
  });

  it("lets no row of another workspace be changed, taken over or deleted", async () => {
    for (const statement of [
      `update ${name} set workspace_id = '${own}' where workspace_id = '${foreign}' returning 1`,
      `delete from ${name} where workspace_id = '${foreign}' returning 1`,
      `select 1 from ${name} where workspace_id = '${foreign}' for update`,
    ]) {
      expect(await asServer(own, statement)).toEqual([]);
    }
  });

  it("gives the server's role SELECT, INSERT, UPDATE and DELETE, and nobody anything else", async () => {
    const grants = await superuser<{ grantee: string; privilege: string }[]>`
      select coalesce(nullif(grantee, 0)::regrole::text, 'public') as grantee, privilege_type as privilege
      from pg_class, aclexplode(relacl)
      where oid = ${`public.${name}`}::regclass and grantee <> relowner order by 2`;
    expect(grants.map(({ grantee, privilege }) => `${grantee} ${privilege}`)).toEqual(
      ["DELETE", "INSERT", "SELECT", "UPDATE"].map((privilege) => `${APP_ROLE} ${privilege}`),
    );
    await expect(asServer(own, `truncate ${name} cascade`)).rejects.toThrow("permission denied");
    await expect(asServer(own, `alter table ${name} disable row level security`)).rejects.toThrow(
      "must be owner",
    );
    await expect(asServer(own, `drop policy workspace_isolation on ${name}`)).rejects.toThrow(
      "must be owner",
    );
    await expect(
      asServer(own, `set local row_security = off; select * from ${name}`),
    ).rejects.toThrow("row-level security");
  });

  it("leads with workspace_id in every primary, unique and foreign key and in every index", async () => {
    const leading = await superuser<{ name: string; own: string; referenced: string | null }[]>`
      select conname as name, one.attname as own, two.attname as referenced
      from pg_constraint
      join pg_attribute one on one.attrelid = conrelid and one.attnum = conkey[1]
      left join pg_attribute two on two.attrelid = confrelid and two.attnum = confkey[1]
      where conrelid = ${`public.${name}`}::regclass and contype in ('p', 'u', 'f')
      union all
      select indexrelid::regclass::text, attname, null
      from pg_index left join pg_attribute on attrelid = indrelid and attnum = indkey[0]
      where indrelid = ${`public.${name}`}::regclass`;
    expect(leading.length).toBeGreaterThan(0);
    for (const key of leading) {
      expect(key.own, key.name).toBe("workspace_id");
      expect(key.referenced ?? "workspace_id", key.name).toBe("workspace_id");
    }
  });

  const keys = getTableConfig(table).foreignKeys.map((key) => {
    const { columns, foreignColumns, foreignTable } = key.reference();
    return {
      parent: getTableConfig(foreignTable).name,
      columns: columns.map((column) => column.name),
      foreignColumns: foreignColumns.map((column) => column.name),
    };
  });

  it.each(keys)(
    "has an index for its foreign key $columns",
    async ({ columns, foreignColumns }) => {
      const indexes = await superuser<{ columns: string[]; where: string | null }[]>`
      select pg_get_expr(indpred, indrelid) as where,
        (select json_agg(pg_get_indexdef(indexrelid, place, true) order by place)
         from generate_series(1, indnkeyatts) as place) as columns
      from pg_index where indrelid = ${`public.${name}`}::regclass and indisvalid`;
      // Those that point to the parent's own id; more would narrow one row.
      const needed = foreignColumns.includes("id")
        ? columns.filter((_, index) => /^(workspace_id|id)$/.test(foreignColumns[index] ?? ""))
        : columns;
      const serves = indexes.filter(
        (index) =>
          index.columns.slice(0, needed.length).sort().join() === [...needed].sort().join() &&
          (index.where === null ||
            needed.some((column) => index.where === `(${column} IS NOT NULL)`)),
      );
      expect(serves.length).toBeGreaterThan(0);
    },
  );

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
           from (select * from ${parent} where workspace_id = '${foreign}' limit 1) as parent
           where child.ctid = (select ctid from ${name} where workspace_id = '${own}' limit 1)`,
        );
      });
      await expect(attach).rejects.toThrow("violates foreign key constraint");
    },
  );
});

describe("the database", () => {
  it("has no way around: no definer function, view, rule or trigger", async () => {
    const found = await superuser<{ what: string }[]>`
      select 'definer function ' || proname as what from pg_proc
        where pronamespace = 'public'::regnamespace and prosecdef
      union all select 'view ' || relname from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('v', 'm', 'f')
      union all select 'rule ' || rulename from pg_rules where schemaname = 'public'
      union all select 'trigger ' || tgname from pg_trigger where not tgisinternal`;
    expect([...found]).toEqual([]);
  });

  it("has a server's role that may nothing but read and write rows", async () => {
    const [role] = await superuser`
      select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
      from pg_roles where rolname = ${APP_ROLE}`;
    expect(new Set(Object.values(role ?? {}))).toEqual(new Set([false]));
    const [memberships] = await superuser<{ count: number }[]>`
      select count(*)::int as count from pg_auth_members where member = ${APP_ROLE}::regrole`;
    expect(memberships?.count).toBe(0);
    const owned = await superuser`
      select oid::regclass::text as what from pg_class where relowner = ${APP_ROLE}::regrole
      union all select proname from pg_proc where proowner = ${APP_ROLE}::regrole
      union all select nspname from pg_namespace where nspowner = ${APP_ROLE}::regrole
      union all select typname from pg_type where typowner = ${APP_ROLE}::regrole
      union all select datname from pg_database where datdba = ${APP_ROLE}::regrole`;
    expect([...owned]).toEqual([]);
    for (const statement of [
      "create table public.mine ()",
      "create schema mine",
      "create function public.mine() returns int language sql return 1",
      "call protect_tenant_table('accounts')",
      "insert into drizzle.__drizzle_migrations (hash) values ('x')",
      "create or replace function current_workspace_id() returns uuid language sql return null",
    ]) {
      await expect(asServer(own, statement), statement).rejects.toThrow(
        /permission denied|must be owner/,
      );
    }
  });
});

const query = schema.getQueryType() as GraphQLObjectType;

/** Everything that a viewer sees from every root field, two relations deep. */
async function crawl(key: string, known: readonly string[] = []): Promise<Json[]> {
  const answers: Json[] = [];
  const roots = Object.values(query.getFields());
  for (const field of roots) {
    for (const id of field.args.some(({ name }) => name === "id") ? known : [""]) {
      const argumentsOf = ({ args }: GraphQLField<unknown, unknown>) =>
        args.some(({ name }) => name === "ids")
          ? `(ids: ${JSON.stringify(known)})`
          : `(id: "${id}")`;
      const levels = id === "" ? 2 : 1;
      const options = { only: field.name, levels, size: 2, argumentsOf };
      const text = selectEverything(schema, query, options);
      const answer = await app.ask(text, { key });
      expect(answer.status, field.name).toBe(200);
      for (const { extensions } of answer.errors) {
        // An id of another type, where one type is asked for.
        expect(extensions["code"]).toBe("BAD_USER_INPUT");
      }
      answers.push(answer.data);
    }
  }
  return answers;
}

/** Two ids of each type. */
const some = (ids: Map<string, string[]>) => [...ids.values()].flatMap((list) => list.slice(0, 2));

/** The workspaces in which rows with these global ids really are. */
async function workspacesOf(globalIds: readonly string[]): Promise<Set<string>> {
  const ids = globalIds.map((globalId) => fromGlobalId(globalId).id);
  const found = new Set<string>();
  const seen = new Set<string>();
  for (const [name, table] of tables) {
    const key = getTableConfig(table).columns.some((column) => column.name === "id")
      ? "id"
      : name === "workspaces"
        ? "workspace_id"
        : undefined;
    if (!key) continue;
    const rows = await superuser<{ id: string; workspace: string }[]>`
      select ${superuser(key)} as id, workspace_id as workspace from ${superuser(name)}
      where ${superuser(key)} = any(string_to_array(${ids.join()}, ',')::uuid[])`;
    for (const row of rows) {
      found.add(row.workspace);
      seen.add(row.id);
    }
  }
  expect(seen.size, "ids that are in some table").toBe(new Set(ids).size);
  return found;
}

/** Every field with a filter of ids: the parent, the field and the filter's field. */
const idFilters = objectTypes(schema).flatMap((parent) =>
  Object.values(parent.getFields()).flatMap((field) => {
    const filter = field.args.find(({ name }) => name === "filter");
    const input = filter && getNamedType(filter.type);
    return isInputObjectType(input)
      ? Object.values(input.getFields())
          .filter(({ type }) => getNamedType(type).name === "ID")
          .map(({ name }) => ({
            place: `${parent.name}.${field.name} ${name}`,
            parent,
            field,
            name,
          }))
      : [];
  }),
);

const connections = objectTypes(schema).flatMap((parent) =>
  Object.values(parent.getFields())
    .filter(({ type }) => getNamedType(type).name.endsWith("Connection"))
    .map((field) => ({ place: `${parent.name}.${field.name}`, parent, field })),
);

/** Asks for a field of a parent, by the parent's id where it is no root field. */
async function askField(
  parent: GraphQLObjectType,
  selection: string,
  {
    key,
    ids,
    variables = {},
    declared = "",
  }: {
    key: string;
    ids: Map<string, string[]>;
    variables?: Record<string, unknown>;
    declared?: string;
  },
) {
  const definition = (more: string) => (more ? `query (${more})` : "query");
  if (parent === query) {
    const answer = await app.ask(`${definition(declared)} { found: ${selection} }`, {
      key,
      variables,
    });
    return { ...answer, found: [answer.data?.found] as Json[] };
  }
  const answer = await app.ask(
    `${definition(`$parents: [ID!]! ${declared}`)} { nodes(ids: $parents) { ... on ${parent.name} { found: ${selection} } } }`,
    { key, variables: { ...variables, parents: (ids.get(parent.name) ?? []).slice(0, 50) } },
  );
  return {
    ...answer,
    found: (answer.data?.nodes ?? []).map((node: Json) => node?.found) as Json[],
  };
}

describe.each([
  "with row-level security",
  "with row-level security switched off: by the statements alone",
])("the API, %s", (protection) => {
  let ownIds: Map<string, string[]>;
  let foreignIds: Map<string, string[]>;
  let record: ReturnType<typeof recordStatements>;
  beforeAll(async () => {
    if (protection.includes("switched off")) {
      for (const name of tableNames) {
        await superuser.unsafe(`alter table ${name} disable row level security`);
      }
      expect(await count(null, "accounts")).toBeGreaterThan(0);
    }
    record = recordStatements();
    ownIds = idsIn(await crawl(app.key));
    foreignIds = idsIn(await crawl(foreignKey));
  });
  afterAll(() => record.stop());

  it("reaches every type, and every object that it shows is the viewer's own", async () => {
    for (const ids of [ownIds, foreignIds]) {
      expect([...ids.keys()].sort()).toEqual(
        nodeTypes(schema)
          .map(({ name }) => name)
          .sort(),
      );
    }
    expect(await workspacesOf([...ownIds.values()].flat())).toEqual(new Set([own]));
    expect(await workspacesOf([...foreignIds.values()].flat())).toEqual(new Set([foreign]));
  });

  it("shows nothing by another workspace's ids: at no root field, in node and in nodes", async () => {
    const answers = await crawl(app.key, some(foreignIds));
    const seen = [...idsIn(answers).values()].flat();
    expect(seen.length).toBeGreaterThan(0);
    expect(await workspacesOf(seen)).toEqual(new Set([own]));

    const ids = some(foreignIds);
    const answer = await app.read("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", { ids });
    expect(answer.data.nodes).toEqual(ids.map(() => null));
    for (const id of ids) {
      const { data } = await app.read("query ($id: ID!) { node(id: $id) { __typename id } }", {
        id,
      });
      expect(data.node).toBeNull();
    }
  });

  it("finds by its own ids what it shows: the last test could fail", async () => {
    const ids = some(ownIds);
    const answer = await app.read("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", { ids });
    expect(answer.data.nodes).toEqual(ids.map((id) => ({ id })));
  });

  it.each(idFilters)(
    "finds nothing by another workspace's ids in $place",
    async ({ parent, field, name }) => {
      const type = name.replace(/Ids$/, "");
      const expected = nodeTypes(schema).find(
        (node) => node.name.toLowerCase() === type.toLowerCase(),
      );
      if (!expected) throw new Error(`which type are ${name}?`);
      const ask = (ids: readonly string[]) =>
        askField(
          parent,
          `${field.name}(first: 100, filter: { ${name}: $ids }) { totalCount nodes { __typename id } }`,
          { key: app.key, ids: ownIds, declared: "$ids: [ID!]", variables: { ids } },
        );

      const foreignOnly = await ask(foreignIds.get(expected.name) ?? []);
      expect(foreignOnly.errors).toEqual([]);
      for (const page of foreignOnly.found) expect(page).toEqual({ totalCount: 0, nodes: [] });

      const ownOnly = await ask((ownIds.get(expected.name) ?? []).slice(0, 40));
      const mixed = await ask([
        ...(ownIds.get(expected.name) ?? []).slice(0, 40),
        ...(foreignIds.get(expected.name) ?? []).slice(0, 40),
      ]);
      expect(ownOnly.errors).toEqual([]);
      expect(mixed.found).toEqual(ownOnly.found);
      expect(objectsIn(mixed.found).length).toBeGreaterThan(0);
    },
  );

  it.each(connections)(
    "takes no cursor of another workspace in $place",
    async ({ parent, field }) => {
      const cursors = async (key: string, ids: Map<string, string[]>) => {
        const { found } = await askField(parent, `${field.name}(first: 3) { edges { cursor } }`, {
          key,
          ids,
        });
        return found.flatMap((page) =>
          (page?.edges ?? []).map((edge: Json) => edge.cursor as string),
        );
      };
      const foreignCursors = (await cursors(foreignKey, foreignIds)) as string[];
      const ownCursors = (await cursors(app.key, ownIds)) as string[];
      expect(foreignCursors.length).toBeGreaterThan(0);
      expect(ownCursors.length).toBeGreaterThan(0);

      const ask = (argument: string, cursor: string) =>
        askField(
          parent,
          `${field.name}(first: 100, ${argument}: $cursor) { nodes { __typename id } }`,
          { key: app.key, ids: ownIds, declared: "$cursor: String", variables: { cursor } },
        );
      for (const argument of ["after", "before"]) {
        const refused = await ask(argument, foreignCursors[0]!);
        expect(refused.status).toBe(200);
        expect(new Set(refused.errors.map(({ extensions }) => extensions["code"]))).toEqual(
          new Set(["BAD_USER_INPUT"]),
        );
        expect(objectsIn(refused.found)).toEqual([]);

        // Another workspace's position under this workspace's seal is a place, and nothing more.
        const forged = await ask(argument, forge(ownCursors[0]!, foreignCursors[0]!));
        expect(forged.errors).toEqual([]);
        const seen = objectsIn(forged.found).map(({ id }) => id as string);
        if (seen.length > 0) expect(await workspacesOf(seen)).toEqual(new Set([own]));
      }
    },
  );

  it("says in every statement of which workspace the rows of every table are", () => {
    expect(record.sent.length).toBeGreaterThan(50);
    const seen = new Set<string>();
    for (const { statement } of record.sent) {
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
    // A key's look-up may have been remembered all the while; authentication.test.ts has its own.
    expect([...seen.add("api_keys")].sort()).toEqual(tableNames);
  });

  it("leaves no workspace and no transaction on a connection", async () => {
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

/** The position of one cursor under the digest of another. */
function forge(sealed: string, position: string): string {
  const read = (cursor: string) =>
    JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as unknown[];
  const [version, digest] = read(sealed);
  const [, , sort, id] = read(position);
  return Buffer.from(JSON.stringify([version, digest, sort, id])).toString("base64url");
}
