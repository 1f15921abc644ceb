import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { parseInvitationToken } from "../auth/invitation-token.ts";
import { personOf } from "../context.ts";
import { columnsOf, statement, value } from "../db/statement.ts";
import type { InvitationRow } from "../db/tables/invitation.ts";
import { invitations } from "../db/tables/invitation.ts";
import { members, type MemberRow } from "../db/tables/member.ts";
import { workspaces } from "../db/tables/workspace.ts";
import type { WriteSession } from "../db/write-session.ts";
import { toGlobalId } from "../loaders/global-id.ts";
import { defineMutation } from "./define-mutation.ts";
import { UserFailure } from "./user-error.ts";

// Nobody may read hashes: the function compares them. Then the row itself is locked.
const find = statement<{ id: string }>(sql`
  select id from find_invitation(${value("hash", "text")})`);

const lock = statement<InvitationRow & { hasExpired: boolean }>(sql`
  select ${columnsOf(invitations)}, ${invitations.expiresAt} <= now() as "hasExpired"
  from ${invitations}
  where ${invitations.workspaceId} = ${value("workspaceId", "uuid")}
    and ${invitations.id} = ${value("id", "uuid")} for update`);

const accept = statement(sql`
  update ${invitations} set accepted_at = now()
  where ${invitations.workspaceId} = ${value("workspaceId", "uuid")}
    and ${invitations.id} = ${value("id", "uuid")}`);

// Who was a member before, or is known as an author, becomes the same member again.
const rejoin = statement<MemberRow>(sql`
  update ${members} set role = ${value("role", "text")}, user_id = ${value("userId", "uuid")},
    removed_at = null
  where ${members.workspaceId} = ${value("workspaceId", "uuid")} and ${members.id} = (
    select known.id from ${members} known
    where known.workspace_id = ${value("workspaceId", "uuid")}
      and (known.user_id = ${value("userId", "uuid")} or known.email = ${value("email", "text")})
    order by known.user_id = ${value("userId", "uuid")} desc nulls last limit 1)
    and (${members.removedAt} is not null or ${members.userId} is null)
  returning ${columnsOf(members)}`);

const join = statement<MemberRow>(sql`
  insert into ${members} (workspace_id, id, email, display_name, role, user_id)
  values (${value("workspaceId", "uuid")}, ${value("id", "uuid")}, ${value("email", "text")},
    ${value("displayName", "text")}, ${value("role", "text")}, ${value("userId", "uuid")})
  on conflict do nothing
  returning ${columnsOf(members)}`);

const findWorkspace = statement<{ name: string }>(sql`
  select ${workspaces.name} as "name" from ${workspaces}
  where ${workspaces.workspaceId} = ${value("workspaceId", "uuid")}`);

const token = z.string().transform((text, check) => {
  const parsed = parseInvitationToken(text.trim());
  if (parsed) return parsed;
  check.addIssue("This is not the token of an invitation; it begins with shi_.");
  return z.NEVER;
});

/** Makes the signed-in person a member of the workspace that they are invited into. */
export const acceptInvitation = defineMutation({
  name: "acceptInvitation",
  input: z.object({ token }),
  workspaceOf: (input) => input.token.workspaceId,
  actorOf(context) {
    const { userId, name } = personOf(context);
    return { kind: "MEMBER", id: userId, name };
  },
  async run({ context, session, log }, input) {
    const person = personOf(context);
    const invitation = await openInvitation(session, input.token.hash, person.email);
    const wanted = {
      id: uuidv7(),
      email: invitation.email,
      displayName: person.name,
      role: invitation.role,
      userId: person.userId,
    };
    const [known] = await session.run(rejoin, wanted, "member.rejoin");
    const [member] = known ? [known] : await session.run(join, wanted, "member.join");
    if (!member) throw new UserFailure("CONFLICT", "You are a member of the workspace already.");
    await session.run(accept, { id: invitation.id }, "invitation.accept");
    const [workspace] = await session.run(findWorkspace, {}, "workspace.find");
    const { id, displayName: name } = member;
    await log(
      {
        action: "INVITATION_ACCEPTED",
        target: { type: "Member", id, name },
        after: { email: member.email, role: member.role },
      },
      // The workspace knows the member, and no person.
      { kind: "MEMBER", id, name },
    );
    const workspaceId = toGlobalId("Workspace", session.workspaceId);
    return { workspace: { workspaceId, name: workspace?.name ?? "", role: member.role } };
  },
});

/** The invitation that the person may accept, locked. Throws the user error that says why not. */
async function openInvitation(session: WriteSession, hash: string, email: string) {
  const [found] = await session.run(find, { hash }, "invitation.find");
  const [invitation] = found
    ? await session.run(lock, { id: found.id }, "invitation.lock")
    : [undefined];
  if (!invitation || invitation.revokedAt) {
    const message = "There is no such invitation (any more); ask for a new one.";
    throw new UserFailure("NOT_FOUND", message, "token");
  }
  if (invitation.email !== email.toLowerCase()) {
    const message = "The invitation is for another address; sign in as who was invited.";
    throw new UserFailure("FORBIDDEN", message, "token");
  }
  if (invitation.acceptedAt) {
    throw new UserFailure("CONFLICT", "The invitation has been accepted already.", "token");
  }
  if (invitation.hasExpired) {
    throw new UserFailure("EXPIRED", "The invitation has expired; ask for a new one.", "token");
  }
  return invitation;
}
