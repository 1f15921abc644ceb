import type { networks } from "../../db/tables/account.ts";

/** How the posts of a language are put together, and what its audience writes under them. */
export interface Language {
  /** Openings of a post; `{}` is one of the account's subjects. */
  openings: readonly string[];
  /** What an account of any kind may say next. */
  asides: readonly string[];
  closings: readonly string[];
  /** Description of a picture; `{}` is one of the account's subjects. */
  pictures: readonly string[];
  comments: readonly string[];
  questions: readonly string[];
  answers: readonly string[];
}

/** An account of the demo, with what it talks about. */
export interface Voice {
  network: (typeof networks)[number];
  handle: string;
  name: string;
  followers: number;
  language: LanguageCode;
  health?: "EXPIRING" | "DISCONNECTED";
  subjects: readonly string[];
  details: readonly string[];
  hashtags: readonly string[];
  emoji: readonly string[];
}

export type LanguageCode = "ar" | "de" | "en" | "es" | "fr" | "ja";
