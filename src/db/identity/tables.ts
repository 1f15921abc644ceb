import {
  boolean,
  foreignKey,
  index,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";

/**
 * People and their sessions. A person belongs to several workspaces, so that these tables are the only
 * ones without a tenant: they stand in a schema of their own, which the server's role cannot even look
 * into. Their role is `socialhub_identity`, their columns are those that better-auth reads and writes.
 */
export const identity = pgSchema("identity");

const id = () => uuid("id").primaryKey();
const moment = (name: string) =>
  timestamp(name, { withTimezone: true, precision: 3, mode: "date" });
const createdAt = () => moment("created_at").notNull().defaultNow();
const updatedAt = () => moment("updated_at").notNull().defaultNow();
const userId = () => uuid("user_id").notNull();

/** People who can sign in. */
export const users = identity.table(
  "users",
  {
    id: id(),
    name: text("name").notNull(),
    /** In lower case. */
    email: text("email").notNull(),
    emailVerified: boolean("email_verified").notNull().default(false),
    image: text("image"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [unique("users_email_key").on(table.email)],
);

/** Who is signed in, and until when. */
export const sessions = identity.table(
  "sessions",
  {
    id: id(),
    userId: userId(),
    token: text("token").notNull(),
    expiresAt: moment("expires_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique("sessions_token_key").on(table.token),
    index("sessions_by_user").on(table.userId),
    foreignKey({ columns: [table.userId], foreignColumns: [users.id] }).onDelete("cascade"),
  ],
);

/** How a person proves who they are: the hash of a password, or an account elsewhere. */
export const credentials = identity.table(
  "credentials",
  {
    id: id(),
    userId: userId(),
    providerId: text("provider_id").notNull(),
    accountId: text("account_id").notNull(),
    password: text("password"),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: moment("access_token_expires_at"),
    refreshTokenExpiresAt: moment("refresh_token_expires_at"),
    scope: text("scope"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique("credentials_account_key").on(table.providerId, table.accountId),
    index("credentials_by_user").on(table.userId),
    foreignKey({ columns: [table.userId], foreignColumns: [users.id] }).onDelete("cascade"),
  ],
);

/** Values that somebody has to show again, such as the token of a new password. */
export const verifications = identity.table(
  "verifications",
  {
    id: id(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: moment("expires_at").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index("verifications_by_identifier").on(table.identifier)],
);

/**
 * In which workspaces a person is a member: filled by a trigger of `members`, so that finding a
 * person's workspaces needs nothing that sees across workspaces.
 */
export const memberships = identity.table(
  "memberships",
  {
    userId: userId(),
    workspaceId: uuid("workspace_id").notNull(),
    memberId: uuid("member_id").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.workspaceId] }),
    unique("memberships_member_key").on(table.workspaceId, table.memberId),
    foreignKey({ columns: [table.userId], foreignColumns: [users.id] }).onDelete("cascade"),
  ],
);

/** Secrets that all servers of this database share, such as the one that signs session cookies. */
export const secrets = identity.table("secrets", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
  createdAt: createdAt(),
});
