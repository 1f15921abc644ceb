import { sql } from "drizzle-orm";
import { z } from "zod";
import { viewerOf } from "../context.ts";
import { columnsOf, statement, value } from "../db/statement.ts";
import { invitations, type InvitationRow } from "../db/tables/invitation.ts";
import { defineMutation } from "./define-mutation.ts";
import { globalId } from "./inputs.ts";
import { mustManage } from "./lock-member.ts";
import { UserFailure } from "./user-error.ts";

const lock = statement<InvitationRow>(sql`
  select ${columnsOf(invitations)} from ${invitations}
  where ${invitations.workspaceId} = ${value("workspaceId", "uuid")}
    and ${invitations.id} = ${value("id", "uuid")} for update`);

const revoke = statement<InvitationRow>(sql`
  update ${invitations} set revoked_at = now()
  where ${invitations.workspaceId} = ${value("workspaceId", "uuid")}
    and ${invitations.id} = ${value("id", "uuid")}
  returning ${columnsOf(invitations)}`);

/** Takes an invitation back. One that is revoked already stays as it is. */
export const revokeInvitation = defineMutation({
  name: "revokeInvitation",
  input: z.object({ invitationId: globalId("Invitation") }),
  async run({ context, session, log }, { invitationId: id }) {
    const [found] = await session.run(lock, { id }, "invitation.lock");
    if (!found) {
      throw new UserFailure("NOT_FOUND", "There is no such invitation.", "invitationId");
    }
    mustManage(viewerOf(context), found.role);
    if (found.revokedAt) return { invitation: found };
    if (found.acceptedAt) {
      const message = "The invitation has been accepted; remove the member instead.";
      throw new UserFailure("CONFLICT", message, "invitationId");
    }
    const [invitation] = await session.run(revoke, { id }, "invitation.revoke");
    if (!invitation) throw new Error("a locked invitation is there");
    await log({
      action: "INVITATION_REVOKED",
      target: { type: "Invitation", id, name: invitation.email },
      before: { email: invitation.email, role: invitation.role },
    });
    return { invitation };
  },
});
