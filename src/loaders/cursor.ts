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

/** A list of a number and three strings; the longest of them may still hold a bad escape. */
const FORM = /^\[\d+,"[\w-]*","(?:[^"\\]|\\.)*","[\w-]*"\]$/s;

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
  // Of many arguments each may be a cursor of brackets alone, which take JSON.parse milliseconds.
  if (!FORM.test(text)) throw refuse("not a cursor");
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw refuse("not a cursor");
  }
  if (!Array.isArray(content) || content.length !== 4) throw refuse("not a cursor");
  const [version, found, sort, id] = content as unknown[];
  if (version !== VERSION) throw refuse("a cursor of another version");
  if (found !== digest) throw refuse("a cursor of another connection or ordering");
  const valid =
    typeof sort === "string" &&
    isSortValue(sort, sortColumn) &&
    typeof id === "string" &&
    isUuid(id);
  if (!valid || encodeCursor(digest, { sort, id }) !== cursor) throw refuse("not a cursor");
  return { sort, id };
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
  const parts = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,3})?)\+00$/.exec(text);
  if (!parts) return false;
  const moment = new Date(`${parts[1]}T${parts[2]}Z`);
  // Date accepts 30 February and makes it March; PostgreSQL does not. It knows no year 0 either.
  return (
    !Number.isNaN(moment.getTime()) &&
    moment.toISOString().startsWith(parts[1] ?? "-") &&
    !text.startsWith("0000")
  );
}
