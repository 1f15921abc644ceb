import { sql } from "drizzle-orm";
import type { Pool } from "../db/pool.ts";
import { statement, value } from "../db/statement.ts";
import { lookUp } from "./authenticate.ts";
import { parseInvitationToken } from "./invitation-token.ts";

const findOpen = statement<{ id: string }>(sql`
  select id from find_invitation(${value("hash", "text")})
  where email = ${value("email", "text")}
    and accepted_at is null and revoked_at is null and expires_at > now()`);

/** Whether the token is that of an open invitation for the e-mail address. The pool is the application's. */
export async function isInvited(pool: Pool, token: string, email: string): Promise<boolean> {
  const parsed = parseInvitationToken(token);
  if (!parsed) return false;
  const { workspaceId, hash } = parsed;
  const { found } = await lookUp(pool, workspaceId, findOpen, { hash, email });
  return found !== undefined;
}
