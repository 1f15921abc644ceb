import type postgres from "postgres";
import { HEAD_BYTES, lengthAt } from "./incoming.ts";

type Column = postgres.Column<string>;

/** Makes a row of a message that begins at `at`. `ascii` are the same bytes, a character each. */
type ReadRow = (bytes: Buffer, ascii: string, at: number) => object;

/** Behind the head of a row and the number of its columns stand their lengths and bytes. */
const COLUMNS_AT = HEAD_BYTES + 2;

/** What PostgreSQL's own types are numbered. */
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const MOMENT = 1184;
const UUID = 2950;

/** Whole numbers of so many digits are exact while they are summed up. */
const EXACT_DIGITS = 15;

/** By the columns of a prepared statement, which are one object for all its results. */
const readers = new WeakMap<readonly Column[], ReadRow>();

/**
 * Adds the rows in `bytes` to `rows`. Their values are those of postgres.js with the parsers of
 * client.ts: a test compares them.
 *
 * All bytes become one string, of which ids and moments are parts: a string made for each value would
 * cost a call out of JavaScript each.
 */
export function readRows(bytes: Buffer, columns: readonly Column[], rows: object[]): void {
  let read = readers.get(columns);
  if (!read) readers.set(columns, (read = rowReader(columns)));
  const ascii = bytes.toString("latin1");
  for (let at = 0; at < bytes.length; at += 1 + lengthAt(bytes, at + 1)) {
    rows.push(read(bytes, ascii, at));
  }
}

/**
 * A function for rows of these columns. It is generated, as Fastify generates what reads and writes
 * its JSON: with the names in the code, all rows get one form, and no name is looked up.
 */
function rowReader(columns: readonly Column[]): ReadRow {
  const values = columns.map(
    (column, index) => `
      const length${index} = lengthAt(bytes, at);
      const begin${index} = at + 4;
      const end${index} = length${index} < 0 ? begin${index} : begin${index} + length${index};
      const value${index} =
        length${index} < 0 ? null : read${index}(bytes, ascii, begin${index}, end${index});
      at = end${index};`,
  );
  const members = columns.map(({ name }, index) => `${JSON.stringify(name)}: value${index}`);
  // oxlint-disable-next-line typescript/no-implied-eval -- of the names nothing but JSON is in it
  const make = new Function(
    "lengthAt",
    ...columns.map((_, index) => `read${index}`),
    `return (bytes, ascii, at) => {
      at += ${COLUMNS_AT};${values.join("")}
      return { ${members.join(", ")} };
    };`,
  );
  return make(lengthAt, ...columns.map(valueReader)) as ReadRow;
}

type ReadValue = (bytes: Buffer, ascii: string, begin: number, end: number) => unknown;

function valueReader({ type, parser }: Column): ReadValue {
  if (type === UUID || type === MOMENT) return (_, ascii, begin, end) => ascii.slice(begin, end);
  if (type === INT2 || type === INT4 || type === INT8) return wholeNumber;
  if (parser) return (bytes, _, begin, end) => parser(bytes.toString("utf8", begin, end));
  return text;
}

function wholeNumber(bytes: Buffer, ascii: string, begin: number, end: number): number {
  const isNegative = bytes[begin] === MINUS;
  if (end - begin > EXACT_DIGITS) return Number(ascii.slice(begin, end));
  let number = 0;
  for (let at = isNegative ? begin + 1 : begin; at < end; at++) {
    number = number * 10 + (bytes[at] ?? 0) - ZERO;
  }
  return isNegative ? -number : number;
}

const MINUS = "-".charCodeAt(0);
const ZERO = "0".charCodeAt(0);

function text(bytes: Buffer, ascii: string, begin: number, end: number): string {
  for (let at = begin; at < end; at++) {
    if ((bytes[at] ?? 0) > 127) return bytes.toString("utf8", begin, end);
  }
  return ascii.slice(begin, end);
}
