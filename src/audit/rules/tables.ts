import { OWNER_ROLE } from "../../db/client.ts";
import { WITH, type Rule } from "./rule.ts";

/** Tables, and what stands beside them: views, rules, other people's tables. */
export const tableRules: readonly Rule[] = [
  {
    name: "row-level security is on",
    why: "A policy on a table without it is text.",
    query: `${WITH} select name as place, null as detail, relrowsecurity as holds from tenant_table`,
    says: (table) =>
      `${table} shows every workspace's rows to whoever may read it. Run ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY.`,
  },
  {
    name: "row-level security is forced",
    why: "Without FORCE the owner of a table is exempt, and so is every definer function.",
    query: `${WITH} select name as place, null as detail, relforcerowsecurity as holds from tenant_table`,
    says: (table) =>
      `${table} does not hold its owner to the policies. Run ALTER TABLE ${table} FORCE ROW LEVEL SECURITY.`,
  },
  {
    name: "tables have a workspace",
    why: "A row without workspace_id belongs to everybody.",
    query: `${WITH} select name as place, null as detail, exists (
        select from pg_attribute where attrelid = tenant_table.oid and attname = 'workspace_id'
          and atttypid = 'uuid'::regtype and attnotnull and not attisdropped) as holds
      from tenant_table`,
    says: (table) =>
      `${table} has no column workspace_id uuid NOT NULL. Add it, or move the table into the schema identity when it belongs to no tenant.`,
  },
  {
    name: "tables are the owner's",
    why: "Whoever owns a table may switch its protection off.",
    query: `${WITH} select name as place, relowner::regrole::text as detail, relowner = '${OWNER_ROLE}'::regrole as holds
      from relation where relkind in ('r', 'p', 'v', 'm', 'f', 'S')`,
    says: (table, owner) =>
      `${table} belongs to ${owner}. Run ALTER TABLE ${table} OWNER TO ${OWNER_ROLE}.`,
  },
  {
    name: "views ask as their reader",
    why: "A view without security_invoker reads as its owner, beyond the reader's policies and grants.",
    mayBeEmpty: true,
    query: `${WITH} select name as place, null as detail,
        coalesce(reloptions::text[] && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false) as holds
      from relation where relkind = 'v'`,
    says: (view) =>
      `the view ${view} reads as its owner. Run ALTER VIEW ${view} SET (security_invoker = true), or drop it.`,
  },
  {
    name: "no materialised views",
    why: "A copy of rows has no policies.",
    mayBeEmpty: true,
    query: `${WITH} select name as place, null as detail, false as holds from relation where relkind = 'm'`,
    says: (view) =>
      `the materialised view ${view} holds rows without row-level security. Drop it, or make it a table with workspace_id and CALL protect_tenant_table.`,
  },
  {
    name: "no foreign tables",
    why: "Row-level security does not reach into another server.",
    mayBeEmpty: true,
    query: `${WITH} select name as place, null as detail, false as holds from relation where relkind = 'f'`,
    says: (table) => `${table} is a foreign table, which has no policies. Drop it.`,
  },
  {
    name: "no rewrite rules",
    why: "A rule turns a statement into others, with the rights of the table's owner.",
    mayBeEmpty: true,
    query: `${WITH} select relation.name || ' ' || rulename as place, null as detail, false as holds
      from pg_rewrite join relation on relation.oid = ev_class
      where not (relkind in ('v', 'm') and rulename = '_RETURN')`,
    says: (place) => `there is a rewrite rule on a table: ${place}. Drop it.`,
  },
];
