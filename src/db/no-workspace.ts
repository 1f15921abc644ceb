/** The workspace of nobody: below row-level security it holds nothing. */
export const NO_WORKSPACE = "00000000-0000-0000-0000-000000000000";
