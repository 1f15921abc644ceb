import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { viewerOf, type RequestContext } from "../context.ts";
import { statement, value } from "../db/statement.ts";
import type { auditActions, auditActorKinds } from "../db/tables/access-words.ts";
import { auditLogEntries, type AuditValues } from "../db/tables/audit-log-entry.ts";
import type { WriteSession } from "../db/write-session.ts";

/** Who acts. */
export interface Actor {
  kind: (typeof auditActorKinds)[number];
  /** Of the member or the API key; null for nobody known. */
  id: string | null;
  name: string;
}

/** What was done to what. */
export interface AuditEntry {
  action: (typeof auditActions)[number];
  /** Type in the schema, own id and name of what it was done to. */
  target: { type: string; id: string; name: string };
  before?: AuditValues;
  after?: AuditValues;
}

/** The viewer as the one who acts. */
export function actorOf(context: RequestContext): Actor {
  const { kind, id, name } = viewerOf(context);
  return { kind, id, name };
}

const add = statement(sql`
  insert into ${auditLogEntries} (workspace_id, id, action, actor_kind, actor_id, actor_name,
    target_type, target_id, target_name, before, after, ip_address, user_agent, request_id)
  values (${value("workspaceId", "uuid")}, ${value("id", "uuid")}, ${value("action", "text")},
    ${value("actorKind", "text")}, ${value("actorId", "uuid")}, ${value("actorName", "text")},
    ${value("targetType", "text")}, ${value("targetId", "uuid")}, ${value("targetName", "text")},
    ${value("before", "text")}::jsonb, ${value("after", "text")}::jsonb,
    ${value("ipAddress", "text")}, ${value("userAgent", "text")}, ${value("requestId", "text")})`);

const LONGEST_USER_AGENT = 500;

/** Adds an entry to the audit log of the session's workspace. */
export async function logEntry(
  session: WriteSession,
  { requestId, caller }: Pick<RequestContext, "requestId" | "caller">,
  actor: Actor,
  { action, target, before, after }: AuditEntry,
): Promise<void> {
  const values = {
    id: uuidv7(),
    action,
    actorKind: actor.kind,
    actorId: actor.id,
    actorName: actor.name,
    targetType: target.type,
    targetId: target.id,
    targetName: target.name,
    before: before ? JSON.stringify(before) : null,
    after: after ? JSON.stringify(after) : null,
    ipAddress: caller.ipAddress,
    userAgent: caller.userAgent?.slice(0, LONGEST_USER_AGENT) ?? null,
    requestId,
  };
  await session.run(add, values, "auditLog.add");
}
