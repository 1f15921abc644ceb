import { isNull } from "drizzle-orm";
import { members, type MemberRow } from "../db/tables/member.ts";
import { byId } from "./by-id.ts";
import { connection } from "./connection.ts";

export const memberById = byId<MemberRow>("memberById", members);

export const membersOfWorkspace = connection<MemberRow>({
  name: "Workspace.members",
  table: members,
  only: isNull(members.removedAt),
  orders: {
    OLDEST_FIRST: { by: members.createdAt, direction: "asc" },
    NEWEST_FIRST: { by: members.createdAt, direction: "desc" },
  },
});
