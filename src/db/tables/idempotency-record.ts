import { foreignKey, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { createdAt, workspaceId } from "./columns.ts";
import { workspaces } from "./workspace.ts";

/**
 * Mutations that were done under an idempotency key, with what they answered. The answer may hold what
 * is shown once, so that it is encrypted with the idempotency key, of which only the SHA-256 is stored.
 */
export const idempotencyRecords = pgTable(
  "idempotency_records",
  {
    workspaceId: workspaceId(),
    /** The viewer's id in the log, such as `key:…`. */
    viewerId: text("viewer_id").notNull(),
    keyDigest: text("key_digest").notNull(),
    /** SHA-256 of the mutation's name and input. */
    requestDigest: text("request_digest").notNull(),
    /** The result, encrypted, in base64; null while the mutation runs. */
    result: text("result"),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.viewerId, table.keyDigest] }),
    foreignKey({ columns: [table.workspaceId], foreignColumns: [workspaces.workspaceId] }),
    index("idempotency_records_by_creation").on(table.workspaceId, table.createdAt),
  ],
);
