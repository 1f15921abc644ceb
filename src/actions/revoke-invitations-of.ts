import { sql } from "drizzle-orm";
import { columnsOf, statement, value } from "../db/statement.ts";
import { invitations, type InvitationRow } from "../db/tables/invitation.ts";
import type { Acting } from "./define-mutation.ts";

const revokeOpen = statement<InvitationRow>(sql`
  update ${invitations} set revoked_at = now()
  where ${invitations.workspaceId} = ${value("workspaceId", "uuid")}
    and ${invitations.email} = ${value("email", "text")}
    and ${invitations.acceptedAt} is null and ${invitations.revokedAt} is null
    and ${invitations.expiresAt} > now()
  returning ${columnsOf(invitations)}`);

/** Takes back the open invitations of an address, and logs it. Answers with them. */
export async function revokeInvitationsOf(
  email: string,
  { session, log }: Pick<Acting, "session" | "log">,
): Promise<InvitationRow[]> {
  const revoked = await session.run(revokeOpen, { email }, "invitation.revoke");
  for (const { id, email: name, role } of revoked) {
    await log({
      action: "INVITATION_REVOKED",
      target: { type: "Invitation", id, name },
      before: { email: name, role },
    });
  }
  return revoked;
}
