import { hash } from "node:crypto";
import type { PgColumn } from "drizzle-orm/pg-core";
import { isUuid } from "../db/uuid.ts";
import { badUserInput } from "../errors.ts";
import { base64urlOfAll } from "./base64url.ts";

/** Where a row stands: the value it is sorted by, as PostgreSQL writes it, and its id. */
export interface Position {
  sort: string;
  id: string;
}

const VERSION = 1;

/** Names are sorted by, and nobody's has ten thousand letters. */
const MOST_CHARACTERS = 16_384;

/** A list of the version and three strings; the longest of them may hold escapes, also bad ones. */
const FORM = /^\[(\d+),"([\w-]*)","((?:[^"\\]|\\.)*)","([\w-]*)"\]$/s;

/**
 * What a cursor belongs to: the workspace, the connection and the ordering. Not the parent: one
 * `after` argument serves the pages of all parents of a field.
 */
export const orderingDigest = (workspaceId: string, connection: string, order: string) =>
  hash("sha256", `${workspaceId} ${connection} ${order}`, "base64url").slice(0, 8);

/** The opaque cursors of positions: base64url of version, digest, sort value and id. */
export const encodeCursors = (digest: string, positions: readonly Position[]) =>
  base64urlOfAll(
    positions.map(({ sort, id }) => `[${VERSION},"${digest}",${JSON.stringify(sort)},"${id}"]`),
  );

/** The opaque cursor of one position. */
export const encodeCursor = (digest: string, position: Position) =>
  encodeCursors(digest, [position]).join();

/**
 * The position in a cursor. Throws BAD_USER_INPUT for one of another connection, ordering or
 * workspace, and for what is no cursor at all: nothing unchecked reaches the database.
 */
export function decodeCursor(
  cursor: string,
  digest: string,
  sortColumn: PgColumn,
  argument: string,
): Position {
  const refuse = (why: string) =>
    badUserInput(`${argument} is ${why}; use a cursor from this connection's edges or pageInfo`);

  const text =
    cursor.length > MOST_CHARACTERS ? "" : Buffer.from(cursor, "base64url").toString("utf8");
  const form = FORM.exec(text);
  if (!form) throw refuse("not a cursor");
  const [, version, found, escaped = "", id = ""] = form;
  if (version !== String(VERSION)) throw refuse("a cursor of another version");
  if (found !== digest) throw refuse("a cursor of another connection or ordering");
  const sort = unescaped(escaped);
  const valid = sort !== undefined && isSortValue(sort, sortColumn) && isUuid(id);
  // There is one spelling of each.
  if (!valid || encodeCursor(digest, { sort, id }) !== cursor) throw refuse("not a cursor");
  return { sort, id };
}

/** What a JSON string holds between its quotation marks; undefined for a bad escape. */
function unescaped(text: string): string | undefined {
  if (!text.includes("\\")) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}

/** Whether PostgreSQL will read the text as a value of the column: a cursor never becomes an error there. */
function isSortValue(text: string, column: PgColumn): boolean {
  const type = column.getSQLType();
  if (type === "uuid") return isUuid(text);
  if (type === "bigint" || type === "integer") return isInteger(text, type);
  if (type.startsWith("timestamp")) return isMoment(text);
  return type === "text" && !/\0|\p{Surrogate}/u.test(text);
}

function isInteger(text: string, type: string): boolean {
  if (!/^-?\d{1,19}$/.test(text)) return false;
  const bits = type === "bigint" ? 64 : 32;
  return BigInt.asIntN(bits, BigInt(text)) === BigInt(text);
}

function isMoment(text: string): boolean {
  const [, year = "", month = "", day = ""] = MOMENT.exec(text) ?? [];
  if (year === "" || year === "0000") return false;
  // The day before the next month's first. A Date takes years below 100 for 19 hundred and so many, of which
  // the same are leap years.
  return Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
}

/** As PostgreSQL writes it in UTC; whether the month has such a day remains to be seen. */
const MOMENT =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,3})?\+00$/;
