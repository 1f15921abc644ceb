import type { CopyRow } from "../../db/copy.ts";
import type { mediaKinds } from "../../db/tables/media.ts";
import type { postStatuses } from "../../db/tables/post.ts";
import { moment, type Audience, type Cast, type CastAccount } from "./cast.ts";
import { commentRows } from "./conversation.ts";
import { metricsRow } from "./numbers.ts";
import { Random } from "./random.ts";
import { describePicture, writePost } from "./text.ts";
import { ANCHOR, DAY, MINUTE } from "./workspaces.ts";

/** The first layer reaches back a year and a half, each further one twenty days more. */
const FIRST_SPAN = 540 * DAY;
const FURTHER_SPAN = 20 * DAY;

/** The most layers there can be: a thousand of them reach back to 1970, where UUIDv7 begins. */
export const MAXIMUM_SCALE = 1000;

export const postColumns = [
  "id",
  "accountId",
  "network",
  "authorId",
  "status",
  "body",
  "link",
  "createdAt",
  "scheduledAt",
  "publishedAt",
];
export const mediaColumns = [
  "id",
  "postId",
  "position",
  "kind",
  "url",
  "altText",
  "width",
  "height",
];
export const postTagColumns = ["tagId", "postId", "timelineAt", "accountId", "network", "status"];

/** Posts with all that belongs to them, ready to be loaded in this order. */
export interface Batch {
  posts: CopyRow[];
  metrics: CopyRow[];
  media: CopyRow[];
  postTags: CopyRow[];
  comments: CopyRow[];
}

const emptyBatch = (): Batch => ({ posts: [], metrics: [], media: [], postTags: [], comments: [] });

/** The time that a layer covers. */
export function spanOf(layer: number): { from: number; to: number } {
  const to = layer === 0 ? ANCHOR : ANCHOR - FIRST_SPAN - (layer - 1) * FURTHER_SPAN;
  return { to, from: to - (layer === 0 ? FIRST_SPAN : FURTHER_SPAN) };
}

/** How many posts a workspace has in each layer. */
export function postsPerLayer(cast: Cast): number {
  const speaking = cast.accounts.filter((account) => !account.silent);
  return speaking.length * cast.workspace.postsPerAccount;
}

/** A layer's posts and what belongs to them, in batches of at least `size` posts. */
export function* layerBatches(
  cast: Cast,
  layer: number,
  audience: Audience,
  size = 2500,
): Generator<Batch> {
  let batch = emptyBatch();
  for (const account of cast.accounts) {
    if (account.silent) continue;
    const planned = layer === 0 ? plansOf(account) : [];
    const total = cast.workspace.postsPerAccount;
    for (let index = 0; index < total; index += 1) {
      const plan = planned[index];
      const position = index - planned.length;
      addPost(batch, cast, account, layer, audience, index, plan, position, total - planned.length);
      if (batch.posts.length < size) continue;
      yield batch;
      batch = emptyBatch();
    }
  }
  if (batch.posts.length > 0) yield batch;
}

type Status = (typeof postStatuses)[number];
interface Plan {
  status: Exclude<Status, "PUBLISHED">;
  createdAt: number;
  scheduledAt: number | null;
}

/** What is not published yet: a few posts of each account, only the scheduled ones newer than the published. */
function plansOf({ index }: CastAccount): Plan[] {
  const ago = (days: number) => ANCHOR - days * DAY - index * 17 * MINUTE;
  const plan = (status: Plan["status"], createdAt: number, scheduledAt: number | null = null) => ({
    status,
    createdAt,
    scheduledAt,
  });
  const plans: Plan[] = [
    plan("SCHEDULED", ago(1), ANCHOR + DAY + index * 30 * MINUTE),
    plan("DRAFT", ago(13)),
    plan("DRAFT", ago(13)),
    plan("DRAFT", ago(29)),
    plan("DRAFT", ago(58)),
    plan("NEEDS_APPROVAL", ago(14), index % 4 === 0 ? ANCHOR + 5 * DAY : null),
    plan("NEEDS_APPROVAL", ago(21)),
    plan("FAILED", ago(17), ago(16)),
    plan("FAILED", ago(40), ago(39)),
  ];
  if (index % 2 === 1) plans.push(plan("SCHEDULED", ago(2), ANCHOR + 3 * DAY));
  if (index % 5 === 2) plans.push(plan("PUBLISHING", ago(3), ANCHOR));
  return plans;
}

/** When the post at this position (0 is the newest) was published; 10, 11 and 12 of each forty share a moment. */
function publishedAt(account: CastAccount, layer: number, position: number, total: number): number {
  const { from, to } = spanOf(layer);
  const slot =
    position % 40 === 11 || position % 40 === 12 ? position - (position % 40) + 10 : position;
  const jitter = ((slot * 7919 + account.index * 104_729) % 997) / 1000;
  return Math.floor(to - ((slot + jitter) * (to - from)) / total);
}

