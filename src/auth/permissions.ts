import type { ApiKeyScope, MemberRole } from "../db/tables/access-words.ts";

const everybody = ["OWNER", "ADMIN", "EDITOR", "VIEWER"] as const;
const managers = ["OWNER", "ADMIN"] as const;

interface Rule {
  /** Who has the permission. */
  roles: readonly MemberRole[];
  /** What an API key needs as well: a key may what its role and its scopes both allow. */
  scope: ApiKeyScope;
}

/**
 * Every permission that there is: the only place that says who may do what. What is not here, nobody may.
 * The schema's enum `Permission` says what each is for.
 */
export const permissionRules = {
  READ_CONTENT: { roles: everybody, scope: "read" },
  READ_MEMBERS: { roles: everybody, scope: "read" },
  MANAGE_MEMBERS: { roles: managers, scope: "admin" },
  MANAGE_OWNERS: { roles: ["OWNER"], scope: "admin" },
  MANAGE_API_KEYS: { roles: managers, scope: "admin" },
  READ_AUDIT_LOG: { roles: managers, scope: "admin" },
  UPDATE_WORKSPACE: { roles: managers, scope: "admin" },
  READ_INSIGHT: { roles: everybody, scope: "insight" },
} as const satisfies Record<string, Rule>;

export type Permission = keyof typeof permissionRules;

export const permissionNames = Object.keys(permissionRules) as Permission[];

/** Whether a role with these scopes has the permission. */
export function isPermitted(
  permission: Permission,
  role: MemberRole,
  scopes: readonly ApiKeyScope[],
): boolean {
  const rule: Rule = permissionRules[permission];
  return rule.roles.includes(role) && scopes.includes(rule.scope);
}
