/**
 * Functions that run with the owner's rights, and why. A new one is a finding until it stands here.
 * The owner is held to the policies as well (FORCE), so that these see one workspace at a time.
 */
export const definerFunctions: Readonly<Record<string, string>> = {
  find_api_key: "compares the hash of a key, which the server's role may not read",
  find_invitation: "compares the hash of an invitation, which the server's role may not read",
  "identity.find_memberships": "the workspaces of one person, each read within itself",
  note_membership: "keeps identity.memberships in step with members",
};

/** Functions of triggers that run with the rights of whoever writes, and why. */
export const triggerFunctions: Readonly<Record<string, string>> = {
  note_post_terms: "keeps post_terms in step with posts",
};

/** Routines that everybody may call, and why. */
export const publicRoutines: Readonly<Record<string, string>> = {
  "current_workspace_id()": "the policies call it as whoever reads",
};
