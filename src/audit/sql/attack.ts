import { APP_ROLE, IDENTITY_ROLE, type Client } from "../../db/client.ts";
import type { Tried } from "../tried.ts";
import { Probe, type Outcome, type Workspace } from "./probe.ts";
import type { Target } from "./targets.ts";
import {
  closedWays,
  foreignWays,
  idWays,
  nobodysWays,
  ownersWays,
  type Pair,
  type Way,
} from "./ways.ts";

/** One statement to try, and in which workspace. */
interface Try {
  way: Way;
  target: Target;
  workspace: Workspace;
  as: string;
}

/** What the attacker of the tables needs to know. */
export interface SqlAttack {
  targets: readonly Target[];
  pair: Pair;
  /** Ids of rows of the other workspace, by table; a table without any proves little. */
  foreignIds: ReadonlyMap<string, readonly string[]>;
  /** Tables in which the other workspace has a row. */
  filled: ReadonlySet<string>;
  /** Made in the probe's transaction before it begins: scratch rows. */
  prepare?: (client: Client) => Promise<void>;
  onTried?: (tried: Tried) => void;
}

/** An id of nobody's workspace. */
export const NOBODY = "01234567-89ab-7cde-8f01-23456789abcd";

/** Attacks every table as the server's role for workspaces. */
export async function attackAsApp(client: Client, attack: SqlAttack): Promise<Tried[]> {
  const own = attack.pair.own;
  const tries = attack.targets.flatMap((target): Try[] => {
    const within = (ways: readonly Way[], workspace: Workspace = own, as = "app in A") =>
      ways
        .filter((way) => way.applies?.(target) ?? true)
        .map((way): Try => ({ way, target, workspace, as }));
    if (target.kind === "identity") return within(closedWays);
    const nobodys = [
      ...within(nobodysWays, null, "app, workspace not set"),
      ...within(nobodysWays, "", "app, workspace empty"),
      ...within(nobodysWays, NOBODY, "app, workspace unknown"),
    ];
    const ids = attack.foreignIds.get(target.table) ?? [];
    const known = ids.length > 0 ? within(idWays(ids)) : [];
    return [
      ...(target.kind === "partition" ? within(closedWays) : []),
      ...within(foreignWays),
      ...known,
      ...nobodys,
      ...within(ownersWays),
    ];
  });
  return carryOut(new Probe(client, APP_ROLE), tries, attack);
}

/** Attacks every table of the workspaces as the server's role for people. */
export async function attackAsIdentity(client: Client, attack: SqlAttack): Promise<Tried[]> {
  const tenants = attack.targets.filter(({ kind }) => kind !== "identity");
  const tries = tenants.flatMap((target) =>
    closedWays.map((way): Try => ({ way, target, workspace: attack.pair.own, as: "identity" })),
  );
  return carryOut(new Probe(client, IDENTITY_ROLE), tries, attack);
}

async function carryOut(probe: Probe, tries: readonly Try[], attack: SqlAttack): Promise<Tried[]> {
  const all: Tried[] = [];
  const told = (tried: Tried) => {
    all.push(tried);
    attack.onTried?.(tried);
  };
  await probe.begin(attack.prepare);
  try {
    for (const one of tries) {
      const statement = one.way.statement(one.target, attack.pair);
      const outcome = one.way.isCopy
        ? await probe.tryCopy(one.workspace, statement)
        : await probe.try(one.workspace, statement);
      told(judge(one, outcome, attack));
    }
    for (const target of attack.targets) told(await tryTruncate(probe, target, attack.pair.own));
  } finally {
    await probe.end();
  }
  return all;
}

/** TRUNCATE locks the table before anything else, so it is tried only where it would be refused. */
async function tryTruncate(probe: Probe, target: Target, workspace: string): Promise<Tried> {
  const may = await probe.try(
    workspace,
    `select 1 where has_table_privilege('${target.table}', 'TRUNCATE')`,
  );
  const outcome =
    may.rows !== 1 ? await probe.try(workspace, `truncate ${target.table}`) : { rows: 1 };
  const way: Way = { name: "at all", group: "TRUNCATE", mustRefuse: true, statement: () => "" };
  const as = probe.role === APP_ROLE ? "app in A" : "identity";
  return judge({ way, target, workspace, as }, outcome, { filled: new Set([target.table]) });
}

function judge(
  { way, target, as }: Try,
  outcome: Outcome,
  { filled }: Pick<SqlAttack, "filled">,
): Tried {
  const name = `${way.group} ${way.name}`;
  const tried = { name, target: target.table, column: way.group, as };
  const { rows, code, message } = outcome;
  if (code !== undefined) {
    const held = code === "42501" || way.refusals?.includes(code);
    if (held) return { ...tried, came: "refused", verdict: "held" };
    const says = `${as} tried ${name} on ${target.table}, and what stopped it was no wall but an accident: ${message}. Run socialhub audit rls again; if it stays, look at the policies, triggers and grants of ${target.table}.`;
    return { ...tried, came: `error ${code}`, verdict: "finding", says };
  }
  if (rows === 0 && !way.mustRefuse) {
    const wanted = way.group === "INSERT" || filled.has(target.table);
    return { ...tried, came: "nothing", verdict: wanted ? "held" : "unproven" };
  }
  const says = `${as} tried ${name} on ${target.table} and was let through (${rows} rows). Look at the policies, triggers and grants of ${target.table}; CALL protect_tenant_table('${target.table}') sets them right.`;
  return { ...tried, came: "let through", verdict: "finding", says };
}
