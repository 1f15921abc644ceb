import type { ApiKeyScope, MemberRole } from "../db/tables/access-words.ts";
import { refusal } from "../errors.ts";
import { isPermitted, permissionNames, permissionRules, type Permission } from "./permissions.ts";

/** Limits of one key, each in the place of the server's; what is left out is the server's. */
export interface KeyLimits {
  readonly depth?: number;
  readonly complexity?: number;
  readonly nodes?: number;
  /** Complexity points a minute. */
  readonly ratePoints?: number;
}

/** What a viewer is made of. */
export interface ViewerFacts {
  workspaceId: string;
  /** A program with its key, or a member who has signed in. */
  kind: "API_KEY" | "MEMBER";
  /** Id of the key or of the member. */
  id: string;
  /** The person (identity.users) who is the member. */
  userId?: string;
  name: string;
  role: MemberRole;
  /** Of the key; a member who has signed in has them all. */
  scopes: readonly ApiKeyScope[];
  limits?: KeyLimits;
  showsCost?: boolean;
  trustedDocumentsOnly?: boolean;
}

/** Who asks: an API key or a signed-in member, with workspace, role, scopes and limits. */
export class Viewer {
  readonly workspaceId: string;
  readonly kind: "API_KEY" | "MEMBER";
  readonly id: string;
  readonly userId: string | undefined;
  readonly name: string;
  readonly role: MemberRole;
  readonly scopes: readonly ApiKeyScope[];
  readonly limits: KeyLimits;
  /** Whether every answer tells what it cost. */
  readonly showsCost: boolean;
  /** Whether it may send trusted documents and nothing else. */
  readonly trustedDocumentsOnly: boolean;
  readonly permissions: ReadonlySet<Permission>;

  constructor(facts: ViewerFacts) {
    this.workspaceId = facts.workspaceId;
    this.kind = facts.kind;
    this.id = facts.id;
    this.userId = facts.userId;
    this.name = facts.name;
    this.role = facts.role;
    this.scopes = facts.scopes;
    this.limits = facts.limits ?? {};
    this.showsCost = facts.showsCost ?? false;
    this.trustedDocumentsOnly = facts.trustedDocumentsOnly ?? false;
    this.permissions = new Set(
      permissionNames.filter((name) => isPermitted(name, facts.role, facts.scopes)),
    );
  }

  /** Whether the viewer has the permission. */
  may(permission: Permission): boolean {
    return this.permissions.has(permission);
  }

  /** Throws FORBIDDEN, with what would help, when the viewer does not have the permission. */
  must(permission: Permission): void {
    if (this.may(permission)) return;
    const { roles, scope } = permissionRules[permission];
    const who = this.kind === "API_KEY" ? "The API key" : "The viewer";
    const needs =
      this.kind === "API_KEY"
        ? `the scope ${scope} and the role ${roles.join(" or ")}`
        : `the role ${roles.join(" or ")}`;
    throw refusal(
      "FORBIDDEN",
      `${who} does not have the permission ${permission}; it needs ${needs}`,
      { permission },
    );
  }
}
