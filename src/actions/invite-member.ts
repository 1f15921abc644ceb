import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { emailAddress } from "../auth/email-address.ts";
import { createInvitationToken } from "../auth/invitation-token.ts";
import { viewerOf } from "../context.ts";
import { columnsOf, statement, value } from "../db/statement.ts";
import { memberRoles, type MemberRole } from "../db/tables/access-words.ts";
import { invitations, type InvitationRow } from "../db/tables/invitation.ts";
import { members } from "../db/tables/member.ts";
import { defineMutation } from "./define-mutation.ts";
import { mustManage } from "./lock-member.ts";
import { revokeInvitationsOf } from "./revoke-invitations-of.ts";
import { UserFailure } from "./user-error.ts";

const MOST_DAYS = 30;

const findMember = statement<{ role: MemberRole; signsIn: boolean }>(sql`
  select ${members.role} as "role", ${members.userId} is not null as "signsIn" from ${members}
  where ${members.workspaceId} = ${value("workspaceId", "uuid")}
    and ${members.email} = ${value("email", "text")} and ${members.removedAt} is null`);

const add = statement<InvitationRow>(sql`
  insert into ${invitations} (workspace_id, id, email, role, token_hash, invited_by_id, expires_at)
  values (${value("workspaceId", "uuid")}, ${value("id", "uuid")}, ${value("email", "text")},
    ${value("role", "text")}, ${value("tokenHash", "text")}, ${value("invitedById", "uuid")},
    now() + ${value("days", "integer")} * interval '1 day')
  returning ${columnsOf(invitations)}`);

/** Invites somebody into the workspace. An earlier invitation of the same address is revoked. */
export const inviteMember = defineMutation({
  name: "inviteMember",
  input: z.object({
    email: emailAddress,
    role: z.enum(memberRoles),
    expiresInDays: z
      .int()
      .min(1, "An invitation lasts a day at least.")
      .max(MOST_DAYS, `An invitation lasts ${MOST_DAYS} days at most.`),
  }),
  async run({ context, session, log }, input) {
    const viewer = viewerOf(context);
    mustManage(viewer, input.role);
    const [there] = await session.run(findMember, { email: input.email }, "member.find");
    // Who is known as an author alone, is invited like everybody else, and then is that member.
    if (there) mustManage(viewer, there.role);
    if (there?.signsIn) {
      const message = `${input.email} is a member of the workspace already.`;
      throw new UserFailure("CONFLICT", message, "email");
    }
    for (const { role } of await revokeInvitationsOf(input.email, { session, log })) {
      mustManage(viewer, role);
    }
    const { token, hash: tokenHash } = createInvitationToken(session.workspaceId);
    const values = {
      id: uuidv7(),
      email: input.email,
      role: input.role,
      tokenHash,
      invitedById: viewer.kind === "MEMBER" ? viewer.id : null,
      days: input.expiresInDays,
    };
    const [invitation] = await session.run(add, values, "invitation.add");
    if (!invitation) throw new Error("what was inserted is there");
    await log({
      action: "MEMBER_INVITED",
      target: { type: "Invitation", id: invitation.id, name: invitation.email },
      after: { email: invitation.email, role: invitation.role, expiresAt: invitation.expiresAt },
    });
    return { invitation, token };
  },
});
