import { definerFunctions, publicRoutines } from "../known.ts";
import { OWNER_ROLE } from "../../db/client.ts";
import { list, literal, WITH, type Rule } from "./rule.ts";

const BODY = "RETURN (NULLIF(current_setting('app.workspace_id'::text, true), ''::text))::uuid";

/** `public.` is left out where the search path has it. */
const DEFINERS = `${WITH}, definer as (
  select *, regexp_replace(name, '\\(.*', '') as short_name from routine where prosecdef)`;

/** Functions: the one that all policies ask, and those that may do what their caller may not. */
export const functionRules: readonly Rule[] = [
  {
    name: "the workspace function is ours",
    why: "All policies ask current_workspace_id(): whoever replaces it has replaced them all.",
    query: `${WITH} select name as place, pg_get_function_sqlbody(oid) as detail,
        nspname = 'public' and pronargs = 0 and prorettype = 'uuid'::regtype and not prosecdef
          and proowner = '${OWNER_ROLE}'::regrole and provolatile = 's' and proconfig is null
          and pg_get_function_sqlbody(oid) = ${literal(BODY)} as holds
      from routine where proname = 'current_workspace_id'`,
    says: (name, body) =>
      `${name} is not the function of the migrations; it says: ${body || "something that is no SQL expression"}. Replace it by the one of 0000_tenancy.sql.`,
  },
  {
    name: "definer functions are listed",
    why: "A function with its owner's rights is a hole in the wall: each is one that somebody has decided on.",
    query: `${DEFINERS} select name as place, null as detail,
        short_name in (${list(Object.keys(definerFunctions))}) as holds from definer`,
    says: (name) =>
      `nobody has decided on the SECURITY DEFINER function ${name}. Drop it, or list it with its reason in src/audit/known.ts.`,
  },
  {
    name: "definer functions have a fixed search_path",
    why: "Else the caller chooses which tables and operators the function's names mean.",
    query: `${DEFINERS} select name as place, array_to_string(proconfig, ', ') as detail, exists (
        select from unnest(proconfig) as setting
        where setting ~ '^search_path=("?pg_catalog"?), .*\\mpg_temp"?$') as holds
      from definer`,
    says: (name, settings) =>
      `${name} takes names from where its caller says (${settings || "no search_path"}). Run ALTER FUNCTION ${name} SET search_path = pg_catalog, public, pg_temp.`,
  },
  {
    name: "definer functions are not for everybody",
    why: "Functions are open to PUBLIC unless told otherwise.",
    query: `${DEFINERS} select name as place, null as detail, not exists (
        select from aclexplode(coalesce(proacl, acldefault('f', proowner)))
        where grantee = 0 and privilege_type = 'EXECUTE') as holds
      from definer`,
    says: (name) =>
      `everybody may call ${name} with its owner's rights. Run REVOKE EXECUTE ON FUNCTION ${name} FROM PUBLIC.`,
  },
  {
    name: "functions are those of the migrations",
    why: "Whoever changes the body of a trigger or a definer function has changed the wall.",
    query: ({ declared }) => `${WITH}
      select name as place, null as detail, coalesce(prosrc = body, false) as holds
      from routine left join (values ${[...declared.bodies]
        .map(([name, body]) => `(${literal(name)}, ${literal(body)})`)
        .join(", ")}) as written (function_name, body) on function_name = proname
      where nspname in ('public', 'identity') and proname <> 'current_workspace_id'`,
    says: (name) =>
      `${name} does not say what the migrations say. Drop it, or replace it by the one in src/db/migrations.`,
  },
  {
    name: "routines are not for everybody",
    why: "What is not meant for the server's roles they must not be able to call.",
    query: `${WITH} select name as place, null as detail,
        name in (${list(Object.keys(publicRoutines))}) or not exists (
          select from aclexplode(coalesce(proacl, acldefault('f', proowner)))
          where grantee = 0 and privilege_type = 'EXECUTE') as holds
      from routine`,
    says: (name) =>
      `everybody may call ${name}. Run REVOKE EXECUTE ON ROUTINE ${name} FROM PUBLIC.`,
  },
  {
    name: "no leakproof functions of our own",
    why: "PostgreSQL calls a LEAKPROOF function before the policy, on other workspaces' rows.",
    query: `${WITH} select name as place, null as detail, not proleakproof as holds from routine`,
    says: (name) => `${name} is LEAKPROOF. Run ALTER FUNCTION ${name} NOT LEAKPROOF.`,
  },
];
