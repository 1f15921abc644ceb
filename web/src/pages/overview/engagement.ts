import type { OverviewQuery } from "../../operations.generated.ts";

/** An account as the overview has it. */
export type OverviewAccount = NonNullable<OverviewQuery["accounts"]>["edges"][number]["node"];

/** A post of an account as the overview has it. */
export type OverviewPost = NonNullable<OverviewAccount["posts"]>["edges"][number]["node"];

interface Reactions {
  likes: number;
  comments: number;
  shares: number;
  clicks: number;
}

/** What people did about a post, besides seeing it. */
export const engagementOf = (metrics: Reactions | null): number =>
  metrics ? metrics.likes + metrics.comments + metrics.shares + metrics.clicks : 0;

/** The account's latest posts, the newest first. */
export const postsOf = ({ posts }: OverviewAccount): OverviewPost[] =>
  posts?.edges.map(({ node }) => node) ?? [];

export const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
