import type { LanguageCode, Voice } from "./language.ts";
import { languages } from "./languages.ts";
import type { Random } from "./random.ts";

const SHORT = new Set(["X", "BLUESKY", "THREADS", "MASTODON"]);

const fill = (template: string, subject: string) => template.replace("{}", () => subject);

function capitalised(text: string) {
  const [first = ""] = text;
  return first.toUpperCase() + text.slice(first.length);
}

/** The text of a post, as its account would write it. */
export function writePost(random: Random, voice: Voice): string {
  const language = languages[voice.language];
  const space = voice.language === "ja" ? "" : " ";
  const parts = [fill(random.pick(language.openings), random.pick(voice.subjects))];
  parts.push(random.pick(voice.details));
  const long = !SHORT.has(voice.network);
  if (long && random.chance(0.5)) parts.push(random.pick(language.asides));
  if (random.chance(long ? 0.6 : 0.25)) parts.push(random.pick(language.closings));
  if (random.chance(0.55)) parts.push(random.pick(voice.emoji));
  let body = parts.join(voice.network === "LINKEDIN" ? "\n\n" : space);
  if (random.chance(long ? 0.7 : 0.35)) {
    const first = random.below(voice.hashtags.length);
    const count = 1 + random.below(Math.min(3, voice.hashtags.length));
    const tags = voice.hashtags.map(
      (_, index) => voice.hashtags[(first + index) % voice.hashtags.length],
    );
    body += `${long ? "\n" : " "}${tags
      .slice(0, count)
      .map((tag) => `#${tag}`)
      .join(" ")}`;
  }
  return body;
}

/** A description of a picture or a video of the account. */
export function describePicture(random: Random, voice: Voice): string {
  const template = random.pick(languages[voice.language].pictures);
  return capitalised(fill(template, random.pick(voice.subjects)));
}

/** What somebody writes under a post; `replyTo` is the handle of whom it answers. */
export function writeComment(
  random: Random,
  voice: Voice,
  audience: readonly LanguageCode[],
  replyTo: string | undefined,
): string {
  const code = random.chance(0.7) ? voice.language : random.pick(audience);
  const language = languages[code];
  const space = code === "ja" ? "" : " ";
  let text: string;
  if (replyTo === undefined) {
    text = random.pick(random.chance(0.22) ? language.questions : language.comments);
    if (random.chance(0.2)) text += `${space}${random.pick(language.comments)}`;
  } else {
    text = random.pick(random.chance(0.85) ? language.answers : language.comments);
    if (random.chance(0.4)) text = `@${replyTo.replace(/^@/, "")} ${text}`;
  }
  if (random.chance(0.25)) text += ` ${random.pick(voice.emoji)}`;
  return text;
}
