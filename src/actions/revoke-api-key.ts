import { sql } from "drizzle-orm";
import { z } from "zod";
import { viewerOf } from "../context.ts";
import { columnsOf, statement, value } from "../db/statement.ts";
import { apiKeys, type ApiKeyRow } from "../db/tables/api-key.ts";
import { defineMutation } from "./define-mutation.ts";
import { globalId } from "./inputs.ts";
import { lockApiKey } from "./lock-api-key.ts";

const revoke = statement<ApiKeyRow>(sql`
  update ${apiKeys} set revoked_at = now()
  where ${apiKeys.workspaceId} = ${value("workspaceId", "uuid")}
    and ${apiKeys.id} = ${value("id", "uuid")}
  returning ${columnsOf(apiKeys)}`);

/** Revokes a key: every server refuses it within five seconds. One that is revoked stays as it is. */
export const revokeApiKey = defineMutation({
  name: "revokeApiKey",
  input: z.object({ apiKeyId: globalId("ApiKey") }),
  async run({ context, session, log }, { apiKeyId: id }) {
    const found = await lockApiKey(session, id);
    if (found.role === "OWNER") viewerOf(context).must("MANAGE_OWNERS");
    if (found.revokedAt) return { apiKey: found };
    const [apiKey] = await session.run(revoke, { id }, "apiKey.revoke");
    if (!apiKey) throw new Error("a locked key is there");
    await log({
      action: "API_KEY_REVOKED",
      target: { type: "ApiKey", id, name: apiKey.name },
      before: { role: apiKey.role, scopes: apiKey.scopes.join(" "), hint: apiKey.hint },
    });
    return { apiKey };
  },
});
