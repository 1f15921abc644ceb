import { createContext, use, useMemo, useState, type ReactNode } from "react";
import { en, type Texts } from "./en.ts";
import { formatsFor } from "./format.ts";

/** The languages, by their own names. */
export const languages = { en: "English", fr: "Français" } as const;
export type Language = keyof typeof languages;

const catalogs: Record<Language, () => Promise<Texts>> = {
  // It came with the page: one that is loaded apart makes the first paint wait.
  en: async () => en,
  fr: async () => (await import("./fr.ts")).fr,
};
const STORED = "socialhub.language";

const isLanguage = (word: string | null | undefined): word is Language =>
  word !== null && word !== undefined && word in languages;

/** The language chosen here before, else the first of the browser's that there is. */
function preferredLanguage(): Language {
  const stored = localStorage.getItem(STORED);
  if (isLanguage(stored)) return stored;
  return navigator.languages.map((each) => each.slice(0, 2)).find(isLanguage) ?? "en";
}

interface Chosen {
  language: Language;
  texts: Texts;
}

/** Loads the texts to begin with: before them there is nothing to show. */
export async function loadTexts(language = preferredLanguage()): Promise<Chosen> {
  const texts = await catalogs[language]();
  document.documentElement.lang = language;
  return { language, texts };
}

interface TextContext extends Chosen {
  choose: (language: Language) => void;
}

const Context = createContext<TextContext | undefined>(undefined);

export function TextProvider({ first, children }: { first: Chosen; children: ReactNode }) {
  const [chosen, setChosen] = useState(first);
  const value = useMemo(
    () => ({
      ...chosen,
      choose(language: Language) {
        localStorage.setItem(STORED, language);
        void loadTexts(language).then(setChosen);
      },
    }),
    [chosen],
  );
  return <Context value={value}>{children}</Context>;
}

function useTextContext(): TextContext {
  const context = use(Context);
  if (!context) throw new Error("there is no TextProvider above");
  return context;
}

/** What the dashboard says, in the reader's language. */
export const useText = (): Texts => useTextContext().texts;

/** The reader's language, and how to choose another. */
export const useLanguage = () => {
  const { language, choose } = useTextContext();
  return { language, choose };
};

/** As the reader's country writes the language, where the browser knows: British days before months. */
const localeOf = (language: Language): string =>
  navigator.languages.find((each) => each.startsWith(language)) ?? language;

/** Numbers and moments as the reader's language writes them. */
export function useFormat() {
  return formatsFor(localeOf(useTextContext().language));
}