function commentsOf(random: Random, position: number): number {
  if (position < 14) return random.chance(0.92) ? 2 + random.below(6) : random.below(2);
  return random.chance(0.3) ? 0 : Math.floor(1.65 * random.heavy(40));
}

function addPost(
  batch: Batch,
  cast: Cast,
  account: CastAccount,
  layer: number,
  audience: Audience,
  index: number,
  plan: Plan | undefined,
  position: number,
  total: number,
) {
  const { key, extremes } = cast.workspace;
  const random = new Random(`${key}/layer/${layer}/account/${account.index}/post/${index}`);
  const published = plan ? null : publishedAt(account, layer, position, total);
  const lead = Math.floor((60 + random.below(7000)) * MINUTE);
  const createdAt = plan?.createdAt ?? (published ?? 0) - lead;
  // Most were scheduled, to the minute, and went out a little later.
  const planned =
    published !== null && random.chance(0.7) ? published - (published % MINUTE) : null;
  const scheduledAt = plan ? plan.scheduledAt : planned;
  const id = random.uuid(createdAt);
  const link = random.chance(0.3)
    ? `https://${key}.example.com/${account.index}/${layer}-${index}`
    : null;
  const status = plan?.status ?? "PUBLISHED";
  batch.posts.push([
    id,
    account.id,
    account.voice.network,
    random.chance(0.06) ? null : random.pick(cast.authorIds),
    status,
    writePost(random, account.voice),
    link,
    moment(createdAt),
    scheduledAt === null ? null : moment(scheduledAt),
    published === null ? null : moment(published),
  ]);
  const hasVideo = addMedia(batch, random, cast, account, id, createdAt);
  addTags(batch, random, cast, [
    id,
    moment(published ?? scheduledAt ?? createdAt),
    account.id,
    account.voice.network,
    status,
  ]);
  if (published === null) return;

  const crowded = extremes && account.index === 0 && position === 3;
  const viral = extremes && account.voice.network === "TIKTOK" && position === 60;
  const comments = crowded ? 1000 : commentsOf(random, position);
  const post = { id, publishedAt: published, comments, hasLink: link !== null, hasVideo, viral };
  batch.metrics.push(metricsRow(random, account, post));
  for (const row of commentRows(random, cast, account, audience, post)) batch.comments.push(row);
}

type Kind = (typeof mediaKinds)[number];
const sizes: Record<Kind, readonly (readonly [number, number])[]> = {
  IMAGE: [
    [1080, 1350],
    [1600, 1067],
    [1080, 1080],
  ],
  VIDEO: [
    [1080, 1920],
    [1920, 1080],
  ],
  GIF: [[480, 480]],
};
const extension: Record<Kind, string> = { IMAGE: "jpg", VIDEO: "mp4", GIF: "gif" };

/** Adds 0 to 4 pictures or a video; returns whether there is a video. */
function addMedia(
  batch: Batch,
  random: Random,
  cast: Cast,
  { voice }: CastAccount,
  postId: string,
  createdAt: number,
): boolean {
  const films = voice.network === "YOUTUBE" || voice.network === "TIKTOK";
  const shows = voice.network === "INSTAGRAM" || voice.network === "PINTEREST";
  const count = films ? 1 : shows ? 1 + random.below(4) : Math.max(0, random.below(5) - 2);
  let hasVideo = false;
  for (let place = 0; place < count; place += 1) {
    const lot = random.unit();
    const kind: Kind = films || lot < 0.12 ? "VIDEO" : lot < 0.16 ? "GIF" : "IMAGE";
    hasVideo ||= kind === "VIDEO";
    const [width, height] = random.pick(sizes[kind]);
    const id = random.uuid(createdAt);
    const url = `https://media.example.com/${cast.workspace.key}/${id}.${extension[kind]}`;
    const altText = random.chance(0.88) ? describePicture(random, voice) : null;
    batch.media.push([id, postId, place, kind, url, altText, width, height]);
  }
  return hasVideo;
}

/** Adds 0 to 3 different tags; `repeated` is what post_tags repeats of the post. */
function addTags(batch: Batch, random: Random, { tagIds }: Cast, repeated: readonly string[]) {
  const count = random.below(4);
  let at = random.below(tagIds.length);
  for (let index = 0; index < count; index += 1) {
    batch.postTags.push([tagIds[at % tagIds.length] ?? null, ...repeated]);
    at += 1 + random.below(Math.floor(tagIds.length / 3) - 1);
  }
}
