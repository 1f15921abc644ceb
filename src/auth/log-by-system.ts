import { v7 as uuidv7 } from "uuid";
import type { AuditEntry } from "../actions/audit-log.ts";
import type { WorkspaceTransaction } from "../db/workspace-transaction.ts";

/** Notes in the audit log what the command line does, in the same transaction. */
export async function logBySystem(
  transaction: WorkspaceTransaction,
  workspaceId: string,
  { action, target, before, after }: AuditEntry,
): Promise<void> {
  await transaction`
    insert into audit_log_entries (workspace_id, id, action, actor_kind, actor_name,
                                   target_type, target_id, target_name, before, after)
    values (${workspaceId}::uuid, ${uuidv7()}::uuid, ${action}, 'SYSTEM', 'command line',
            ${target.type}, ${target.id}::uuid, ${target.name},
            ${before ? JSON.stringify(before) : null}::text::jsonb,
            ${after ? JSON.stringify(after) : null}::text::jsonb)`;
}
