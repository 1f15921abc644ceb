import { APP_ROLE, connect, IDENTITY_ROLE, OWNER_ROLE, type Client } from "../db/client.ts";
import { appliedMigrations, migrationNames } from "../db/migrate.ts";
import { inWorkspace } from "../db/workspace-transaction.ts";
import { buildSchema } from "../schema/build.ts";
import type { Config } from "../config.ts";
import { openAuditedApp } from "./api/app.ts";
import { attackApi } from "./api/attack.ts";
import { attackLens } from "./api/lens.ts";
import { Truth } from "./api/truth.ts";
import { readDeclared } from "./declared.ts";
import { holdRules, SEARCH_PATH } from "./rules/run.ts";
import type { RuleFacts, Subject } from "./rules/rule.ts";
import { attackAsApp, attackAsIdentity } from "./sql/attack.ts";
import { attackElsewhere } from "./sql/special.ts";
import { findTargets } from "./sql/targets.ts";
import type { Tried } from "./tried.ts";
import { findWorld, scratchWorld, type World } from "./world.ts";

/** What the audit is told. */
export interface AuditOptions {
  config: Config;
  /** Where the server logs in, for workspaces and for people. */
  url: string;
  identityUrl: string;
  ownerUrl: string;
  /** Workspaces to attack from and to; found when none are named. */
  workspaces?: readonly string[];
  /** Logins that may become the owner. */
  admins?: readonly string[];
  onProgress?: (part: string, done: number, total: number) => void;
}

/** A database that cannot be audited as it is, and what to do about it. */
export class AuditError extends Error {}

/** What the audit found. */
export interface Audit {
  /** Of the database server. */
  version: string;
  at: string;
  catalog: readonly Tried[];
  sql: readonly Tried[];
  api: readonly Tried[];
  /** Whether the workspaces that were attacked are real; else they were made and rolled back. */
  isScratch: boolean;
}

/** Everything that does not hold, by part. */
export const findingsOf = ({ catalog, sql, api }: Audit) =>
  [...catalog, ...sql, ...api].filter(({ verdict }) => verdict === "finding");

/**
 * Holds the catalog against every rule, then attacks. Changes nothing: it reads, and whatever it tries to
 * write is rolled back.
 */
export async function auditIsolation(options: AuditOptions): Promise<Audit> {
  const { onProgress = () => undefined } = options;
  const owner = connect(options.ownerUrl, { max: 1, name: "socialhub audit" });
  try {
    await refuseOtherMigrations(owner);
    const login = await lookAtLogins(owner, options.url);
    await actAsOwner(owner);
    const facts: RuleFacts = { declared: readDeclared(), admins: options.admins ?? [], login };
    onProgress("catalog", 0, 1);
    await owner.unsafe(`set search_path = ${SEARCH_PATH}`);
    const catalog = await holdRules((text) => owner.unsafe<Subject[]>(text), facts);

    const targets = await findTargets(owner);
    const found = await findWorld(owner, targets, options.workspaces ?? []);
    const world = found ?? scratchWorld();
    const sql = await attackTables(options, owner, targets, world, login.isShared);
    const api = found ? await attackSchema(options, owner, found) : [unproved];
    const [row] = await owner<
      { version: string }[]
    >`select current_setting('server_version') as version`;
    return {
      version: row?.version.split(" ")[0] ?? "",
      at: new Date().toISOString(),
      catalog,
      sql,
      api,
      isScratch: !found,
    };
  } finally {
    await owner.end({ timeout: 5 });
  }
}

async function refuseOtherMigrations(owner: Client) {
  const applied = await appliedMigrations((text) => owner.unsafe(text));
  const needed = migrationNames().length;
  if (applied === needed) return;
  throw new AuditError(
    `the database has ${applied} migrations and this version ${needed}; run socialhub migrate, or the version of socialhub that the database is of`,
  );
}

const unproved: Tried = {
  name: "two workspaces",
  target: "API",
  column: "OWNER",
  as: "",
  came: "fewer than two",
  verdict: "note",
  says: "The API was not attacked: it needs two workspaces with rows. Name them with --workspace where the owner's login cannot list them, or run socialhub seed in a test database.",
};

/** A superuser sees what is true; anybody else sees as much as the tables' owner. */
async function actAsOwner(client: Client) {
  const [login] = await client<{ seesAll: boolean }[]>`
    select rolsuper or rolbypassrls as "seesAll" from pg_roles where rolname = current_user`;
  if (!login?.seesAll) await client.unsafe(`set role ${OWNER_ROLE}`);
}

async function lookAtLogins(owner: Client, url: string): Promise<RuleFacts["login"]> {
  const server = connect(url, { max: 1, name: "socialhub audit" });
  try {
    const ask = async (client: Client) =>
      (await client<{ name: string }[]>`select session_user::text as name`)[0]?.name ?? "";
    const [name, ownerName] = [await ask(server), await ask(owner)];
    return { server: name, isShared: name === ownerName };
  } finally {
    await server.end({ timeout: 5 });
  }
}

async function attackTables(
  options: AuditOptions,
  owner: Client,
  targets: Awaited<ReturnType<typeof findTargets>>,
  world: World,
  isShared: boolean,
): Promise<Tried[]> {
  const { own, foreign, filled, foreignIds, prepare } = world;
  const attack = { targets, pair: { own, foreign }, filled, foreignIds };
  // What only the owner's transaction sees can only be attacked from there.
  const url = prepare ? options.ownerUrl : options.url;
  const people = connect(options.identityUrl, { max: 1, name: "socialhub audit" });
  const server = connect(url, { max: 1, name: "socialhub audit" });
  const hashes = prepare ? [] : await hashesOf(owner, foreign);
  let done = 0;
  const onTried = () => options.onProgress?.("tables", (done += 1), targets.length * 40);
  try {
    return [
      ...(await attackAsApp(server, { ...attack, onTried, ...(prepare ? { prepare } : {}) })),
      ...(await attackAsIdentity(people, { ...attack, onTried })),
      ...(await attackElsewhere(server, APP_ROLE, {
        own,
        hashes,
        isShared: isShared || prepare !== undefined,
      })),
      ...(await attackElsewhere(people, IDENTITY_ROLE, { own, hashes, isShared })),
    ];
  } finally {
    await Promise.all([people.end({ timeout: 5 }), server.end({ timeout: 5 })]);
  }
}

/** What the other workspace's keys and invitations are found by. */
async function hashesOf(owner: Client, workspaceId: string): Promise<string[]> {
  const rows = await inWorkspace(
    owner,
    workspaceId,
    (transaction) =>
      transaction<{ hash: string }[]>`
      (select hash from api_keys where workspace_id = ${workspaceId} limit 1)
      union all (select token_hash from invitations where workspace_id = ${workspaceId} limit 1)`,
  );
  return rows.map(({ hash }) => hash);
}

async function attackSchema(
  options: AuditOptions,
  owner: Client,
  { own, foreign }: World,
): Promise<Tried[]> {
  const app = await openAuditedApp(options.config, options.url);
  try {
    const fields = await attackApi({
      schema: buildSchema(),
      app,
      truth: await Truth.of(owner, own, foreign),
      own,
      foreign,
      onTried: (done, total) => options.onProgress?.("fields", done, total),
    });
    return [...fields, ...(await attackLens({ app, own, foreign }))];
  } finally {
    await app.close();
  }
}
