import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { createKey } from "../auth/api-key.ts";
import { viewerOf } from "../context.ts";
import { columnsOf, statement, value } from "../db/statement.ts";
import { apiKeyScopes, memberRoles, type ApiKeyScope } from "../db/tables/access-words.ts";
import { apiKeys, type ApiKeyRow } from "../db/tables/api-key.ts";
import { defineMutation } from "./define-mutation.ts";
import { future, name } from "./inputs.ts";
import { mustCover } from "./lock-api-key.ts";

// The limits, and the end of the time, of a key that makes one are those of the new one too.
const add = statement<ApiKeyRow>(sql`
  insert into ${apiKeys} (workspace_id, id, name, role, scopes, hash, hint, expires_at, max_depth,
    max_complexity, max_nodes, rate_limit_points, trusted_documents_only)
  select ${value("workspaceId", "uuid")}, ${value("id", "uuid")}, ${value("name", "text")},
    ${value("role", "text")}, ${value("scopes", "text[]")}, ${value("hash", "text")},
    ${value("hint", "text")}, least(${value("expiresAt", "timestamptz")}, maker.expires_at),
    maker.max_depth, maker.max_complexity, maker.max_nodes, maker.rate_limit_points,
    coalesce(maker.trusted_documents_only, false)
  from (select) one left join ${apiKeys} maker
    on maker.workspace_id = ${value("workspaceId", "uuid")} and maker.id = ${value("makerId", "uuid")}
  returning ${columnsOf(apiKeys)}`);

/** The schema's words in upper case, the database's in lower case. */
const scopes = z
  .array(z.string().transform((word) => word.toLowerCase() as ApiKeyScope))
  .min(1, "A key needs one scope at least.")
  .transform((words) => apiKeyScopes.filter((scope) => words.includes(scope)));

/** Makes a key; it can be read in the answer and never again. */
export const createApiKey = defineMutation({
  name: "createApiKey",
  input: z.object({ name, role: z.enum(memberRoles), scopes, expiresAt: future.nullish() }),
  async run({ context, session, log }, input) {
    const viewer = viewerOf(context);
    mustCover(viewer, input.role, input.scopes);
    const { key, hash, hint } = createKey(session.workspaceId);
    const values = {
      ...input,
      id: uuidv7(),
      hash,
      hint,
      expiresAt: input.expiresAt ?? null,
      makerId: viewer.kind === "API_KEY" ? viewer.id : null,
    };
    const [apiKey] = await session.run(add, values, "apiKey.add");
    if (!apiKey) throw new Error("what was inserted is there");
    await log({
      action: "API_KEY_CREATED",
      target: { type: "ApiKey", id: apiKey.id, name: apiKey.name },
      after: { role: apiKey.role, scopes: apiKey.scopes.join(" "), expiresAt: apiKey.expiresAt },
    });
    return { apiKey, key };
  },
});
