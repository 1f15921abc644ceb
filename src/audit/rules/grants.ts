import { APP_ROLE, IDENTITY_ROLE, OWNER_ROLE } from "../../db/client.ts";
import { literal, WITH, type Rule } from "./rule.ts";

const ROWS = "('SELECT', 'INSERT', 'UPDATE', 'DELETE')";

/** Whom each relation is granted to, also by column, without its owner. */
const GRANTS = `${WITH}, held as (
  select relation.oid, name, nspname, relkind, relispartition, grantee, privilege_type, null::name as column_name
    from relation, aclexplode(relacl) where grantee <> relowner
  union all
  select relation.oid, name, nspname, relkind, relispartition, grantee, privilege_type, attname
    from relation join pg_attribute on attrelid = relation.oid, aclexplode(attacl) where grantee <> relowner)`;

const whom = "coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC')";

/** Grants: who may do what, besides what rows they see. */
export const grantRules: readonly Rule[] = [
  {
    name: "grants are those of the migrations",
    why: "An audit log that can be changed is none; each table says what the server may do with it.",
    query: ({ declared }) => `${GRANTS}, declared (table_name, privilege) as (values ${[
      ...declared.privileges,
    ]
      .flatMap(([table, privileges]) =>
        privileges.map((privilege) => `(${literal(table)}, ${literal(privilege)})`),
      )
      .join(", ")})
      select relname || ' ' || word as place, null as detail,
        exists (select from declared where table_name = relname and privilege = word)
          or not exists (select from held where held.oid = tenant_table.oid and privilege_type = word
            and grantee = '${APP_ROLE}'::regrole) as holds
      from tenant_table, unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as word
      where not relispartition`,
    says: (place) =>
      `${APP_ROLE} may do what no migration says: ${place}. Run REVOKE, or CALL protect_tenant_table again as the migrations do.`,
  },
  {
    name: "nothing but rows is granted",
    why: "TRUNCATE knows no policy; REFERENCES probes other workspaces' keys; TRIGGER runs code; MAINTAIN locks.",
    query: `${GRANTS} select tenant_table.name as place,
        string_agg(distinct ${whom} || ' ' || privilege_type, ', ') as detail, count(held.oid) = 0 as holds
      from tenant_table left join held on held.oid = tenant_table.oid and privilege_type not in ${ROWS}
      group by tenant_table.name`,
    says: (table, grants) =>
      `on ${table} more than reading and writing rows is granted: ${grants}. Run REVOKE TRUNCATE, REFERENCES, TRIGGER ON ${table} FROM them.`,
  },
  {
    name: "nothing is granted to everybody",
    why: "PUBLIC is every login of the cluster.",
    query: `${GRANTS} select relation.name as place, string_agg(distinct privilege_type, ', ') as detail, count(held.oid) = 0 as holds
      from relation left join held on held.oid = relation.oid and grantee = 0
      where relation.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      group by relation.name`,
    says: (table, grants) =>
      `everybody has ${grants} on ${table}. Run REVOKE ALL ON ${table} FROM PUBLIC.`,
  },
  {
    name: "other roles read nothing",
    why: "Whoever may read a table may choose any workspace: the setting is theirs.",
    level: "note",
    query: `${GRANTS} select relation.name as place, string_agg(distinct ${whom}, ', ') as detail, count(held.oid) = 0 as holds
      from relation left join held on held.oid = relation.oid and grantee <> 0
        and grantee not in (select oid from server_role)
      where relation.relkind in ('r', 'p', 'v', 'm', 'f')
      group by relation.name`,
    says: (table, roles) =>
      `${roles} may use ${table}, in any workspace that they choose. Revoke it where that is not wanted.`,
  },
  {
    name: "partitions are not granted",
    why: "A partition is read through its table, or by nobody.",
    mayBeEmpty: true,
    query: `${GRANTS} select tenant_table.name as place, string_agg(distinct ${whom}, ', ') as detail, count(held.oid) = 0 as holds
      from tenant_table left join held on held.oid = tenant_table.oid
      where tenant_table.relispartition group by tenant_table.name`,
    says: (partition, roles) =>
      `${roles} may use the partition ${partition} directly. Run REVOKE ALL ON ${partition} FROM ${roles}.`,
  },
  {
    name: "secrets are unreadable",
    why: "Nobody needs to read a hash: functions compare it.",
    query: `${WITH} select tenant_table.name || '.' || attname as place, rolname as detail,
        not has_column_privilege(server_role.oid, tenant_table.oid, attnum, 'SELECT') as holds
      from tenant_table join pg_attribute on attrelid = tenant_table.oid and attnum > 0 and not attisdropped, server_role
      where attname ~ '(^|_)hash$'`,
    says: (column, role) =>
      `${role} may read the secret ${column}. Run CALL protect_tenant_table('…') for the table again.`,
  },
  {
    name: "people are out of reach",
    why: "The server's role for workspaces sees no password; the one for people sees no workspace.",
    query: `${WITH} select relation.name as place, rolname as detail,
        not (has_table_privilege(server_role.oid, relation.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
          or has_any_column_privilege(server_role.oid, relation.oid, 'SELECT, INSERT, UPDATE, REFERENCES')) as holds
      from relation join server_role on
        rolname = '${APP_ROLE}' and nspname = 'identity' or rolname = '${IDENTITY_ROLE}' and nspname <> 'identity'
      where relkind in ('r', 'p', 'v', 'm', 'f')`,
    says: (table, role) =>
      `${role} may use ${table}. Run REVOKE ALL ON ${table} FROM ${role} and FROM PUBLIC.`,
  },
  {
    name: "schemas are not for building",
    why: "Whoever may create in a schema puts their own table or function in another's way.",
    query: `${WITH} select nspname as place, rolname as detail,
        not (has_schema_privilege(server_role.oid, nspname, 'CREATE')
          or nspname = 'identity' and rolname = '${APP_ROLE}' and has_schema_privilege(server_role.oid, nspname, 'USAGE')) as holds
      from pg_namespace, server_role where nspname !~ '^pg_' and nspname <> 'information_schema'`,
    says: (schema, role) =>
      `${role} may more in the schema ${schema} than look things up. Run REVOKE CREATE ON SCHEMA ${schema} FROM PUBLIC, ${role} (of identity: ALL).`,
  },
  {
    name: "the database is not for building",
    why: "A schema or an extension of the server's own would stand outside of every rule.",
    query: `${WITH} select rolname as place, null as detail,
        not has_database_privilege(server_role.oid, current_database(), 'CREATE') as holds from server_role`,
    says: (role) =>
      `${role} may create schemas. Run REVOKE CREATE ON DATABASE … FROM PUBLIC, ${role}.`,
  },
  {
    name: "no temporary tables",
    why: "They fill the disk, and stand before all others where a search_path does not say otherwise.",
    level: "note",
    query: `${WITH} select rolname as place, null as detail,
        not has_database_privilege(server_role.oid, current_database(), 'TEMPORARY') as holds from server_role`,
    says: (role) =>
      `${role} may make temporary tables. Let the database's owner run REVOKE TEMPORARY ON DATABASE … FROM PUBLIC.`,
  },
  {
    name: "migrations are only counted",
    why: "/readyz needs their number and nothing else.",
    query: `${WITH} select rolname || ' ' || privilege as place, null as detail,
        not has_table_privilege(server_role.oid, relation.oid, privilege) as holds
      from relation, server_role, unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) as privilege
      where nspname = 'drizzle' and relkind = 'r'`,
    says: (place) =>
      `the list of migrations is open: ${place}. Run REVOKE ALL ON drizzle.__drizzle_migrations FROM the role, and GRANT SELECT (id) to ${APP_ROLE}.`,
  },
  {
    name: "sequences are not granted",
    why: "A sequence counts for all workspaces: whoever reads it knows how much the others write.",
    mayBeEmpty: true,
    query: `${GRANTS} select relation.name as place, string_agg(distinct ${whom}, ', ') as detail, count(held.oid) = 0 as holds
      from relation left join held on held.oid = relation.oid where relation.relkind = 'S' group by relation.name`,
    says: (sequence, roles) =>
      `${roles} may use the sequence ${sequence}. Run REVOKE ALL ON SEQUENCE ${sequence} FROM ${roles}.`,
  },
  {
    name: "nothing will be granted by default",
    why: "Default privileges open what somebody makes tomorrow.",
    query: `${WITH}, opened as (
        select defaclrole, defaclobjtype, grantee, privilege_type from pg_default_acl, aclexplode(defaclacl)
        where grantee <> defaclrole)
      select kind.word as place, string_agg(distinct ${whom} || ' ' || privilege_type, ', ') as detail,
        count(privilege_type) = 0
          and (kind.letter <> 'f' or exists (select from pg_default_acl
            where defaclrole = '${OWNER_ROLE}'::regrole and defaclobjtype = 'f' and defaclnamespace = 0)) as holds
      from (values ('r', 'tables'), ('S', 'sequences'), ('f', 'functions')) as kind (letter, word)
      left join opened on defaclobjtype = kind.letter::"char" and (grantee = 0 or grantee in (select oid from server_role))
      group by kind.word, kind.letter`,
    says: (kind, grants) =>
      `new ${kind} are opened by default: ${grants || "to PUBLIC, as PostgreSQL does"}. Run ALTER DEFAULT PRIVILEGES FOR ROLE ${OWNER_ROLE} REVOKE ….`,
  },
];
