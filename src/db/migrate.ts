import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import {
  APP_ROLE,
  connect,
  OWNER_ROLE,
  SERVER_ROLES,
  type Client,
  type ServerRole,
} from "./client.ts";

/** The same path from src/db and from dist/db. */
const folder = fileURLToPath(new URL("../../src/db/migrations", import.meta.url));

/** "socialhub" in ASCII, shortened to a bigint: the advisory lock that starting servers queue for. */
const LOCK = 0x736f6369616cn;

const ROLES = [OWNER_ROLE, ...SERVER_ROLES];

/** A database that cannot be used as it is, and what to do about it. */
export class DatabaseError extends Error {}

/** The migrations that this version needs, oldest first. */
export function migrationNames(): string[] {
  const journal = JSON.parse(readFileSync(`${folder}/meta/_journal.json`, "utf8")) as {
    entries: { tag: string }[];
  };
  return journal.entries.map((entry) => entry.tag);
}

/**
 * Makes the roles and applies what is missing, forward only, under an advisory lock: servers that
 * start at the same time wait for each other. Returns how many migrations were applied.
 * With `passwords` the server's roles may log in with them.
 * Throws {@link DatabaseError} with what to do when the login may not.
 */
export async function migrate(
  ownerUrl: string,
  options: { passwords?: Record<ServerRole, string> } = {},
): Promise<number> {
  const client = connect(ownerUrl, { max: 1, idleTimeoutMs: 600_000, name: "socialhub migrate" });
  try {
    await refuseOldServers(client);
    await client`select pg_advisory_lock(${LOCK.toString()}::bigint)`;
    const before = await appliedMigrations((text) => client.unsafe(text));
    if (before < migrationNames().length) {
      await makeRoles(client);
      await client.unsafe(`set role ${OWNER_ROLE}`);
      await applyMigrations(client);
      // The server's role counts the migrations, for /readyz, and reads nothing of them.
      await client.unsafe(`
        grant usage on schema drizzle to ${APP_ROLE};
        revoke all on drizzle.__drizzle_migrations from ${APP_ROLE};
        grant select (id) on drizzle.__drizzle_migrations to ${APP_ROLE}`);
      await client.unsafe("reset role");
    }
    for (const role of options.passwords ? SERVER_ROLES : []) {
      await letLogIn(client, role, options.passwords?.[role] ?? "");
    }
    return Math.max(0, migrationNames().length - before);
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** How many migrations the database has, by asking it; 0 for an empty one. */
export async function appliedMigrations(
  ask: (text: string) => PromiseLike<readonly { count: number }[]>,
): Promise<number> {
  const [there] = await ask(
    "select (to_regclass('drizzle.__drizzle_migrations') is not null)::int as count",
  );
  if (!there?.count) return 0;
  const [row] = await ask("select count(*)::int as count from drizzle.__drizzle_migrations");
  return row?.count ?? 0;
}

/** How many of the migrations that this version needs the database lacks. */
export async function missingMigrations(
  ask: Parameters<typeof appliedMigrations>[0],
): Promise<number> {
  return Math.max(0, migrationNames().length - (await appliedMigrations(ask)));
}

/** Drizzle takes longer to load than a command that finds nothing to apply takes altogether. */
async function applyMigrations(client: Client) {
  const { drizzle } = await import("drizzle-orm/postgres-js");
  const migrator = await import("drizzle-orm/postgres-js/migrator");
  await migrator.migrate<Record<string, never>>(drizzle(client), { migrationsFolder: folder });
}

async function refuseOldServers(client: Client) {
  const [row] = await client<{ number: number; version: string }[]>`
    select current_setting('server_version_num')::int as number,
           current_setting('server_version') as version`;
  if (row && row.number < 150_000) {
    throw new DatabaseError(`PostgreSQL ${row.version} is too old; SocialHub needs 15 or newer`);
  }
}

/**
 * Roles belong to the whole cluster while the lock belongs to one database, so that another
 * database's server may be making the same role right now: both errors of that race are fine.
 */
async function makeRoles(client: Client) {
  const roles = ROLES.map(
    (role) => `
    do $$ begin
      if to_regrole('${role}') is null then create role ${role} nologin; end if;
    exception when duplicate_object or unique_violation then null; end $$;`,
  ).join("");
  try {
    await client.unsafe(roles);
    await grantMembership(client);
    await client.unsafe(`
      do $$ begin
        execute format('grant connect, create, temporary on database %I to ${OWNER_ROLE}', current_database());
        execute format('grant connect on database %I to ${SERVER_ROLES.join(", ")}', current_database());
      end $$;
      grant usage, create on schema public to ${OWNER_ROLE};`);
    await closeDatabase(client);
  } catch (error) {
    if (!(error instanceof postgres.PostgresError) || error.code !== "42501") throw error;
    throw new DatabaseError(
      `the login of DATABASE_OWNER_URL (or DATABASE_URL) may not prepare the database: ${error.message}. ` +
        `Let an administrator run: ${ROLES.map((role) => `CREATE ROLE ${role};`).join(" ")} ` +
        `GRANT ${ROLES.join(", ")} TO the login; ` +
        `GRANT CREATE, TEMPORARY ON DATABASE … TO ${OWNER_ROLE}; GRANT CREATE ON SCHEMA public TO ${OWNER_ROLE};`,
    );
  }
}

/**
 * Takes from everybody what PostgreSQL gives to everybody: temporary tables, and where the database comes
 * from before 15, new tables in `public`. Only whoever owns the database may; `socialhub audit rls` tells.
 */
async function closeDatabase(client: Client) {
  await client.unsafe(`
    do $$ begin
      if pg_has_role((select datdba from pg_database where datname = current_database()), 'usage') then
        execute format('revoke temporary on database %I from public', current_database());
        revoke create on schema public from public;
      end if;
    exception when insufficient_privilege then null; end $$`);
}

/** From 16 on, making a role does not yet let its maker take it on: that is a grant of its own. */
async function grantMembership(client: Client) {
  for (const role of ROLES) {
    const [row] = await client<{ may: boolean }[]>`
      select case when current_setting('server_version_num')::int >= 160000
        then pg_has_role(current_user, ${role}, 'set')
        else pg_has_role(current_user, ${role}, 'member') end as may`;
    if (row?.may) continue;
    await client.unsafe(`grant ${role} to current_user`).catch((error: unknown) => {
      // Two databases' servers granting the same membership at once.
      if (error instanceof postgres.PostgresError && error.code === "XX000") return;
      throw error;
    });
  }
}

/** ALTER ROLE takes no parameters; PostgreSQL itself quotes the value. */
async function letLogIn(client: Client, role: ServerRole, password: string) {
  const [row] = await client<{ statement: string }[]>`
    select format('alter role %I login password %L', ${role}::text, ${password}::text) as statement`;
  if (row) await client.unsafe(row.statement);
}
