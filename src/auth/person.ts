import type { MemberRole } from "../db/tables/access-words.ts";

/** A workspace of a person, and what they are in it. */
export interface Membership {
  readonly workspaceId: string;
  readonly workspaceName: string;
  readonly memberId: string;
  readonly displayName: string;
  readonly role: MemberRole;
}

/** Whoever is signed in, whether or not they belong to any workspace. */
export interface Person {
  readonly userId: string;
  /** In lower case. */
  readonly email: string;
  readonly name: string;
  /** The workspaces that they are a member of, the first joined first. */
  readonly memberships: readonly Membership[];
}
