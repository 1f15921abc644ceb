import type { Permission, Role } from "../../operations.generated.ts";
import { useViewer } from "../../session/viewer.ts";
import { useText } from "../../text/text.tsx";

const roles: readonly Role[] = ["OWNER", "ADMIN", "EDITOR", "VIEWER"];

/** Whether the viewer may do something to a person or key of a role: owners are for owners. */
export function useManages(permission: Permission) {
  const permissions = useViewer()?.permissions ?? [];
  const may = permissions.includes(permission);
  const mayOwners = may && permissions.includes("MANAGE_OWNERS");
  return { may, mayFor: (role: Role) => (role === "OWNER" ? mayOwners : may) };
}

/** The roles that the viewer may give, for a field to choose from. */
export function useRoleChoices(mayFor: (role: Role) => boolean) {
  const { app } = useText();
  return roles.filter(mayFor).map((value) => ({ value, label: app.role[value] }));
}
