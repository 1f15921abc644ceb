import { foreignKey, index, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { auditActions, auditActorKinds } from "./access-words.ts";
import { checkWords } from "./check-words.ts";
import { createdAt, id, word, workspaceId } from "./columns.ts";
import { workspaces } from "./workspace.ts";

/** Values by field, as they were or have become; never a secret. */
export type AuditValues = Readonly<Record<string, string | number | boolean | null>>;

/** Who did what, when and from where. Rows are added and read, and never changed. */
export const auditLogEntries = pgTable(
  "audit_log_entries",
  {
    workspaceId: workspaceId(),
    id: id(),
    action: word("action", auditActions),
    actorKind: word("actor_kind", auditActorKinds),
    /** Of a member or an API key; null for nobody known. */
    actorId: uuid("actor_id"),
    /** The actor's name as it was then. */
    actorName: text("actor_name").notNull(),
    /** Type of what it was done to, as the schema calls it, its own id and its name as it was then. */
    targetType: text("target_type"),
    targetId: uuid("target_id"),
    targetName: text("target_name"),
    before: jsonb("before").$type<AuditValues>(),
    after: jsonb("after").$type<AuditValues>(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    requestId: text("request_id"),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    foreignKey({ columns: [table.workspaceId], foreignColumns: [workspaces.workspaceId] }),
    index("audit_log_entries_by_creation").on(table.workspaceId, table.createdAt, table.id),
    index("audit_log_entries_by_action").on(
      table.workspaceId,
      table.action,
      table.createdAt,
      table.id,
    ),
    index("audit_log_entries_by_actor").on(
      table.workspaceId,
      table.actorId,
      table.createdAt,
      table.id,
    ),
    index("audit_log_entries_by_actor_action").on(
      table.workspaceId,
      table.actorId,
      table.action,
      table.createdAt,
      table.id,
    ),
    checkWords("audit_log_entries_action_check", table.action, auditActions),
    checkWords("audit_log_entries_actor_kind_check", table.actorKind, auditActorKinds),
  ],
);

export type AuditLogEntryRow = typeof auditLogEntries.$inferSelect;
