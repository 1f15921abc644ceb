import { refusal } from "../errors.ts";

/** More than any operation's variables need; no list of arguments may be longer than a hundred. */
const MOST_VALUES = 10_000;
const MOST_LEVELS = 64;

/**
 * Reads JSON of a client. Parsing, checking and writing a quarter of a megabyte of brackets takes tens
 * of milliseconds, and the stack for some of it: so they are counted first, in one pass over the text.
 * `__proto__` becomes a property like others. Throws BAD_REQUEST.
 */
export function parseJson(text: string, what: string): unknown {
  checkSize(text, what);
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    throw refusal("BAD_REQUEST", `${what} is not JSON`);
  }
}

/** Brackets and commas outside of strings: for text that is no JSON it does not matter. */
function checkSize(text: string, what: string) {
  let levels = 0;
  let values = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') index = endOfString(text, index);
    else if (character === "]" || character === "}") levels -= 1;
    else if (character === ",") values += 1;
    else if (character === "[" || character === "{") {
      levels += 1;
      values += 1;
      if (levels > MOST_LEVELS) throw tooLarge(what, `is nested more than ${MOST_LEVELS} levels`);
    }
    if (values > MOST_VALUES) throw tooLarge(what, `has more than ${MOST_VALUES} values`);
  }
}

/** Where the string that begins here ends. */
function endOfString(text: string, start: number): number {
  let index = start;
  for (;;) {
    index = text.indexOf('"', index + 1);
    if (index === -1) return text.length;
    let escapes = index;
    while (text[escapes - 1] === "\\") escapes -= 1;
    if ((index - escapes) % 2 === 0) return index;
  }
}

const tooLarge = (what: string, why: string) =>
  refusal("BAD_REQUEST", `${what} ${why}; send fewer at once`);
