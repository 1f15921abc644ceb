import {
  APP_ROLE,
  IDENTITY_ROLE,
  OWNER_ROLE,
  type Client,
  type ServerRole,
} from "../../db/client.ts";
import type { Tried } from "../tried.ts";
import { Probe } from "./probe.ts";

/** What is tried once, and not on a table. */
interface Special {
  role: ServerRole;
  target: string;
  name: string;
  statement: string;
  /** Nothing coming back will do; else only a refusal. */
  mayFindNothing?: true;
  /** Not where the server logs in as the owner: that is a note of its own. */
  isOwnLogin?: true;
}

/** Doors that no table has: functions, roles, files, other schemas. */
const specials = (hashes: readonly string[]): readonly Special[] => {
  const app = (target: string, name: string, statement: string): Special => ({
    role: APP_ROLE,
    target,
    name,
    statement,
  });
  const identity = (target: string, name: string, statement: string): Special => ({
    ...app(target, name, statement),
    role: IDENTITY_ROLE,
  });
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  return [
    ...hashes.flatMap((hash): Special[] =>
      ["find_api_key", "find_invitation"].map((name) => ({
        ...app(name, "by the hash of a key of B", `select 1 from ${name}(${text(hash)})`),
        mayFindNothing: true,
      })),
    ),
    app(
      "identity.find_memberships",
      "called",
      "select identity.find_memberships(gen_random_uuid())",
    ),
    app("protect_tenant_table", "called", "call protect_tenant_table('accounts')"),
    app(
      "current_workspace_id",
      "replaced",
      "create or replace function public.current_workspace_id() returns uuid language sql return null",
    ),
    app("schema public", "table made", "create table public.mine ()"),
    app(
      "schema public",
      "function made",
      "create function public.mine() returns int language sql return 1",
    ),
    app("database", "schema made", "create schema mine"),
    app("drizzle.__drizzle_migrations", "read", "select hash from drizzle.__drizzle_migrations"),
    app(
      "drizzle.__drizzle_migrations",
      "written",
      "insert into drizzle.__drizzle_migrations (hash) values ('x')",
    ),
    app("pg_authid", "read", "select rolpassword from pg_authid"),
    app("pg_statistic", "read", "select 1 from pg_statistic limit 1"),
    app("files", "read", "select pg_read_file('PG_VERSION')"),
    app("files", "imported", "select lo_import('PG_VERSION')"),
    app("programs", "run", "copy (select 1) to program 'true'"),
    app("triggers", "switched off by a setting", "set local session_replication_role = replica"),
    app(APP_ROLE, "given BYPASSRLS", `alter role ${APP_ROLE} bypassrls`),
    app(APP_ROLE, "made a member of the owner", `grant ${OWNER_ROLE} to ${APP_ROLE}`),
    { ...app(OWNER_ROLE, "taken on", `set local role ${OWNER_ROLE}`), isOwnLogin: true },
    {
      ...app(
        OWNER_ROLE,
        "taken on for the session",
        `set local session authorization ${OWNER_ROLE}`,
      ),
      isOwnLogin: true,
    },
    identity("find_api_key", "called", "select find_api_key('x')"),
    identity("find_invitation", "called", "select find_invitation('x')"),
    identity("protect_tenant_table", "called", "call protect_tenant_table('accounts')"),
    identity("schema public", "table made", "create table public.mine ()"),
    identity("schema identity", "table made", "create table identity.mine ()"),
    identity("drizzle.__drizzle_migrations", "read", "select id from drizzle.__drizzle_migrations"),
    identity("identity.memberships", "read", "select 1 from identity.memberships limit 1"),
    identity("identity.memberships", "written", "insert into identity.memberships default values"),
    { ...identity(OWNER_ROLE, "taken on", `set local role ${OWNER_ROLE}`), isOwnLogin: true },
  ];
};

/** Tries what is not on a table, as one of the server's roles in workspace A. */
export async function attackElsewhere(
  client: Client,
  role: ServerRole,
  attack: { own: string; hashes: readonly string[]; isShared: boolean },
): Promise<Tried[]> {
  const probe = new Probe(client, role);
  const wanted = specials(attack.hashes).filter(
    (special) => special.role === role && !(special.isOwnLogin && attack.isShared),
  );
  const all: Tried[] = [];
  await probe.begin();
  try {
    for (const { target, name, statement, mayFindNothing } of wanted) {
      const { rows, code, message } = await probe.try(attack.own, statement);
      const as = role === APP_ROLE ? "app in A" : "identity";
      const tried = { name: `ELSEWHERE ${name}`, target, column: "ELSEWHERE", as };
      if (code === "42501") all.push({ ...tried, came: "refused", verdict: "held" });
      else if (code === undefined && mayFindNothing && rows === 0) {
        all.push({ ...tried, came: "nothing", verdict: "held" });
      } else {
        const came = code === undefined ? "let through" : `error ${code}`;
        const says = `${role}: ${target} could be ${name} (${message ?? "it was let through"}). Take the right away from ${role} and from PUBLIC.`;
        all.push({ ...tried, came, verdict: "finding", says });
      }
    }
  } finally {
    await probe.end();
  }
  return all;
}
