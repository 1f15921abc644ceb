import type { ApiKeyScope, MemberRole } from "../db/tables/access-words.ts";

/** What an API key may that others may not, or may not that others may. Left out: as the settings say. */
export interface ViewerLimits {
  readonly depth?: number;
  readonly complexity?: number;
  readonly nodes?: number;
  readonly ratePoints?: number;
}

/** Who asks: an API key, with its workspace, role and scopes. */
export class Viewer {
  readonly workspaceId: string;
  readonly name: string;
  readonly role: MemberRole;
  readonly scopes: readonly ApiKeyScope[];
  readonly limits: ViewerLimits;

  constructor(
    viewer: Pick<Viewer, "workspaceId" | "name" | "role" | "scopes"> & { limits?: ViewerLimits },
  ) {
    this.workspaceId = viewer.workspaceId;
    this.name = viewer.name;
    this.role = viewer.role;
    this.scopes = viewer.scopes;
    this.limits = viewer.limits ?? {};
  }

  /** Whether the key's scopes contain this one. */
  may(scope: ApiKeyScope): boolean {
    return this.scopes.includes(scope);
  }
}
