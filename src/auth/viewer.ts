import type { ApiKeyScope, MemberRole } from "../db/tables/access-words.ts";

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
  keyId: string;
  name: string;
  role: MemberRole;
  scopes: readonly ApiKeyScope[];
  limits?: KeyLimits;
  showsCost?: boolean;
  trustedDocumentsOnly?: boolean;
}

/** Who asks: an API key, with its workspace, role, scopes and limits. */
export class Viewer {
  readonly workspaceId: string;
  readonly keyId: string;
  readonly name: string;
  readonly role: MemberRole;
  readonly scopes: readonly ApiKeyScope[];
  readonly limits: KeyLimits;
  /** Whether every answer tells what it cost. */
  readonly showsCost: boolean;
  /** Whether it may send trusted documents and nothing else. */
  readonly trustedDocumentsOnly: boolean;

  constructor(facts: ViewerFacts) {
    this.workspaceId = facts.workspaceId;
    this.keyId = facts.keyId;
    this.name = facts.name;
    this.role = facts.role;
    this.scopes = facts.scopes;
    this.limits = facts.limits ?? {};
    this.showsCost = facts.showsCost ?? false;
    this.trustedDocumentsOnly = facts.trustedDocumentsOnly ?? false;
  }

  /** Whether the key's scopes contain this one. */
  may(scope: ApiKeyScope): boolean {
    return this.scopes.includes(scope);
  }
}
