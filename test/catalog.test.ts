import { is, SQL } from "drizzle-orm";
import { getTableConfig, PgDialect, type PgColumn, type PgTable } from "drizzle-orm/pg-core";
import { isEnumType } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Client } from "../src/db/client.ts";
import { migrate, migrationNames } from "../src/db/migrate.ts";
import { apiKeyScopes } from "../src/db/tables/access-words.ts";
import { buildSchema } from "../src/schema/build.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";
import { readTables } from "./support/tables.ts";

const tables = await readTables();
const names = [...tables.keys()].sort();
const dialect = new PgDialect();

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await createTestDatabase("empty");
  client = connect(database.ownerUrl, { max: 1 });
});
afterAll(async () => {
  await client.end({ timeout: 5 });
  await database.close();
});

interface CatalogColumn {
  name: string;
  type: string;
  notNull: boolean;
  default: string | null;
  generated: boolean;
}

const columnsOf = (table: string) => client<CatalogColumn[]>`
  select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as "notNull",
         pg_get_expr(adbin, adrelid) as "default", attgenerated = 's' as generated
  from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where attrelid = ${`public.${table}`}::regclass and attnum > 0 and not attisdropped
  order by attnum`;

/** What Drizzle says of a column, in the catalog's words. */
function declared(column: PgColumn): CatalogColumn {
  const generated = column.generated ? expressionOf(column.generated.as) : null;
  return {
    name: column.name,
    type: column.getSQLType().replace(/^timestamp ?\((\d)\)/, "timestamp($1)"),
    notNull: column.notNull,
    default: generated ?? defaultOf(column),
    generated: generated !== null,
  };
}

function expressionOf(as: unknown): string {
  const value: unknown = typeof as === "function" ? as() : as;
  return is(value, SQL) ? dialect.sqlToQuery(value).sql : String(value);
}

function defaultOf({ default: value }: PgColumn): string | null {
  if (value === undefined) return null;
  if (is(value, SQL)) return dialect.sqlToQuery(value).sql;
  return typeof value === "string" ? `'${value}'` : JSON.stringify(value);
}

/** Ways of writing that mean the same. */
const normalise = (column: CatalogColumn): CatalogColumn => ({
  ...column,
  type: column.type.replace(/^timestamp ?\((\d)\)/, "timestamp($1)"),
  default:
    column.default
      ?.replaceAll(/::(text|bigint)/g, "")
      .replaceAll('"', "")
      .toLowerCase() ?? null,
});

describe("the migrated database", () => {
  it("has the tables of src/db/tables, and no others", async () => {
    const found = await client<{ name: string }[]>`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      order by relname`;
    expect(found.map(({ name }) => name)).toEqual(names);
  });

  it("has applied every migration, once, and applies nothing when asked again", async () => {
    const [row] = await client<{ count: number }[]>`
      select count(*)::int as count from drizzle.__drizzle_migrations`;
    expect(row?.count).toBe(migrationNames().length);
    expect(await migrate(database.ownerUrl)).toBe(0);
  });

  it("has no enum, domain or composite type: enum_eq is not leakproof below row-level security", async () => {
    const found = await client`
      select typname from pg_type where typnamespace = 'public'::regnamespace and typtype in ('e', 'd', 'r')`;
    expect([...found]).toEqual([]);
  });

  it("is planned for large workspaces, however small most of them are", async () => {
    const found = await client<{ name: string; options: string[] | null }[]>`
      select relname as name, attoptions as options
      from pg_class join pg_attribute on attrelid = pg_class.oid and attname = 'workspace_id'
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relrowsecurity
      order by relname`;
    expect(found.length).toBeGreaterThan(10);
    for (const { name, options } of found)
      expect([name, options]).toEqual([name, ["n_distinct=4"]]);
  });

  it("has no moment but timestamptz(3): JavaScript's dates hold milliseconds", async () => {
    const found = await client<{ place: string; type: string }[]>`
      select attrelid::regclass || '.' || attname as place, format_type(atttypid, atttypmod) as type
      from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and attnum > 0
        and not attisdropped and format_type(atttypid, atttypmod) ~ '^(timestamp|date|time)'`;
    expect(found.length).toBeGreaterThan(0);
    for (const { place, type } of found) {
      expect(`${place} ${type}`).toBe(`${place} timestamp(3) with time zone`);
    }
  });
});

