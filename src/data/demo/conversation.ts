import type { CopyRow } from "../../db/copy.ts";
import { moment, type Audience, type Cast, type CastAccount } from "./cast.ts";
import type { Random } from "./random.ts";
import { writeComment } from "./text.ts";
import { ANCHOR, DAY, MINUTE } from "./workspaces.ts";

/** Levels of a thread, the comment that starts it included. */
const LEVELS = 4;

export const commentColumns = [
  "id",
  "accountId",
  "postId",
  "parentId",
  "contactId",
  "status",
  "body",
  "createdAt",
];

interface Spoken {
  id: string;
  level: number;
  handle: string;
}

/** The comments under one post, oldest first, in threads. Several share a millisecond. */
export function* commentRows(
  random: Random,
  cast: Cast,
  account: CastAccount,
  audience: Audience,
  post: { id: string; publishedAt: number; comments: number },
): Generator<CopyRow> {
  const people = audience.byNetwork.get(account.voice.network) ?? [];
  const spoken: Spoken[] = [];
  let time = Math.min(ANCHOR, post.publishedAt + random.below(40 * MINUTE));
  for (let index = 0; index < post.comments; index += 1) {
    if (random.chance(0.85)) {
      time = Math.min(ANCHOR, time + Math.floor(random.heavy(400) * random.below(25 * MINUTE)));
    }
    const earlier = index > 0 && random.chance(0.38) ? random.pick(spoken) : undefined;
    const parent = earlier && earlier.level < LEVELS ? earlier : undefined;
    const person = random.pick(people);
    const id = random.uuid(time);
    spoken.push({ id, level: (parent?.level ?? 0) + 1, handle: person.handle });
    yield [
      id,
      account.id,
      post.id,
      parent?.id ?? null,
      person.id,
      statusOf(random, time),
      writeComment(random, account.voice, cast.workspace.audience, parent?.handle),
      moment(time),
    ];
  }
}

function statusOf(random: Random, time: number) {
  const lot = random.unit();
  if (lot < 0.03) return "HIDDEN";
  if (ANCHOR - time < 3 * DAY) return lot < 0.3 ? "READ" : "NEW";
  if (lot < 0.12) return "NEW";
  return lot < 0.45 ? "ANSWERED" : "READ";
}
