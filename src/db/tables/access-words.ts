// Apart from the tables, so that the command line knows the words without loading Drizzle.

export const memberRoles = ["OWNER", "ADMIN", "EDITOR", "VIEWER"] as const;
export type MemberRole = (typeof memberRoles)[number];

/** What a key may do: `insight` shows SQL counts, the others come into force with the writes. */
export const apiKeyScopes = ["read", "write", "admin", "insight"] as const;
export type ApiKeyScope = (typeof apiKeyScopes)[number];
