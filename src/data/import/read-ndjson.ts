import type { Readable } from "node:stream";

/** The longest line that is read. */
export const LONGEST = 1024 * 1024;

/** A line of a file, where it is in it, and its fields, or why it has none. */
export interface ReadLine {
  line: number;
  /** Position and length in bytes, line end included. */
  start: number;
  length: number;
  fields?: Record<string, unknown>;
  problem?: string;
}

const NEWLINE = 0x0a;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The lines of an NDJSON file, a piece of the file at a time. Never holds more than one line of the longest. */
export async function* readNdjson(source: Readable): AsyncGenerator<ReadLine[]> {
  let line = 1;
  let start = 0;
  let length = 0;
  let parts: Buffer[] = [];
  let atBeginning = true;

  const take = (piece: Buffer) => {
    length += piece.length;
    // A line that is too long is counted to its end but not kept.
    if (length > LONGEST) parts = [];
    else parts.push(piece);
  };
  const finish = (): ReadLine | undefined => {
    const read = { line, start, length };
    const bytes = length > LONGEST ? undefined : Buffer.concat(parts);
    start += length;
    length = 0;
    line += 1;
    parts = [];
    if (!bytes) return { ...read, problem: `longer than ${LONGEST} bytes` };
    const parsed = parseLine(bytes);
    return parsed && { ...read, ...parsed };
  };

  for await (const chunk of source as AsyncIterable<Buffer>) {
    let piece = chunk;
    if (atBeginning) {
      atBeginning = false;
      // The first chunk of a file is never shorter than a byte order mark, unless the file is.
      if (piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf) {
        piece = piece.subarray(3);
        start = 3;
      }
    }
    const lines: ReadLine[] = [];
    let from = 0;
    for (;;) {
      const end = piece.indexOf(NEWLINE, from);
      if (end < 0) break;
      take(piece.subarray(from, end + 1));
      from = end + 1;
      const read = finish();
      if (read) lines.push(read);
    }
    if (from < piece.length) take(piece.subarray(from));
    yield lines;
  }
  if (length > 0) {
    const read = finish();
    if (read) yield [read];
  }
}

/** Undefined for a blank line. */
function parseLine(bytes: Buffer): Pick<ReadLine, "fields" | "problem"> | undefined {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { problem: "not UTF-8" };
  }
  if (text.trim() === "") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `not JSON: ${plain((error as Error).message)}` };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { problem: "not a JSON object" };
  }
  return { fields: value as Record<string, unknown> };
}

/** A parser's message may quote the line: on one line, without control characters, and not all of it. */
function plain(message: string) {
  const clean = message.replace(/[\p{Control}\p{Surrogate}]+/gu, " ");
  return clean.length > 160 ? `${clean.slice(0, 160)}…` : clean;
}
