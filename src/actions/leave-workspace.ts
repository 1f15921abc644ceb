import { z } from "zod";
import { viewerOf } from "../context.ts";
import { defineMutation } from "./define-mutation.ts";
import { lockMember, refuseLastOwner, removeMember } from "./lock-member.ts";
import { revokeInvitationsOf } from "./revoke-invitations-of.ts";
import { UserFailure } from "./user-error.ts";

/** Takes the viewer out of the workspace. */
export const leaveWorkspace = defineMutation({
  name: "leaveWorkspace",
  input: z.object({}),
  async run({ context, session, log }) {
    const viewer = viewerOf(context);
    if (viewer.kind !== "MEMBER") {
      throw new UserFailure("FORBIDDEN", "An API key is no member; revoke it instead.");
    }
    refuseLastOwner(await lockMember(session, viewer.id));
    const member = await removeMember(session, viewer.id);
    // Else they could come back by one.
    await revokeInvitationsOf(member.email, { session, log });
    await log({
      action: "MEMBER_LEFT",
      target: { type: "Member", id: member.id, name: member.displayName },
      before: { email: member.email, role: member.role },
    });
    return { member };
  },
});
