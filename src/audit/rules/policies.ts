import { APP_ROLE } from "../../db/client.ts";
import { literal, WITH, type Rule } from "./rule.ts";

/** What a policy must ask, as PostgreSQL writes it. More conditions may follow it with AND. */
const TEST = "(workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))";

const isTest = (expression: string) =>
  `(${expression} = ${literal(TEST)} or starts_with(${expression}, ${literal(`(${TEST} AND `)}))`;

const POLICIES = `${WITH},
  policy as (
    select tenant_table.name as place, polname, polcmd, polpermissive, polroles,
      tenant_table.oid as table_id,
      pg_get_expr(polqual, polrelid) as using_test, pg_get_expr(polwithcheck, polrelid) as check_test
    from pg_policy join tenant_table on tenant_table.oid = polrelid)`;

const recreate =
  "Run CALL protect_tenant_table('…') for the table as its owner, and drop the policies that are not called workspace_isolation.";

/** Policies: who sees and writes which rows. */
export const policyRules: readonly Rule[] = [
  {
    name: "every command has a policy",
    why: "Without one nothing is found, which looks like lost data and is mended with a policy too wide.",
    query: `${POLICIES}
      select name as place, command.word as detail, exists (
        select from policy where table_id = tenant_table.oid and polpermissive
          and polcmd in ('*', command.letter)
          and (polroles @> array[0::oid] or polroles @> array['${APP_ROLE}'::regrole::oid])) as holds
      from tenant_table,
        (values ('r', 'SELECT'), ('a', 'INSERT'), ('w', 'UPDATE'), ('d', 'DELETE')) as command (letter, word)`,
    says: (table, command) => `${table} has no policy for ${command}. ${recreate}`,
  },
  {
    name: "no policy is always true",
    why: "Policies are joined by OR: one that is always true undoes all the others.",
    query: `${POLICIES}
      select place || ' ' || polname as place, null as detail,
        not (polpermissive and (coalesce(using_test, '') = 'true' or coalesce(check_test, '') = 'true')) as holds
      from policy`,
    says: (place) => `a policy lets everybody see or write every row: ${place}. ${recreate}`,
  },
  {
    name: "policies test the workspace",
    why: "A policy that asks in its own way can be wrong in its own way.",
    query: `${POLICIES}
      select place || ' ' || polname as place, coalesce(using_test, check_test) as detail,
        not polpermissive or (
          (using_test is null or using_test = 'true' or ${isTest("using_test")})
          and (check_test is null or check_test = 'true' or ${isTest("check_test")})) as holds
      from policy`,
    says: (place, test) =>
      `a policy does not test workspace_id against current_workspace_id(): ${place}, which asks ${test}. ${recreate}`,
  },
  {
    name: "writes are checked",
    why: "WITH CHECK is what a new row is held to.",
    query: `${POLICIES}
      select place || ' ' || polname as place, null as detail,
        not polpermissive or check_test is not null as holds
      from policy where polcmd in ('*', 'a', 'w')`,
    says: (place) => `a policy for writing has no WITH CHECK: ${place}. ${recreate}`,
  },
];
