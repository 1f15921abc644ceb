import { sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { value } from "../db/statement.ts";
import { badUserInput } from "../errors.ts";
import { isLinked, type FilterField, type Link } from "./filters.ts";

/** The most characters and words that can be searched for at once. */
export const MAX_SEARCH_LENGTH = 100;
export const MAX_SEARCH_WORDS = 8;

/** Of a word only so many characters count. */
const WORD_LENGTH = 40;

/**
 * What stands between words, by code point: the same as in words_of() of migration 0008. Neither \p{L} nor
 * [[:alnum:]], because PostgreSQL's answer depends on the database's locale.
 */
const SEPARATORS = new RegExp(
  `[${[
    // ASCII and Latin-1.
    "\\u0000-/:-@\\u005B-\\u0060{-\\u00A9\\u00AB-\\u00B4\\u00B6-\\u00B9\\u00BB-\\u00BF\\u00D7\\u00F7",
    // Armenian, Hebrew, Arabic, Devanagari, Burmese, Ethiopic, Khmer.
    "\\u055A-\\u055F\\u0589\\u058A\\u05BE\\u05C0\\u05C3\\u060C\\u061B\\u061F\\u06D4",
    "\\u0964\\u0965\\u104A\\u104B\\u1361-\\u1368\\u17D4-\\u17D6",
    // Punctuation and symbols of everybody, of Chinese and Japanese, what is for private use, emoji.
    "\\u2000-\\u2BFF\\u2E00-\\u2E7F\\u3000-\\u3004\\u3008-\\u3020\\u3030\\u30FB",
    "\\uE000-\\uF8FF\\uFE00-\\uFE6F\\uFEFF\\uFFF0-\\uFFFF\\u{1F000}-\\u{1FAFF}",
  ].join("")}]+`,
  "u",
);

/** The words of a text, each once, as they are written. PostgreSQL puts them into lower case, by its locale. */
export function wordsOf(text: string): string[] {
  const words = text.normalize("NFKC").split(SEPARATORS).filter(Boolean);
  return [...new Set(words.map((word) => Array.from(word).slice(0, WORD_LENGTH).join("")))];
}

/**
 * The row has all of the words: `link` has a row for each word of each row. Its key is walked for the longest,
 * which is often the rarest; the others are looked up there.
 */
export function containsWords(term: PgColumn, link: Link): FilterField {
  return (name, input) => {
    if (input == null) return undefined;
    const words = readWords(name, input as string);
    const termOf = (index: number) => sql`lower(${value(`${name}${index}`, "text")})`;
    return {
      shape: `${name}:${words.length}`,
      values: Object.fromEntries(words.map((word, index) => [`${name}${index}`, word])),
      predicate: (at) => {
        const isWalked = [...link.columns].every(([column, own]) => at(column) === own);
        const conditions = words.map((_, index) => {
          if (isWalked && index === 0) return sql`${term} = ${termOf(index)}`;
          const other = sql.identifier(`word${index}`);
          const own = (column: PgColumn) => sql`${other}.${sql.identifier(column.name)}`;
          const isSame = [...link.columns].map(
            ([column, ofLink]) => sql` and ${own(ofLink)} = ${at(column)}`,
          );
          return isLinked(sql`select true from ${link.table} as ${other}
            where ${own(link.table.workspaceId)} = ${value("workspaceId", "uuid")}
              and ${own(term)} = ${termOf(index)}${sql.join(isSame)}`);
        });
        return sql.join(conditions, sql` and `);
      },
      choice: { column: term, count: 1, isList: false, link },
    };
  };
}

function readWords(name: string, text: string): string[] {
  const { length } = Array.from(text);
  if (length > MAX_SEARCH_LENGTH) {
    throw badUserInput(
      `filter.${name} has ${length} characters; it may have at most ${MAX_SEARCH_LENGTH}`,
    );
  }
  const words = wordsOf(text);
  if (words.length === 0) {
    throw badUserInput(`filter.${name} has no word; give one at least, of letters or digits`);
  }
  if (words.length > MAX_SEARCH_WORDS) {
    throw badUserInput(
      `filter.${name} has ${words.length} words; it may have at most ${MAX_SEARCH_WORDS}`,
    );
  }
  return words.sort((one, other) => other.length - one.length || (one < other ? -1 : 1));
}
