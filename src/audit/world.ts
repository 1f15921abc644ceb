import { v7 as uuidv7 } from "uuid";
import { castOf } from "../data/demo/cast.ts";
import { loadCast } from "../data/demo/seed.ts";
import { demoWorkspaces } from "../data/demo/workspaces.ts";
import { OWNER_ROLE, type Client } from "../db/client.ts";
import { inWorkspace, type WorkspaceTransaction } from "../db/workspace-transaction.ts";
import type { Target } from "./sql/targets.ts";

/** The workspaces that the attacks are about. */
export interface World {
  own: string;
  foreign: string;
  /** Tables in which the other workspace has a row. */
  filled: ReadonlySet<string>;
  /** Ids of some of its rows, by table. */
  foreignIds: ReadonlyMap<string, readonly string[]>;
  /** Makes both workspaces in a transaction that is rolled back; undefined where they are real. */
  prepare?: (client: Client) => Promise<void>;
}

/** More are not looked at: two are enough. */
const MOST_WORKSPACES = 50;
const IDS = 3;

/** Chooses the two workspaces that have rows in most tables; of those named, when any are. */
export async function findWorld(
  client: Client,
  targets: readonly Target[],
  named: readonly string[],
): Promise<World | undefined> {
  const known = named.length > 0 ? named : await listWorkspaces(client);
  const tables = targets.filter(({ kind, hasWorkspace }) => kind === "tenant" && hasWorkspace);
  const found: { id: string; filled: Set<string> }[] = [];
  for (const id of known) {
    const text = tables
      .map(
        ({ table }) =>
          `select '${table}' as name where exists (select from ${table} where workspace_id = '${id}')`,
      )
      .join(" union all ");
    const rows = await inWorkspace(client, id, (transaction) =>
      transaction.unsafe<{ name: string }[]>(text),
    );
    if (rows.length > 0) found.push({ id, filled: new Set(rows.map(({ name }) => name)) });
  }
  if (named.length === 0) found.sort((one, two) => two.filled.size - one.filled.size);
  const [own, foreign] = found;
  if (!own || !foreign) return undefined;
  return {
    own: own.id,
    foreign: foreign.id,
    filled: foreign.filled,
    foreignIds: await idsOf(client, tables, foreign.id),
  };
}

/** A role that is held to the policies cannot list workspaces; it knows those in which there are people. */
async function listWorkspaces(client: Client): Promise<string[]> {
  const [login] = await client<{ seesAll: boolean }[]>`
    select rolsuper or rolbypassrls as "seesAll" from pg_roles where rolname = current_user`;
  const rows = login?.seesAll
    ? await client<{ id: string }[]>`
        select workspace_id as id from workspaces order by created_at limit ${MOST_WORKSPACES}`
    : await client<{ id: string }[]>`
        select distinct workspace_id as id from identity.memberships limit ${MOST_WORKSPACES}`;
  return rows.map(({ id }) => id);
}

async function idsOf(client: Client, tables: readonly Target[], workspaceId: string) {
  const found = new Map<string, string[]>();
  await inWorkspace(client, workspaceId, async (transaction) => {
    for (const { table, hasId } of tables) {
      if (!hasId) continue;
      const rows = await transaction.unsafe<{ id: string }[]>(
        `select id from ${table} where workspace_id = '${workspaceId}' limit ${IDS}`,
      );
      found.set(
        table,
        rows.map(({ id }) => id),
      );
    }
  });
  return found;
}

/** Two demo workspaces that exist in nobody's eyes but the attacker's: made in its transaction, and gone with it. */
export function scratchWorld(): World {
  const casts = demoWorkspaces.slice(0, 2).map((workspace) => {
    const key = `audit ${workspace.key} ${uuidv7()}`;
    return castOf({ ...workspace, key });
  });
  const [own, foreign] = casts.map(({ workspaceId }) => workspaceId);
  return {
    own: own ?? "",
    foreign: foreign ?? "",
    filled: new Set(["workspaces", "members", "accounts", "tags"]),
    foreignIds: new Map(),
    async prepare(client) {
      for (const cast of casts) {
        await client
          .unsafe(
            `set local role ${OWNER_ROLE}; set local app.workspace_id = '${cast.workspaceId}'`,
          )
          .simple();
        // Loads leave staging tables until the transaction ends.
        await loadCast(client as unknown as WorkspaceTransaction, cast);
        await client.unsafe("reset role; set local app.workspace_id = ''; discard temp").simple();
      }
    },
  };
}
