import { sql } from "drizzle-orm";
import { z } from "zod";
import { viewerOf } from "../context.ts";
import { columnsOf, statement, value } from "../db/statement.ts";
import { memberRoles } from "../db/tables/access-words.ts";
import { members, type MemberRow } from "../db/tables/member.ts";
import { defineMutation } from "./define-mutation.ts";
import { globalId } from "./inputs.ts";
import { lockMember, mustManage, refuseLastOwner } from "./lock-member.ts";

const update = statement<MemberRow>(sql`
  update ${members} set role = ${value("role", "text")}
  where ${members.workspaceId} = ${value("workspaceId", "uuid")}
    and ${members.id} = ${value("memberId", "uuid")}
  returning ${columnsOf(members)}`);

/** Changes what a member is in the workspace. */
export const changeMemberRole = defineMutation({
  name: "changeMemberRole",
  input: z.object({ memberId: globalId("Member"), role: z.enum(memberRoles) }),
  async run({ context, session, log }, { memberId, role }) {
    const locked = await lockMember(session, memberId);
    const before = locked.member.role;
    mustManage(viewerOf(context), before, role);
    if (before === role) return { member: locked.member };
    refuseLastOwner(locked);
    const [member] = await session.run(update, { memberId, role }, "member.update");
    if (!member) throw new Error("a locked member is there");
    await log({
      action: "MEMBER_ROLE_CHANGED",
      target: { type: "Member", id: memberId, name: member.displayName },
      before: { role: before },
      after: { role },
    });
    return { member };
  },
});
