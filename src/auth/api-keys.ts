import { v7 as uuidv7 } from "uuid";
import type { Client } from "../db/client.ts";
import type { ApiKeyScope, MemberRole } from "../db/tables/access-words.ts";
import { inWorkspace } from "../db/workspace-transaction.ts";
import { createKey, parseKey } from "./api-key.ts";
import { logBySystem } from "./log-by-system.ts";
import type { KeyLimits } from "./viewer.ts";

/** What a new API key is to be. */
export interface NewApiKey {
  name: string;
  role: MemberRole;
  scopes: readonly ApiKeyScope[];
  limits?: KeyLimits;
  showsCost?: boolean;
  trustedDocumentsOnly?: boolean;
}

/** What is known of a key: everything but the key. */
export interface ApiKeyListing {
  id: string;
  name: string;
  role: string;
  scopes: string[];
  /** Its own limits and switches, such as `depth 3` and `trusted documents only`. */
  limits: string[];
  createdAt: string;
  /** `valid`, `valid until …`, `expired …` or `revoked …`. */
  state: string;
}

/** Makes an API key and returns it: the only time that it can be read. `client` is the owner's. */
export function createApiKey(client: Client, workspaceId: string, wanted: NewApiKey) {
  const { key, hash, hint } = createKey(workspaceId);
  const { name, role, scopes, limits = {} } = wanted;
  const id = uuidv7();
  return inWorkspace(client, workspaceId, async (transaction) => {
    const [workspace] = await transaction`
      select 1 from workspaces where workspace_id = ${workspaceId}::uuid`;
    if (!workspace) return undefined;
    await transaction`
      insert into api_keys (workspace_id, id, name, role, scopes, hash, hint, max_depth, max_complexity,
                            max_nodes, rate_limit_points, show_cost, trusted_documents_only)
      values (${workspaceId}::uuid, ${id}::uuid, ${name}, ${role},
              string_to_array(${scopes.join(",")}, ','), ${hash}, ${hint},
              ${limits.depth ?? null}, ${limits.complexity ?? null}, ${limits.nodes ?? null},
              ${limits.ratePoints ?? null}, ${wanted.showsCost ?? false},
              ${wanted.trustedDocumentsOnly ?? false})`;
    await logBySystem(transaction, workspaceId, {
      action: "API_KEY_CREATED",
      target: { type: "ApiKey", id, name },
      after: { role, scopes: scopes.join(" ") },
    });
    return key;
  });
}

/** The workspace's keys, the newest first. */
export function listApiKeys(client: Client, workspaceId: string) {
  return inWorkspace(client, workspaceId, async (transaction) => {
    const rows = await transaction<ApiKeyListing[]>`
      select id, name, role, to_json(scopes) as scopes, created_at as "createdAt",
        to_json(array_remove(array[
          'depth ' || max_depth, 'complexity ' || max_complexity, 'nodes ' || max_nodes,
          rate_limit_points || ' points a minute', case when show_cost then 'shows cost' end,
          case when trusted_documents_only then 'trusted documents only' end], null)) as limits,
        case when revoked_at is not null then 'revoked ' || revoked_at
             when expires_at <= now() then 'expired ' || expires_at
             when expires_at is not null then 'valid until ' || expires_at
             else 'valid' end as state
      from api_keys where workspace_id = ${workspaceId}::uuid order by id desc`;
    return [...rows];
  });
}

/** Revokes a key; false when there is none with this id. Servers forget it within seconds. */
export function revokeApiKey(client: Client, workspaceId: string, keyId: string) {
  return inWorkspace(client, workspaceId, async (transaction) => {
    const [key] = await transaction<
      { name: string; role: string; scopes: string; isNew: boolean }[]
    >`
      select name, role, array_to_string(scopes, ' ') as scopes, revoked_at is null as "isNew"
      from api_keys where workspace_id = ${workspaceId}::uuid and id = ${keyId}::uuid for update`;
    if (!key) return false;
    const { name, role, scopes, isNew } = key;
    if (!isNew) return true;
    await transaction`
      update api_keys set revoked_at = now()
      where workspace_id = ${workspaceId}::uuid and id = ${keyId}::uuid`;
    await logBySystem(transaction, workspaceId, {
      action: "API_KEY_REVOKED",
      target: { type: "ApiKey", id: keyId, name },
      before: { role, scopes },
    });
    return true;
  });
}

/** Whether the key's look-up would succeed now. */
export async function isValidKey(client: Client, key: string): Promise<boolean> {
  const parsed = parseKey(key);
  if (!parsed) return false;
  const { workspaceId, hash } = parsed;
  return inWorkspace(client, workspaceId, async (transaction) => {
    const found = await transaction`
      select 1 from api_keys where workspace_id = ${workspaceId}::uuid and hash = ${hash}
        and revoked_at is null and (expires_at is null or expires_at > now())`;
    return found.length > 0;
  });
}
