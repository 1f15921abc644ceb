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

const add = statement<ApiKeyRow>(sql`
  insert into ${apiKeys} (workspace_id, id, name, role, scopes, hash, hint, expires_at)
  values (${value("workspaceId", "uuid")}, ${value("id", "uuid")}, ${value("name", "text")},
    ${value("role", "text")}, ${value("scopes", "text[]")}, ${value("hash", "text")},
    ${value("hint", "text")}, ${value("expiresAt", "timestamptz")})
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
    mustCover(viewerOf(context), input.role, input.scopes);
    const { key, hash, hint } = createKey(session.workspaceId);
    const values = { ...input, id: uuidv7(), hash, hint, expiresAt: input.expiresAt ?? null };
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
