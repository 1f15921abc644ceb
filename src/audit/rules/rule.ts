import { SERVER_ROLES } from "../../db/client.ts";
import type { Declared } from "../declared.ts";

/** One thing that a rule looked at. */
export interface Subject {
  place: string;
  detail: string | null;
  holds: boolean;
}

/** What rules know besides the catalog. */
export interface RuleFacts {
  declared: Declared;
  /** Logins that may become the owner, besides superusers and the one that audits; `*` is anything. */
  admins: readonly string[];
  /** The login of the server, and whether it is the owner's too. */
  login: { server: string; isShared: boolean };
}

/** One property of the database, held against the catalog. */
export interface Rule {
  /** What a finding is called. */
  name: string;
  why: string;
  /** Rows of `place`, `detail` and `holds`: everything that it looks at, not only what is wrong. */
  query: string | ((facts: RuleFacts) => string);
  /** What is wrong with a place, and what to do next. */
  says(place: string, detail: string): string;
  /** A note does not fail the audit. */
  level?: "finding" | "note" | ((facts: RuleFacts) => "finding" | "note");
  /** A rule that looks at nothing has lost its way, unless what it forbids need not be there at all. */
  mayBeEmpty?: true;
}

export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
export const list = (texts: readonly string[]) =>
  texts.length > 0 ? texts.map(literal).join(", ") : "null";

const notOfExtension = (catalog: string, oid: string) => `not exists (
  select from pg_depend where classid = '${catalog}'::regclass and objid = ${oid} and deptype = 'e')`;

const foreignSchemas = `nspname !~ '^pg_' and nspname <> 'information_schema'`;

/** Names for the queries of rules: what the catalog calls by numbers. */
export const WITH = `with
  relation as (
    select pg_class.*, pg_class.oid::regclass::text as name, nspname
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where ${foreignSchemas} and ${notOfExtension("pg_class", "pg_class.oid")}),
  tenant_table as (
    select * from relation where relkind in ('r', 'p') and nspname not in ('identity', 'drizzle')),
  routine as (
    select pg_proc.*, pg_proc.oid::regprocedure::text as name, nspname
    from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
    where ${foreignSchemas} and ${notOfExtension("pg_proc", "pg_proc.oid")}),
  server_role as (select * from pg_roles where rolname in (${list(SERVER_ROLES)}))`;