describe.each(names)("%s", (name) => {
  const table = tables.get(name) as PgTable;
  const config = getTableConfig(table);

  it("has the declared columns: types, nullability, defaults, generated values", async () => {
    const found = await columnsOf(name);
    const sorted = (columns: CatalogColumn[]) =>
      columns.map(normalise).sort((one, two) => one.name.localeCompare(two.name));
    expect(sorted([...found])).toEqual(sorted(config.columns.map(declared)));
  });

  it("has the declared primary and unique keys, and no others", async () => {
    const found = await client<{ kind: string; columns: string[] }[]>`
      select contype::text as kind,
        (select json_agg(attname order by place) from unnest(conkey) with ordinality as key(number, place)
         join pg_attribute on attrelid = conrelid and attnum = number) as columns
      from pg_constraint where conrelid = ${`public.${name}`}::regclass and contype in ('p', 'u')`;
    const namesOf = (columns: readonly { name: string }[]) => columns.map((column) => column.name);
    const expected = [
      ...config.primaryKeys.map((key) => ({ kind: "p", columns: namesOf(key.columns) })),
      ...config.uniqueConstraints.map((key) => ({ kind: "u", columns: namesOf(key.columns) })),
    ];
    const sorted = (keys: { kind: string; columns: string[] }[]) =>
      keys.map(({ kind, columns }) => `${kind} ${columns.join()}`).sort();
    expect(sorted([...found])).toEqual(sorted(expected));
  });

  it("has the declared foreign keys, with what happens on delete and update", async () => {
    const actions: Record<string, string> = { a: "no action", c: "cascade", n: "set null" };
    const found = await client<
      { own: string[]; table: string; foreign: string[]; del: string; upd: string }[]
    >`
      select confrelid::regclass::text as table, confdeltype::text as del, confupdtype::text as upd,
        (select json_agg(attname order by place) from unnest(conkey) with ordinality as key(number, place)
         join pg_attribute on attrelid = conrelid and attnum = number) as own,
        (select json_agg(attname order by place) from unnest(confkey) with ordinality as key(number, place)
         join pg_attribute on attrelid = confrelid and attnum = number) as foreign
      from pg_constraint where conrelid = ${`public.${name}`}::regclass and contype = 'f' and convalidated`;
    const expected = config.foreignKeys.map((key) => {
      const { columns, foreignColumns, foreignTable } = key.reference();
      return [
        columns.map((column) => column.name).join(),
        getTableConfig(foreignTable).name,
        foreignColumns.map((column) => column.name).join(),
        key.onDelete ?? "no action",
        key.onUpdate ?? "no action",
      ].join(" ");
    });
    const inCatalog = found.map((key) =>
      [key.own.join(), key.table, key.foreign.join(), actions[key.del], actions[key.upd]].join(" "),
    );
    expect(inCatalog.sort()).toEqual(expected.sort());
  });

  it("has the declared indexes, valid, in the declared order", async () => {
    const found = await client<{ name: string; columns: string[]; where: string | null }[]>`
      select relname as name, pg_get_expr(indpred, indrelid) as where,
        (select json_agg(pg_get_indexdef(indexrelid, place, true) order by place)
         from generate_series(1, indnkeyatts) as place) as columns
      from pg_index join pg_class on pg_class.oid = indexrelid
      where indrelid = ${`public.${name}`}::regclass and indisvalid and indisready and not indisunique`;
    const expected = config.indexes.map(({ config: index }) => ({
      name: index.name,
      columns: index.columns.map((column) => (column as { name: string }).name),
      where: index.where
        ? dialect.sqlToQuery(index.where).sql.replaceAll(`"${name}".`, "").replaceAll('"', "")
        : null,
    }));
    const inCatalog = found.map((index) => ({
      ...index,
      where: index.where?.replace(/^\((.*)\)$/, "$1").toLowerCase() ?? null,
    }));
    const byName = <Item extends { name: string | undefined }>(items: Item[]) =>
      items.sort((one, two) => String(one.name).localeCompare(String(two.name)));
    expect(byName(inCatalog)).toEqual(byName(expected));
  });

  it("holds each word column to its declared words", async () => {
    const words = config.columns.filter(
      ({ enumValues, dataType }) => dataType === "string" && (enumValues?.length ?? 0) > 0,
    );
    const found = await client<{ definition: string }[]>`
      select pg_get_constraintdef(oid) as definition
      from pg_constraint where conrelid = ${`public.${name}`}::regclass and contype = 'c'`;
    const ofWords = found.filter(({ definition }) => definition.includes("= ANY"));
    const inCatalog = ofWords.map(({ definition }) => ({
      column: /\(\(?(\w+) = ANY/.exec(definition)?.[1],
      words: [...definition.matchAll(/'([^']+)'::text/g)].map(([, word]) => String(word)).sort(),
    }));
    const expected = words.map((column) => ({
      column: column.name,
      words: [...(column.enumValues ?? [])].sort(),
    }));
    const byColumn = (items: { column: string | undefined }[]) =>
      items.sort((one, two) => String(one.column).localeCompare(String(two.column)));
    expect(byColumn(inCatalog)).toEqual(byColumn(expected));
  });

  it("has the declared checks", async () => {
    const found = await client<{ name: string }[]>`
      select conname as name from pg_constraint
      where conrelid = ${`public.${name}`}::regclass and contype = 'c'`;
    expect(found.map((row) => row.name).sort()).toEqual(
      config.checks.map((check) => check.name).sort(),
    );
  });
});

describe("the words of the schema", () => {
  const schema = buildSchema();
  /** Column → enum, where the names do not say it. */
  const enums: Record<string, string> = {
    "accounts.network": "Network",
    "contacts.network": "Network",
    "accounts.health": "AccountHealth",
    "posts.network": "Network",
    "posts.status": "PostStatus",
    "post_tags.network": "Network",
    "post_tags.status": "PostStatus",
    "comments.status": "CommentStatus",
    "media.kind": "MediaKind",
    "members.role": "Role",
    "api_keys.role": "Role",
    "invitations.role": "Role",
    "audit_log_entries.action": "AuditAction",
    "audit_log_entries.actor_kind": "AuditActorKind",
  };
  const wordColumns = [...tables].flatMap(([name, table]) =>
    getTableConfig(table)
      .columns.filter(
        (column) => (column.enumValues?.length ?? 0) > 0 && column.dataType === "string",
      )
      .map((column) => ({ place: `${name}.${column.name}`, words: column.enumValues ?? [] })),
  );

  it.each(wordColumns)("of $place are those of its enum", ({ place, words }) => {
    const type = schema.getType(enums[place] ?? "");
    if (!isEnumType(type)) throw new Error(`say in this test which enum ${place} is`);
    expect(
      type
        .getValues()
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...words].sort());
  });

  it("of api_keys.scopes are those of Scope, in lower case", () => {
    const type = schema.getType("Scope");
    if (!isEnumType(type)) throw new Error("no enum Scope");
    const names = type.getValues().map(({ name }) => name.toLowerCase());
    expect(names.sort()).toEqual([...apiKeyScopes].sort());
  });
});

describe("hand-written SQL", () => {
  it("makes current_workspace_id() null for what is no workspace, and a UUID otherwise", async () => {
    const read = async (value: string | null) =>
      await client.begin(async (transaction) => {
        if (value !== null) {
          await transaction`select set_config('app.workspace_id', ${value}, true)`;
        }
        const [row] = await transaction`select current_workspace_id() as id`;
        return row?.["id"] as string | null;
      });
    expect(await read(null)).toBeNull();
    expect(await read("")).toBeNull();
    const id = "0190a5b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b";
    expect(await read(id)).toBe(id);
    // After a transaction that set it, the setting reads '' and not NULL.
    expect(await read(null)).toBeNull();
    await expect(read("no UUID")).rejects.toThrow("invalid input syntax");
  });

  it("fills posts.timeline_at with when it was published, else is to be, else was made", async () => {
    const [row] = await client<{ expression: string }[]>`
      select pg_get_expr(adbin, adrelid) as expression from pg_attrdef
      join pg_attribute on attrelid = adrelid and attnum = adnum
      where adrelid = 'posts'::regclass and attname = 'timeline_at'`;
    expect(row?.expression).toBe("COALESCE(published_at, scheduled_at, created_at)");
  });

  it("lets nobody but the owner call protect_tenant_table()", async () => {
    const [row] = await client<{ may: boolean }[]>`
      select has_function_privilege('socialhub_app', 'protect_tenant_table(regclass, text)', 'execute') as may`;
    expect(row?.may).toBe(false);
  });
});
