import { fileURLToPath } from "node:url";
import { createApiKey } from "../../dist/auth/api-keys.js";
import { connect, OWNER_ROLE } from "../../dist/db/client.js";
import { startEmbedded } from "../../dist/db/embedded.js";
import { demoWorkspaceList, seedDemo } from "../../dist/data/demo/seed.js";
import { migrate, migrationNames } from "../../dist/db/migrate.js";
import { fillWorkspace } from "./fill.mjs";
import { databaseName, VIEWER, workspacesOf } from "./sets.mjs";

const dataDir = fileURLToPath(new URL("../.cache/postgres", import.meta.url));

/** Reads past row-level security, for the contenders that have none. */
const READER = "bench_reader";

/** Starts the embedded PostgreSQL in the cache folder, which keeps its data sets from run to run. */
export async function startDatabase(say) {
  const server = await startEmbedded({
    dataDir,
    settings: {
      shared_buffers: "1GB",
      effective_cache_size: "4GB",
      maintenance_work_mem: "512MB",
      max_wal_size: "8GB",
      // What is lost in a crash is made again.
      fsync: "off",
      full_page_writes: "off",
      synchronous_commit: "off",
      // Everything is vacuumed when it is made, and hardly anything is written after.
      autovacuum: "off",
      "pg_stat_statements.track_planning": "off",
    },
  });
  const admin = connect(server.url, { max: 1 });
  const prepare = async (set, workspaces, fill) => {
    const url = urlOf(server.url, databaseName(set));
    const [found] = await admin`select 1 from pg_database where datname = ${databaseName(set)}`;
    if (!found) await make(admin, server.url, set, { workspaces, fill, say });
    // The set may be older than the newest migration.
    else await migrateAll(url);
    return describe(url, set, workspaces);
  };
  return {
    /** A set's database, made first if need be. */
    prepare: (set) => {
      const workspaces = workspacesOf(set);
      return prepare(set, workspaces, (client) => fillAll(client, set, workspaces, say));
    },
    /** The demo data, which has everything that the schema has: for the parity proof. Anew for each migration. */
    prepareDemo: () =>
      prepare(`demo_${migrationNames().length}`, demoWorkspaceList(), (_, ownerUrl) =>
        seedDemo({ ownerUrl }),
      ),
    async stop() {
      await admin.end({ timeout: 5 });
      await server.stop();
    },
  };
}

/** Under another name until it is whole: what was interrupted is never taken for a data set. */
async function make(admin, serverUrl, set, { workspaces, fill, say }) {
  const name = databaseName(set);
  const unfinished = `${name}_unfinished`;
  const begin = performance.now();
  say(`making the data set ${set}`);
  await admin.unsafe(`drop database if exists ${unfinished} with (force)`);
  await admin.unsafe(`create database ${unfinished}`);
  const url = urlOf(serverUrl, unfinished);
  await migrateAll(url);
  const client = connect(url, { max: 1, idleTimeoutMs: 3_600_000 });
  try {
    await client.unsafe("create extension if not exists pg_stat_statements");
    await fill(client, url);
    await makeKeys(client, workspaces);
    say(`making the data set ${set}: vacuum and analyze`);
    await client.unsafe("vacuum (analyze)");
    await client.unsafe("checkpoint");
  } finally {
    await client.end({ timeout: 5 });
  }
  await admin.unsafe(`alter database ${unfinished} rename to ${name}`);
  say(`made the data set ${set} in ${((performance.now() - begin) / 1000).toFixed(0)} s`, true);
}

/** With the roles of the server, and the one of the contenders that have no row-level security. */
async function migrateAll(url) {
  const { password } = new URL(url);
  await migrate(url, { passwords: { socialhub_app: password, socialhub_identity: password } });
  const client = connect(url, { max: 1 });
  try {
    await makeReader(client, password);
  } finally {
    await client.end({ timeout: 5 });
  }
}

async function fillAll(client, set, workspaces, say) {
  // The rows refer to each other by construction, and what nobody checks is loaded twice as fast.
  await client.unsafe("set session_replication_role = replica");
  await client.unsafe(`set role ${OWNER_ROLE}`);
  const indexes = await takeIndexes(client);
  for (const workspace of workspaces) {
    say(`making the data set ${set}: workspace ${workspace.number} of ${workspaces.length}`);
    await client.unsafe(fillWorkspace(workspace)).simple();
  }
  for (const [index, { name: indexName, definition }] of indexes.entries()) {
    say(`making the data set ${set}: index ${index + 1} of ${indexes.length}, ${indexName}`);
    await client.unsafe(definition);
  }
  await client.unsafe("reset role");
}

async function makeReader(client, password) {
  const [found] = await client`select 1 from pg_roles where rolname = ${READER}`;
  if (!found) await client.unsafe(`create role ${READER} login bypassrls`);
  await client.unsafe(`
    alter role ${READER} password '${password}';
    grant usage on schema public to ${READER};
    grant select on all tables in schema public to ${READER}`);
}

/** Drops indexes that no constraint needs, and gives what makes them again: after the load they are made faster. */
async function takeIndexes(client) {
  const indexes = await client`
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relnamespace = 'public'::regnamespace
      and not exists (select from pg_constraint where conindid = i.indexrelid)
    order by i.indexrelid`;
  await client.unsafe(`drop index ${indexes.map(({ name }) => name).join()}`);
  return [...indexes];
}

/** An API key for each workspace; the only place where they can be read. */
async function makeKeys(client, workspaces) {
  await client.unsafe("create schema bench; create table bench.keys (workspace_id uuid, key text)");
  for (const { id } of workspaces) {
    const key = await createApiKey(client, id, VIEWER);
    await client`insert into bench.keys values (${id}, ${key})`;
  }
}

/** What contenders need to know of a set: who logs in where, and the workspaces with their keys. */
async function describe(adminUrl, set, workspaces) {
  const client = connect(adminUrl, { max: 1 });
  const keys = new Map();
  for (const row of await client`select workspace_id as id, key from bench.keys`) {
    keys.set(row.id, row.key);
  }
  const [{ version, bytes }] = await client`
    select current_setting('server_version') as version, pg_database_size(current_database()) as bytes`;
  await client.end({ timeout: 5 });
  const as = (user) => Object.assign(new URL(adminUrl), { username: user }).href;
  return {
    set,
    version,
    bytes,
    adminUrl,
    appUrl: as("socialhub_app"),
    readerUrl: as(READER),
    workspaces: workspaces.map((workspace) => ({
      ...workspace,
      key: keys.get(workspace.id),
    })),
  };
}

function urlOf(serverUrl, database) {
  return Object.assign(new URL(serverUrl), { pathname: `/${database}` }).href;
}
