import { createHash } from "node:crypto";

/**
 * Sizes of the data set: the same 50 workspaces, 15 and more accounts each, with more and more posts.
 * `full` is what the table is about; `quarter` is for `--quick`; all three show what growth costs.
 */
export const SETS = {
  sixteenth: { posts: 31_250, comments: 125_000, contacts: 12_500, growth: 1 },
  quarter: { posts: 125_000, comments: 500_000, contacts: 50_000, growth: 4 },
  full: { posts: 500_000, comments: 2_000_000, contacts: 200_000, growth: 16 },
};

/** Another version is another database: raise it when what fill.mjs makes changes. */
const VERSION = 1;
const WORKSPACES = 50;

/** The database of a set. */
export const databaseName = (set) => `bench_${VERSION}_${set}`;

/** 40 % of everything in the first workspace, the rest shared out as 1/2, 1/3, 1/4 … */
export function workspacesOf(set) {
  const { posts, comments, contacts } = SETS[set];
  const weights = Array.from({ length: WORKSPACES - 1 }, (_, index) => 1 / (index + 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return [0.4, ...weights.map((weight) => (0.6 * weight) / sum)].map((share, index) => ({
    number: index + 1,
    id: createHash("md5")
      .update(`bench workspace ${index}`)
      .digest("hex")
      .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-7$3-8$4-$5"),
    posts: Math.ceil(posts * share),
    comments: Math.ceil(comments * share),
    contacts: Math.ceil(contacts * share),
    accounts: index === 0 ? 100 : 20,
    members: 12,
  }));
}
