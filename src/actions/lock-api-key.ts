import { sql } from "drizzle-orm";
import type { Viewer } from "../auth/viewer.ts";
import { columnsOf, statement, value } from "../db/statement.ts";
import type { ApiKeyScope, MemberRole } from "../db/tables/access-words.ts";
import { apiKeys, type ApiKeyRow } from "../db/tables/api-key.ts";
import type { WriteSession } from "../db/write-session.ts";
import { UserFailure } from "./user-error.ts";

const lock = statement<ApiKeyRow & { isActive: boolean }>(sql`
  select ${columnsOf(apiKeys)}, ${apiKeys.revokedAt} is null
    and (${apiKeys.expiresAt} is null or ${apiKeys.expiresAt} > now()) as "isActive"
  from ${apiKeys}
  where ${apiKeys.workspaceId} = ${value("workspaceId", "uuid")}
    and ${apiKeys.id} = ${value("id", "uuid")} for update`);

/** Locks a key for a change. Throws the user error NOT_FOUND. */
export async function lockApiKey(session: WriteSession, id: string) {
  const [key] = await session.run(lock, { id }, "apiKey.lock");
  if (!key) throw new UserFailure("NOT_FOUND", "There is no such API key.", "apiKeyId");
  return key;
}

/** Throws the user error FORBIDDEN when a key with limits of its own would get one with fewer. */
export function mustCoverLimits(viewer: Viewer, key: ApiKeyRow) {
  if (viewer.kind !== "API_KEY" || viewer.id === key.id) return;
  const { depth, complexity, nodes, ratePoints } = viewer.limits;
  const pairs: [own: number | undefined, wanted: number | null][] = [
    [depth, key.maxDepth],
    [complexity, key.maxComplexity],
    [nodes, key.maxNodes],
    [ratePoints, key.rateLimitPoints],
  ];
  const isWithin = pairs.every(
    ([own, wanted]) => own === undefined || (wanted !== null && wanted <= own),
  );
  if (isWithin && (key.trustedDocumentsOnly || !viewer.trustedDocumentsOnly)) return;
  const message = "The key has fewer limits than your own key.";
  throw new UserFailure("FORBIDDEN", message, "apiKeyId");
}

/**
 * A key may do no more than who makes it: an owner's key is made by owners, and a key makes none with
 * scopes that it does not have. Throws FORBIDDEN, or the user error of the same name.
 */
export function mustCover(viewer: Viewer, role: MemberRole, scopes: readonly ApiKeyScope[]) {
  viewer.must("MANAGE_API_KEYS");
  if (role === "OWNER") viewer.must("MANAGE_OWNERS");
  const beyond = scopes.filter((scope) => !viewer.scopes.includes(scope));
  if (beyond.length === 0) return;
  const message = `Your own key does not have the scope ${beyond.join(", ")}.`;
  throw new UserFailure("FORBIDDEN", message, "scopes");
}
