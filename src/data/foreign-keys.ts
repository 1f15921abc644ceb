import { getTableName } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { OWNER_ROLE } from "../db/client.ts";
import type { WorkspaceTransaction } from "../db/workspace-transaction.ts";

/** How the foreign keys of staged rows are looked up all at once, for {@link insertWithSetChecks}. */
export type SetChecks = readonly { name: string; missing: string }[];

/** Triggers that say what row-level security says as well. */
const ISOLATION_TRIGGERS = ["fill_workspace_id", "keep_workspace_id"];

/**
 * One statement for each foreign key of a table: it counts what the rows in `staging` refer to in vain.
 * Undefined where PostgreSQL has to look up row by row: its login may not ask it to leave that out, or the
 * table has triggers of its own, which would be left out as well.
 */
export async function setChecksOf(
  transaction: WorkspaceTransaction,
  workspaceId: string,
  table: PgTable,
  staging: string,
): Promise<SetChecks | undefined> {
  const name = getTableName(table);
  const [can] = await transaction<{ leaveOut: boolean }[]>`
    select has_parameter_privilege(session_user, 'session_replication_role', 'SET') and not exists (
      select from pg_trigger where tgrelid = ${name}::regclass and not tgisinternal
        and tgname <> all (${ISOLATION_TRIGGERS})) as "leaveOut"`;
  if (!can?.leaveOut) return undefined;
  const keys = await transaction<{ name: string; parent: string; pairs: [string, string][] }[]>`
    select conname as name, confrelid::regclass::text as parent,
      (select jsonb_agg(jsonb_build_array(quote_ident(c.attname), quote_ident(p.attname)))
       from unnest(conkey, confkey) as pair (own, other)
       join pg_attribute c on c.attrelid = conrelid and c.attnum = own
       join pg_attribute p on p.attrelid = confrelid and p.attnum = other) as pairs
    from pg_constraint where contype = 'f' and conrelid = ${name}::regclass`;
  return keys.map(({ name: key, parent, pairs }) => {
    // The workspace is not in the rows.
    const within = pairs.filter(([own]) => own === "workspace_id").map(([, other]) => other);
    const others = pairs.filter(([own]) => own !== "workspace_id");
    const same = within.map((other) => `parent.${other} = '${workspaceId}'`);
    const fits = others.map(([own, other]) => `parent.${other} = wanted.${own}`);
    const isSet = others.map(([own]) => `${own} is not null`);
    // Locked as the key would lock them: nobody deletes them before this transaction ends.
    return {
      name: key,
      missing: `
        with wanted as (
          select distinct ${others.map(([own]) => own).join(", ") || "1"} from ${staging}
          where ${isSet.join(" and ") || "true"}
        ), found as (
          select from ${parent} as parent join wanted on ${[...same, ...fits].join(" and ")}
          for key share of parent
        )
        select (select count(*) from wanted) - (select count(*) from found) as missing`,
    };
  });
}

/**
 * Inserts what was staged, and looks up what it refers to a key at a time, in the same transaction: the
 * same guarantee, at a tenth of the cost of a look-up for each row and key. Row-level security, CHECK and
 * UNIQUE hold row by row as ever.
 */
export async function insertWithSetChecks(
  transaction: WorkspaceTransaction,
  insert: string,
  checks: SetChecks,
): Promise<number> {
  await setTriggers(transaction, "replica");
  const { count } = await transaction.unsafe(insert).simple();
  await setTriggers(transaction, "default");
  for (const { name, missing } of checks) {
    const [found] = await transaction.unsafe<{ missing: number }[]>(missing);
    if (found?.missing === 0) continue;
    throw new Error(`the foreign key ${name} of ${found?.missing} of the rows leads nowhere`);
  }
  return count;
}

/** Only the login itself may say so, not the owner's role that it has taken on. */
async function setTriggers(transaction: WorkspaceTransaction, role: "replica" | "default") {
  await transaction
    .unsafe(
      `set local role none; set local session_replication_role = ${role}; set local role ${OWNER_ROLE}`,
    )
    .simple();
}
