/** What a line may be about, in the order in which they are loaded: references point backwards. */
export const importKinds = ["account", "contact", "post", "metrics", "comment"] as const;
export type ImportKind = (typeof importKinds)[number];
