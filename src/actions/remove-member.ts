import { z } from "zod";
import { viewerOf } from "../context.ts";
import { defineMutation } from "./define-mutation.ts";
import { globalId } from "./inputs.ts";
import { lockMember, mustManage, refuseLastOwner, removeMember as remove } from "./lock-member.ts";
import { revokeInvitationsOf } from "./revoke-invitations-of.ts";

/** Takes a member out of the workspace. */
export const removeMember = defineMutation({
  name: "removeMember",
  input: z.object({ memberId: globalId("Member") }),
  async run({ context, session, log }, { memberId }) {
    const locked = await lockMember(session, memberId);
    mustManage(viewerOf(context), locked.member.role);
    refuseLastOwner(locked);
    const member = await remove(session, memberId);
    // Else they could come back by one.
    await revokeInvitationsOf(member.email, { session, log });
    await log({
      action: "MEMBER_REMOVED",
      target: { type: "Member", id: memberId, name: member.displayName },
      before: { email: member.email, role: member.role },
    });
    return { member };
  },
});
