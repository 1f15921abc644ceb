import { v7 as uuidv7 } from "uuid";
import type { auditActions } from "../db/tables/access-words.ts";
import type { AuditValues } from "../db/tables/audit-log-entry.ts";
import type { WorkspaceTransaction } from "../db/workspace-transaction.ts";

/** Adds to the audit log what somebody does on the server's command line; there is no request then. */
export async function logSystem(
  transaction: WorkspaceTransaction,
  workspaceId: string,
  entry: {
    action: (typeof auditActions)[number];
    target: { type: string; id: string; name: string };
    before?: AuditValues;
    after?: AuditValues;
  },
): Promise<void> {
  const { action, target, before, after } = entry;
  const json = (values: AuditValues | undefined) => (values ? JSON.stringify(values) : null);
  await transaction`
    insert into audit_log_entries (workspace_id, id, action, actor_kind, actor_name,
      target_type, target_id, target_name, before, after)
    values (${workspaceId}::uuid, ${uuidv7()}::uuid, ${action}, 'SYSTEM', 'command line',
      ${target.type}, ${target.id}::uuid, ${target.name},
      ${json(before)}::text::jsonb, ${json(after)}::text::jsonb)`;
}
