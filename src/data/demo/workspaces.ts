import type { MemberRole } from "../../db/tables/access-words.ts";
import type { LanguageCode, Voice } from "./language.ts";
import { harbourVoices } from "./voices-harbour.ts";
import { lindenauVoices, maisonVoices } from "./voices-others.ts";

/** The moment at which the demo "now" is: everything is published before, everything scheduled is later. */
export const ANCHOR = Date.UTC(2026, 10, 1, 9, 0, 0);
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** A workspace of the demo data set. */
export interface DemoWorkspace {
  /** Ids follow from it: never change one. */
  key: string;
  name: string;
  createdAt: number;
  voices: readonly Voice[];
  /** Posts per account and layer; accounts not listed have the first number. */
  postsPerAccount: number;
  /** Accounts without posts, by handle. */
  silent: readonly string[];
  contacts: number;
  /** Whether one post has a thousand comments and one video billions of views. */
  extremes: boolean;
  members: readonly { name: string; email: string; role: MemberRole }[];
  tags: readonly string[];
  /** Languages of the audience beside the account's own. */
  audience: readonly LanguageCode[];
}

/** The demo data set, the workspace with fifteen accounts first. */
export const demoWorkspaces: readonly DemoWorkspace[] = [
  {
    key: "harbour",
    name: "Harbour & Pine Agency",
    createdAt: Date.UTC(2023, 1, 6, 8, 30),
    voices: harbourVoices,
    postsPerAccount: 520,
    silent: [],
    contacts: 400,
    extremes: true,
    members: [
      { name: "Nadia Okonkwo", email: "nadia@harbour.example.com", role: "OWNER" },
      { name: "Tomás Rivera", email: "tomas@harbour.example.com", role: "ADMIN" },
      { name: "Elsie Hart", email: "elsie@harbour.example.com", role: "EDITOR" },
      { name: "Kenji Mori", email: "kenji@harbour.example.com", role: "EDITOR" },
      { name: "رنا خوري", email: "rana@harbour.example.com", role: "EDITOR" },
      { name: "Client Review", email: "review@harbour.example.com", role: "VIEWER" },
    ],
    tags: [
      "autumn",
      "behind the scenes",
      "campaign: harvest",
      "community",
      "evergreen",
      "événement",
      "hiring",
      "product",
      "tutorial",
      "user content",
      "お知らせ",
      "عروض",
    ],
    audience: ["en", "en", "fr", "de", "es", "ja", "ar"],
  },
  {
    key: "maison",
    name: "Maison Lumière",
    createdAt: Date.UTC(2023, 8, 18, 7, 15),
    voices: maisonVoices,
    postsPerAccount: 240,
    silent: ["maisonlumiere.atelier"],
    contacts: 300,
    extremes: false,
    members: [
      { name: "Hélène Aubry", email: "helene@maison.example.com", role: "OWNER" },
      { name: "Marc-Antoine Diallo", email: "marc@maison.example.com", role: "ADMIN" },
      { name: "Léa Fontaine", email: "lea@maison.example.com", role: "EDITOR" },
      { name: "Agence Voisine", email: "agence@maison.example.com", role: "VIEWER" },
    ],
    tags: [
      "atelier",
      "boutique",
      "collection crépuscule",
      "fêtes",
      "inspiration",
      "matière",
      "portrait",
      "promotion",
      "réparation",
      "vidéo",
    ],
    audience: ["fr", "fr", "en", "es"],
  },
  {
    key: "lindenau",
    name: "Stadt Lindenau",
    createdAt: Date.UTC(2024, 3, 2, 6, 45),
    voices: lindenauVoices,
    postsPerAccount: 120,
    silent: [],
    contacts: 250,
    extremes: false,
    members: [
      { name: "Dr. Annegret Schöller", email: "schoeller@lindenau.example.com", role: "OWNER" },
      { name: "Cem Aydın", email: "aydin@lindenau.example.com", role: "ADMIN" },
      { name: "Jonas Großmann", email: "grossmann@lindenau.example.com", role: "EDITOR" },
      { name: "Pressestelle", email: "presse@lindenau.example.com", role: "VIEWER" },
    ],
    tags: [
      "amtlich",
      "bauen",
      "energie",
      "familie",
      "fest",
      "kultur",
      "müll & wasser",
      "stellen",
      "umleitung",
      "verkehr",
    ],
    audience: ["de", "de", "en"],
  },
];
