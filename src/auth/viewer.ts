import type { ApiKeyScope, MemberRole } from "../db/tables/access-words.ts";

/** Who asks: an API key, with its workspace, role and scopes. */
export class Viewer {
  readonly workspaceId: string;
  readonly name: string;
  readonly role: MemberRole;
  readonly scopes: readonly ApiKeyScope[];
  /** Whether the key may send trusted documents only. */
  readonly trustedDocumentsOnly: boolean;

  constructor(
    viewer: Pick<Viewer, "workspaceId" | "name" | "role" | "scopes"> &
      Partial<Pick<Viewer, "trustedDocumentsOnly">>,
  ) {
    this.workspaceId = viewer.workspaceId;
    this.name = viewer.name;
    this.role = viewer.role;
    this.scopes = viewer.scopes;
    this.trustedDocumentsOnly = viewer.trustedDocumentsOnly ?? false;
  }

  /** Whether the key's scopes contain this one. */
  may(scope: ApiKeyScope): boolean {
    return this.scopes.includes(scope);
  }
}
