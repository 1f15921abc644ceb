import { foreignKey, index, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { memberRoles } from "./access-words.ts";
import { checkWords } from "./check-words.ts";
import { createdAt, id, moment, word, workspaceId } from "./columns.ts";
import { members } from "./member.ts";
import { workspaces } from "./workspace.ts";

/** Invitations into a workspace. Only the SHA-256 of an invitation's token is stored. */
export const invitations = pgTable(
  "invitations",
  {
    workspaceId: workspaceId(),
    id: id(),
    /** In lower case. */
    email: text("email").notNull(),
    role: word("role", memberRoles),
    tokenHash: text("token_hash").notNull(),
    /** The member who invites; null when an API key did. */
    invitedById: uuid("invited_by_id"),
    createdAt: createdAt(),
    expiresAt: moment("expires_at").notNull(),
    acceptedAt: moment("accepted_at"),
    revokedAt: moment("revoked_at"),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    unique("invitations_token_hash_key").on(table.workspaceId, table.tokenHash),
    foreignKey({ columns: [table.workspaceId], foreignColumns: [workspaces.workspaceId] }),
    foreignKey({
      columns: [table.workspaceId, table.invitedById],
      foreignColumns: [members.workspaceId, members.id],
    }),
    index("invitations_by_creation").on(table.workspaceId, table.createdAt, table.id),
    index("invitations_by_email").on(table.workspaceId, table.email),
    index("invitations_by_inviter").on(table.workspaceId, table.invitedById),
    checkWords("invitations_role_check", table.role, memberRoles),
  ],
);

export type InvitationRow = Omit<typeof invitations.$inferSelect, "tokenHash">;
