import { createHash } from "node:crypto";

/**
 * Sizes of the data sets: the same 100 workspaces, 20 and more accounts each, with more and more posts.
 * `full` is what the table is about; those with `growth` show what growth costs. `largest` is the first
 * workspace's share of everything: in `quick` it is just enough for 500 pages of one account.
 */
export const SETS = {
  quick: { posts: 64_000, comments: 256_000, contacts: 25_600, largest: 0.55 },
  sixteenth: { posts: 31_250, comments: 125_000, contacts: 12_500, largest: 0.4, growth: 1 },
  quarter: { posts: 125_000, comments: 500_000, contacts: 50_000, largest: 0.4, growth: 4 },
  full: { posts: 500_000, comments: 2_000_000, contacts: 200_000, largest: 0.4, growth: 16 },
};

/** Whose key it is that `ours` is asked with, in each workspace. */
export const VIEWER = { name: "Bench", role: "OWNER", scopes: ["read"] };

/** Another version is another database: raise it when what fill.mjs makes changes. */
const VERSION = 2;
const WORKSPACES = 100;

/** The database of a set. */
export const databaseName = (set) => `bench_${VERSION}_${set}`;

/** Much of everything in the first workspace, the rest shared out as 1/2, 1/3, 1/4 … */
export function workspacesOf(set) {
  const { posts, comments, contacts, largest } = SETS[set];
  const weights = Array.from({ length: WORKSPACES - 1 }, (_, index) => 1 / (index + 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const shares = [largest, ...weights.map((weight) => ((1 - largest) * weight) / sum)];
  return shares.map((share, index) => ({
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
