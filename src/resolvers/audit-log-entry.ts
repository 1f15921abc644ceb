import type { AuditLogEntryRow } from "../db/tables/audit-log-entry.ts";
import { auditLogEntriesOfWorkspace, auditLogEntryById } from "../loaders/audit-log-entry.ts";
import { toGlobalId } from "../loaders/global-id.ts";
import type { Resolvers } from "../schema/types.generated.ts";
import { nodeId } from "./node.ts";

/** Types of the actors that are objects of the schema. */
const actorTypes = { MEMBER: "Member", API_KEY: "ApiKey", SYSTEM: null, UNKNOWN: null } as const;

export const auditLogEntry = {
  Workspace: {
    auditLogEntries: (_, args, context) => auditLogEntriesOfWorkspace(context, args),
  },
  AuditLogEntry: {
    id: nodeId("AuditLogEntry", auditLogEntryById, (row) => row.id),
    actorId: ({ actorKind, actorId }) => idOf(actorTypes[actorKind], actorId),
    targetId: ({ targetType, targetId }) => idOf(targetType, targetId),
    changes: ({ before, after }) => changesOf(before ?? {}, after ?? {}),
  },
} satisfies Resolvers;

const idOf = (type: string | null, id: string | null) => (type && id ? toGlobalId(type, id) : null);

type Values = NonNullable<AuditLogEntryRow["before"]>;

function changesOf(before: Values, after: Values) {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields.map((field) => ({
    field,
    before: textOf(before[field]),
    after: textOf(after[field]),
  }));
}

const textOf = (value: Values[string] | undefined) => (value == null ? null : String(value));
