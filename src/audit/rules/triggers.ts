import { definerFunctions, triggerFunctions } from "../known.ts";
import { list, WITH, type Rule } from "./rule.ts";

const ENABLED = "('O', 'A')";

/** A trigger of every tenant table; those of a partitioned table have clones on its partitions. */
const everywhere = (name: string, type: number, condition: string) => `${WITH}
  select name as place, coalesce(case when tgenabled not in ${ENABLED} then 'it is disabled'
      when tgoid is null then 'there is none' else 'it is not the one of the migrations' end) as detail,
    tgoid is not null and tgenabled in ${ENABLED} and tgtype = ${type} and tgattr::text = ''
      and tgfoid = 'public.${name}'::regproc
      and condition ~ ${condition} as holds
  from tenant_table left join lateral (
    select oid as tgoid, tgenabled, tgtype, tgfoid, tgattr, pg_get_triggerdef(oid) as condition
    from pg_trigger where tgrelid = tenant_table.oid and tgname = '${name}') as found on true`;

const protect =
  "Run CALL protect_tenant_table('…') for the table as its owner, and ALTER TABLE … ENABLE TRIGGER USER.";

/** Triggers: a row's workspace is filled in, and stays. */
export const triggerRules: readonly Rule[] = [
  {
    name: "the workspace is filled in",
    why: "BEFORE INSERT: a missing workspace_id is the transaction's, another one is refused.",
    query: everywhere(
      "fill_workspace_id",
      7,
      `'WHEN \\(\\(?new\\.workspace_id IS DISTINCT FROM (public\\.)?current_workspace_id\\(\\)\\)'`,
    ),
    says: (table, what) => `${table}: of the trigger fill_workspace_id: ${what}. ${protect}`,
  },
  {
    name: "the workspace stays",
    why: "BEFORE UPDATE: no row is moved into another workspace.",
    query: everywhere(
      "keep_workspace_id",
      19,
      `'WHEN \\(\\(?new\\.workspace_id IS DISTINCT FROM old\\.workspace_id\\)'`,
    ),
    says: (table, what) => `${table}: of the trigger keep_workspace_id: ${what}. ${protect}`,
  },
  {
    name: "no unknown triggers",
    why: "A trigger sees every row that is written, and may carry it elsewhere.",
    query: `${WITH} select name || ' ' || tgname as place, tgfoid::regproc::text as detail,
        tgname in ('fill_workspace_id', 'keep_workspace_id') or tgfoid::regproc::text in (${list(Object.keys({ ...definerFunctions, ...triggerFunctions }))}) as holds
      from pg_trigger join tenant_table on tenant_table.oid = tgrelid where not tgisinternal`,
    says: (place, call) =>
      `nobody has decided on the trigger ${place}, which calls ${call}. Drop it, or list it with its reason in src/audit/known.ts.`,
  },
  {
    name: "foreign keys are enforced",
    why: "Where their triggers are disabled a row may hang on another workspace's row.",
    query: `${WITH} select name || ' ' || conname as place, null as detail, tgenabled in ${ENABLED} as holds
      from pg_trigger join tenant_table on tenant_table.oid = tgrelid
      join pg_constraint on pg_constraint.oid = tgconstraint
      where tgisinternal and contype = 'f'`,
    says: (place) =>
      `the triggers of a foreign key are disabled: ${place}. Run ALTER TABLE … ENABLE TRIGGER ALL as a superuser.`,
  },
];
