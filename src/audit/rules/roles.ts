import { OWNER_ROLE, SERVER_ROLES } from "../../db/client.ts";
import { list, literal, WITH, type Rule } from "./rule.ts";

const ATTRIBUTES = `lateral (values
  ('SUPERUSER', rolsuper), ('BYPASSRLS', rolbypassrls), ('CREATEROLE', rolcreaterole),
  ('CREATEDB', rolcreatedb), ('REPLICATION', rolreplication)) as attribute (word, has)`;

/** Names in which `*` stands for anything, as patterns of LIKE. */
const patterns = (names: readonly string[]) =>
  names.map((name) => literal(name.replace(/[\\%_]/g, "\\$&").replaceAll("*", "%"))).join(", ");

/** Who may become whom. */
const MEMBERS = `recursive member_of (role, via) as (
    select roleid, member from pg_auth_members
    union select roleid, via from pg_auth_members join member_of on member = role)`;

const withMembers = WITH.replace("with", `with ${MEMBERS},`);

/** Roles: those of the server own nothing, bypass nothing and become nobody else. */
export const roleRules: readonly Rule[] = [
  {
    name: "server's roles have no powers",
    why: "SUPERUSER and BYPASSRLS see every row; the others lead there.",
    query: `${WITH} select rolname as place, word as detail, not has as holds
      from server_role, ${ATTRIBUTES}`,
    says: (role, power) => `${role} has ${power}. Run ALTER ROLE ${role} NO${power}.`,
  },
  {
    name: "the owner bypasses nothing",
    why: "Definer functions run as the owner: with BYPASSRLS they see every workspace.",
    query: `select rolname as place, word as detail, not has as holds
      from pg_roles, ${ATTRIBUTES} where rolname = '${OWNER_ROLE}'`,
    says: (role, power) => `${role} has ${power}. Run ALTER ROLE ${role} NO${power}.`,
  },
  {
    name: "server's roles are members of nothing",
    why: "A member has, or takes on, what the other role may: the owner, pg_read_all_data …",
    query: `${withMembers}
      select rolname as place, string_agg(role::regrole::text, ', ') as detail, count(role) = 0 as holds
      from server_role left join member_of on via = server_role.oid group by rolname`,
    says: (role, others) => `${role} is a member of ${others}. Run REVOKE ${others} FROM ${role}.`,
  },
  {
    name: "server's roles own nothing",
    why: "Whoever owns a table, function or schema changes it.",
    query: `${WITH} select rolname as place,
        string_agg(distinct pg_describe_object(classid, objid, objsubid), ', ') as detail, count(objid) = 0 as holds
      from server_role left join (
        select * from pg_shdepend where deptype = 'o'
          and dbid in (0, (select oid from pg_database where datname = current_database()))) as owned
        on refobjid = server_role.oid and refclassid = 'pg_authid'::regclass
      group by rolname`,
    says: (role, objects) =>
      `${role} owns ${objects}. Run ALTER … OWNER TO ${OWNER_ROLE} for each, or REASSIGN OWNED BY ${role} TO ${OWNER_ROLE}.`,
  },
  {
    name: "nobody else becomes the owner",
    why: "A login that was once let in to mend something still can.",
    mayBeEmpty: true,
    query: ({ admins, login }) => `${withMembers}
      select rolname as place, null as detail,
        rolname like any (array[${patterns(admins)}]::text[]) or rolname = session_user or ${login.isShared} and rolname = ${literal(login.server)} as holds
      from member_of join pg_roles on pg_roles.oid = via
      where role = '${OWNER_ROLE}'::regrole and rolcanlogin and not rolsuper
      group by rolname`,
    says: (login) =>
      `${login} may log in and become ${OWNER_ROLE}. Run REVOKE ${OWNER_ROLE} FROM ${login}, or name it with --admin.`,
  },
  {
    name: "the server's login is nobody else",
    why: "The server takes on its role at the start of each connection; a login that may more could step back.",
    level: ({ login }) => (login.isShared ? "note" : "finding"),
    query: ({ login }) => `${withMembers}
      select rolname as place, null as detail,
        not (rolsuper or rolbypassrls or rolcreaterole or rolreplication
          or exists (select from member_of where via = pg_roles.oid and role not in (select oid from server_role))) as holds
      from pg_roles where rolname = ${literal(login.server)}`,
    says: (login) =>
      `the server logs in as ${login}, which may do more than the server. Give it a login that is a member of its roles and of nothing else, in DATABASE_URL, and the owner's in DATABASE_OWNER_URL.`,
  },
  {
    name: "no settings of roles or databases",
    why: "A setting that is there before the first statement chooses the workspace, the role or what names mean.",
    query: ({
      login,
    }) => `select setting as place, string_agg(found.whose, ', ') as detail, count(found.whose) = 0 as holds
      from unnest(array['app.workspace_id', 'row_security', 'role', 'search_path', 'session_replication_role']) as setting
      left join (
        select configuration, coalesce(nullif(setrole, 0)::regrole::text, 'everybody')
          || coalesce(' in the database ' || datname, '') as whose
        from pg_db_role_setting left join pg_database on pg_database.oid = setdatabase, unnest(setconfig) as configuration
        where (setdatabase = 0 or datname = current_database())
          and (setrole = 0 or setrole::regrole::text in (${list([...SERVER_ROLES, OWNER_ROLE, login.server])}))) as found
        on starts_with(configuration, setting || '=')
      group by setting`,
    says: (setting, whose) =>
      `${setting} is set for ${whose}. Run ALTER ROLE … RESET ${setting} or ALTER DATABASE … RESET ${setting}.`,
  },
];
