import { sql } from "drizzle-orm";
import { columnsOf, statement, value } from "../db/statement.ts";
import { members, type MemberRow } from "../db/tables/member.ts";
import type { WriteSession } from "../db/write-session.ts";
import type { Viewer } from "../auth/viewer.ts";
import { UserFailure } from "./user-error.ts";

// Owners are locked too: of two who stop being owners at the same time, the second sees the first.
const lock = statement<MemberRow>(sql`
  select ${columnsOf(members)} from ${members}
  where ${members.workspaceId} = ${value("workspaceId", "uuid")} and ${members.removedAt} is null
    and (${members.id} = ${value("memberId", "uuid")} or ${members.role} = 'OWNER')
  order by ${members.id} for update`);

const remove = statement<MemberRow>(sql`
  update ${members} set removed_at = now()
  where ${members.workspaceId} = ${value("workspaceId", "uuid")}
    and ${members.id} = ${value("memberId", "uuid")}
  returning ${columnsOf(members)}`);

/** A member and the workspace's owners, locked until the transaction ends. */
export interface Locked {
  member: MemberRow;
  isLastOwner: boolean;
}

/** Locks a member for a change. Throws the user error NOT_FOUND. */
export async function lockMember(session: WriteSession, memberId: string): Promise<Locked> {
  const rows = await session.run(lock, { memberId }, "member.lock");
  const member = rows.find(({ id }) => id === memberId);
  if (!member) {
    throw new UserFailure("NOT_FOUND", "There is no such member in the workspace.", "memberId");
  }
  const owners = rows.filter(({ role }) => role === "OWNER");
  return { member, isLastOwner: member.role === "OWNER" && owners.length === 1 };
}

/** Throws the user error LAST_OWNER. */
export function refuseLastOwner({ isLastOwner }: Locked) {
  if (!isLastOwner) return;
  throw new UserFailure(
    "LAST_OWNER",
    "This is the workspace's last owner; make somebody else an owner first.",
  );
}

/** Only who may make owners, may make, change or remove one. Throws FORBIDDEN. */
export function mustManage(viewer: Viewer, ...roles: readonly MemberRow["role"][]) {
  viewer.must("MANAGE_MEMBERS");
  if (roles.includes("OWNER")) viewer.must("MANAGE_OWNERS");
}

/** Removes a member that is locked; the row stays, as the author of what they wrote. */
export async function removeMember(session: WriteSession, memberId: string): Promise<MemberRow> {
  const [member] = await session.run(remove, { memberId }, "member.remove");
  if (!member) throw new Error("a locked member is there");
  return member;
}
