import { sql } from "drizzle-orm";
import { foreignKey, index, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { memberRoles } from "./access-words.ts";
import { checkWords } from "./check-words.ts";
import { createdAt, id, moment, word, workspaceId } from "./columns.ts";
import { workspaces } from "./workspace.ts";

/** The people who work in a workspace. */
export const members = pgTable(
  "members",
  {
    workspaceId: workspaceId(),
    id: id(),
    email: text("email").notNull(),
    displayName: text("display_name").notNull(),
    avatarUrl: text("avatar_url"),
    role: word("role", memberRoles),
    /** The person (identity.users) who signs in as this member; null for who has never signed in. */
    userId: uuid("user_id"),
    createdAt: createdAt(),
    /** When the member was removed: the row stays, as the author of what they wrote. */
    removedAt: moment("removed_at"),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    unique("members_email_key").on(table.workspaceId, table.email),
    unique("members_user_key").on(table.workspaceId, table.userId),
    foreignKey({ columns: [table.workspaceId], foreignColumns: [workspaces.workspaceId] }),
    index("members_by_creation")
      .on(table.workspaceId, table.createdAt, table.id)
      .where(sql`${table.removedAt} is null`),
    checkWords("members_role_check", table.role, memberRoles),
  ],
);

export type MemberRow = typeof members.$inferSelect;
