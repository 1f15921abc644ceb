import { auditLogEntries, type AuditLogEntryRow } from "../db/tables/audit-log-entry.ts";
import { byId } from "./by-id.ts";
import { connection } from "./connection.ts";
import { anyOf, between } from "./filters.ts";

export const auditLogEntryById = byId<AuditLogEntryRow>("auditLogEntryById", auditLogEntries);

export const auditLogEntriesOfWorkspace = connection<AuditLogEntryRow>({
  name: "Workspace.auditLogEntries",
  table: auditLogEntries,
  orders: {
    NEWEST_FIRST: { by: auditLogEntries.createdAt, direction: "desc" },
    OLDEST_FIRST: { by: auditLogEntries.createdAt, direction: "asc" },
  },
  filters: {
    actions: anyOf(auditLogEntries.action),
    actorIds: anyOf(auditLogEntries.actorId, { of: ["Member", "ApiKey"] }),
    createdBetween: between(auditLogEntries.createdAt),
  },
});
