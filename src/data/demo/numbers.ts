import type { networks } from "../../db/tables/account.ts";
import type { CopyRow } from "../../db/copy.ts";
import { moment, type CastAccount } from "./cast.ts";
import type { Random } from "./random.ts";
import { ANCHOR, DAY, MINUTE } from "./workspaces.ts";

/** Likes per person reached. */
const likeRate: Record<(typeof networks)[number], number> = {
  BLUESKY: 0.03,
  FACEBOOK: 0.012,
  INSTAGRAM: 0.035,
  LINKEDIN: 0.022,
  MASTODON: 0.03,
  PINTEREST: 0.008,
  THREADS: 0.02,
  TIKTOK: 0.06,
  X: 0.009,
  YOUTUBE: 0.04,
};

const keeps = new Set<string>(["INSTAGRAM", "PINTEREST", "TIKTOK", "LINKEDIN"]);

export const metricsColumns = [
  "postId",
  "impressions",
  "reach",
  "likes",
  "comments",
  "shares",
  "clicks",
  "saves",
  "videoViews",
  "capturedAt",
];

/** What a post's counters follow from. */
export interface Measured {
  id: string;
  publishedAt: number;
  comments: number;
  hasLink: boolean;
  hasVideo: boolean;
  /** Seen by more people than a 32-bit integer can count. */
  viral: boolean;
}

/** A post's counters: mostly modest, seldom huge; nobody is reached without an impression. */
export function metricsRow(random: Random, account: CastAccount, post: Measured): CopyRow {
  const { voice } = account;
  const seen = voice.followers * (0.06 + 0.4 * random.unit()) * random.heavy(300);
  const impressions = post.viral
    ? 5_217_430_118
    : Math.floor(Math.max(seen, 30 * post.comments)) + 12;
  const reach = Math.floor(impressions * (0.55 + 0.4 * random.unit()));
  const likes = Math.floor(reach * likeRate[voice.network] * (0.4 + 1.2 * random.unit()));
  const shares = Math.floor(likes * (0.02 + 0.1 * random.unit()));
  const clicks = post.hasLink ? Math.floor(reach * (0.002 + 0.018 * random.unit())) : 0;
  const saves = keeps.has(voice.network) ? Math.floor(likes * (0.03 + 0.12 * random.unit())) : 0;
  const views = post.hasVideo ? Math.floor(impressions * (0.4 + 0.5 * random.unit())) : 0;
  // Counters are taken for a month, then they rest.
  const capturedAt = Math.max(
    post.publishedAt,
    Math.min(ANCHOR, post.publishedAt + 30 * DAY) - random.below(15 * MINUTE),
  );
  return [
    post.id,
    impressions,
    reach,
    likes,
    post.comments,
    shares,
    clicks,
    saves,
    views,
    moment(capturedAt),
  ];
}
