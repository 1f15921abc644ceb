// Apart from the tables, so that the command line knows the words without loading Drizzle.

export const memberRoles = ["OWNER", "ADMIN", "EDITOR", "VIEWER"] as const;
export type MemberRole = (typeof memberRoles)[number];

/** What a key may do: `insight` shows SQL counts, the others come into force with the writes. */
export const apiKeyScopes = ["read", "write", "admin", "insight"] as const;
export type ApiKeyScope = (typeof apiKeyScopes)[number];

/** What the audit log tells of. */
export const auditActions = [
  "MEMBER_INVITED",
  "INVITATION_ACCEPTED",
  "INVITATION_REVOKED",
  "MEMBER_ADDED",
  "MEMBER_ROLE_CHANGED",
  "MEMBER_REMOVED",
  "MEMBER_LEFT",
  "API_KEY_CREATED",
  "API_KEY_ROTATED",
  "API_KEY_REVOKED",
  "WORKSPACE_UPDATED",
  "SIGN_IN_FAILED",
] as const;

/** Who acts: a signed-in person, a program with its key, the command line, or nobody known. */
export const auditActorKinds = ["MEMBER", "API_KEY", "SYSTEM", "UNKNOWN"] as const;
