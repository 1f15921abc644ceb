import type { JsonLimits } from "../config.ts";
import { refusal } from "../errors.ts";

/**
 * Reads JSON of a client. Parsing, checking and writing a quarter of a megabyte of brackets takes tens
 * of milliseconds, and the stack for some of it: so they are counted first, in one pass over the text.
 * `__proto__` becomes a property like others. Throws BAD_REQUEST.
 */
export function parseJson(text: string, what: string, limits: JsonLimits): unknown {
  checkSize(text, what, limits);
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    throw refusal("BAD_REQUEST", `${what} is not JSON`);
  }
}

/** Brackets and commas outside of strings: for text that is no JSON it does not matter. */
function checkSize(text: string, what: string, most: JsonLimits) {
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
      if (levels > most.levels) throw tooLarge(what, `is nested more than ${most.levels} levels`);
    }
    if (values > most.values) throw tooLarge(what, `has more than ${most.values} values`);
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
