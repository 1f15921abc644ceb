import { sql } from "drizzle-orm";
import { unauthenticated } from "../auth/authenticate.ts";
import type { Viewer } from "../auth/viewer.ts";
import { statement, value } from "../db/statement.ts";
import { apiKeys } from "../db/tables/api-key.ts";
import { members } from "../db/tables/member.ts";
import type { WriteSession } from "../db/write-session.ts";

const findKey = statement<{ role: string }>(sql`
  select ${apiKeys.role} as "role" from ${apiKeys}
  where ${apiKeys.workspaceId} = ${value("workspaceId", "uuid")}
    and ${apiKeys.id} = ${value("id", "uuid")} and ${apiKeys.revokedAt} is null
    and (${apiKeys.expiresAt} is null or ${apiKeys.expiresAt} > now())`);

const findMember = statement<{ role: string }>(sql`
  select ${members.role} as "role" from ${members}
  where ${members.workspaceId} = ${value("workspaceId", "uuid")}
    and ${members.id} = ${value("id", "uuid")} and ${members.removedAt} is null`);

/**
 * Who asks is remembered for seconds, long enough for somebody who has just been removed to make
 * themselves a key: whoever writes must still be what they were. Throws UNAUTHENTICATED.
 */
export async function confirmViewer(session: WriteSession, viewer: Viewer): Promise<void> {
  const find = viewer.kind === "API_KEY" ? findKey : findMember;
  const [found] = await session.run(find, { id: viewer.id }, "viewer.confirm");
  if (found?.role === viewer.role) return;
  throw unauthenticated("the credential has ended, or its role has changed, a moment ago");
}
