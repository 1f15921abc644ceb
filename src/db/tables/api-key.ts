import { foreignKey, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { apiKeyScopes, memberRoles } from "./access-words.ts";
import { checkWords } from "./check-words.ts";
import { createdAt, id, moment, word, workspaceId } from "./columns.ts";
import { workspaces } from "./workspace.ts";

/** Keys of programs. Only the SHA-256 of a key is stored. */
export const apiKeys = pgTable(
  "api_keys",
  {
    workspaceId: workspaceId(),
    id: id(),
    name: text("name").notNull(),
    role: word("role", memberRoles),
    scopes: text("scopes", { enum: apiKeyScopes }).array().notNull(),
    hash: text("hash").notNull(),
    createdAt: createdAt(),
    expiresAt: moment("expires_at"),
    revokedAt: moment("revoked_at"),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    unique("api_keys_hash_key").on(table.workspaceId, table.hash),
    foreignKey({ columns: [table.workspaceId], foreignColumns: [workspaces.workspaceId] }),
    checkWords("api_keys_role_check", table.role, memberRoles),
  ],
);
