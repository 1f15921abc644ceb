import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
  type AnyPgColumn,
} from "drizzle-orm/pg-core";
import { apiKeyScopes, memberRoles } from "./access-words.ts";
import { checkWords } from "./check-words.ts";
import { createdAt, id, moment, word, workspaceId } from "./columns.ts";
import { workspaces } from "./workspace.ts";

const atLeastOne = (column: AnyPgColumn) =>
  check(`api_keys_${column.name}_check`, sql`${column} >= 1`);

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
    /** The last characters of the key, to tell keys apart; null for keys older than this column. */
    hint: text("hint"),
    createdAt: createdAt(),
    expiresAt: moment("expires_at"),
    revokedAt: moment("revoked_at"),
    /** About when it was last used: written once a minute at most. */
    lastUsedAt: moment("last_used_at"),
    /** The key that it was rotated into. */
    replacedById: uuid("replaced_by_id"),
    /** Limits of this key in the place of the server's; null where the server's hold. */
    maxDepth: integer("max_depth"),
    maxComplexity: integer("max_complexity"),
    maxNodes: integer("max_nodes"),
    rateLimitPoints: integer("rate_limit_points"),
    /** Whether every answer tells its cost. */
    showCost: boolean("show_cost").notNull().default(false),
    /** Whether the key may send trusted documents and nothing else. */
    trustedDocumentsOnly: boolean("trusted_documents_only").notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    unique("api_keys_hash_key").on(table.workspaceId, table.hash),
    foreignKey({ columns: [table.workspaceId], foreignColumns: [workspaces.workspaceId] }),
    foreignKey({
      columns: [table.workspaceId, table.replacedById],
      foreignColumns: [table.workspaceId, table.id],
    }),
    index("api_keys_by_creation").on(table.workspaceId, table.createdAt, table.id),
    index("api_keys_by_replacement").on(table.workspaceId, table.replacedById),
    checkWords("api_keys_role_check", table.role, memberRoles),
    atLeastOne(table.maxDepth),
    atLeastOne(table.maxComplexity),
    atLeastOne(table.maxNodes),
    atLeastOne(table.rateLimitPoints),
  ],
);

/** A key without what is secret of it. */
export type ApiKeyRow = Omit<typeof apiKeys.$inferSelect, "hash">;
