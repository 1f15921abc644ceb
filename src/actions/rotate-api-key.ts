import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { createKey } from "../auth/api-key.ts";
import { viewerOf } from "../context.ts";
import { columnsOf, statement, value } from "../db/statement.ts";
import { apiKeys, type ApiKeyRow } from "../db/tables/api-key.ts";
import { defineMutation } from "./define-mutation.ts";
import { globalId } from "./inputs.ts";
import { lockApiKey, mustCover, mustCoverLimits } from "./lock-api-key.ts";
import { UserFailure } from "./user-error.ts";

const MOST_MINUTES = 7 * 24 * 60;

const copy = statement<ApiKeyRow>(sql`
  insert into ${apiKeys} (workspace_id, id, hash, hint, name, role, scopes, expires_at, max_depth,
    max_complexity, max_nodes, rate_limit_points, show_cost, trusted_documents_only)
  select workspace_id, ${value("newId", "uuid")}, ${value("hash", "text")}, ${value("hint", "text")},
    name, role, scopes, expires_at, max_depth, max_complexity, max_nodes, rate_limit_points, show_cost,
    trusted_documents_only
  from ${apiKeys}
  where ${apiKeys.workspaceId} = ${value("workspaceId", "uuid")}
    and ${apiKeys.id} = ${value("id", "uuid")}
  returning ${columnsOf(apiKeys)}`);

const replace = statement<ApiKeyRow>(sql`
  update ${apiKeys} set replaced_by_id = ${value("newId", "uuid")},
    expires_at = least(expires_at, now() + ${value("overlap", "integer")} * interval '1 minute')
  where ${apiKeys.workspaceId} = ${value("workspaceId", "uuid")}
    and ${apiKeys.id} = ${value("id", "uuid")}
  returning ${columnsOf(apiKeys)}`);

/** Makes a key like another one, which goes on for the time of the overlap. */
export const rotateApiKey = defineMutation({
  name: "rotateApiKey",
  input: z.object({
    apiKeyId: globalId("ApiKey"),
    overlapMinutes: z
      .int()
      .min(0, "The overlap may not be negative.")
      .max(MOST_MINUTES, `The overlap is ${MOST_MINUTES} minutes at most.`),
  }),
  async run({ context, session, log }, { apiKeyId: id, overlapMinutes: overlap }) {
    const old = await lockApiKey(session, id);
    const viewer = viewerOf(context);
    mustCover(viewer, old.role, old.scopes);
    mustCoverLimits(viewer, old);
    if (!old.isActive || old.replacedById) {
      const message = "The key is revoked, expired or rotated already; rotate the new one.";
      throw new UserFailure("CONFLICT", message, "apiKeyId");
    }
    const { key, hash, hint } = createKey(session.workspaceId);
    const newId = uuidv7();
    const [apiKey] = await session.run(copy, { id, newId, hash, hint }, "apiKey.copy");
    const [replaced] = await session.run(replace, { id, newId, overlap }, "apiKey.replace");
    if (!apiKey || !replaced) throw new Error("a locked key is there");
    await log({
      action: "API_KEY_ROTATED",
      target: { type: "ApiKey", id, name: old.name },
      before: { hint: old.hint, expiresAt: old.expiresAt },
      after: { hint: apiKey.hint, oldExpiresAt: replaced.expiresAt },
    });
    return { apiKey, key, replaced };
  },
});
