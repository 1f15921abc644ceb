import { isUuid } from "../db/uuid.ts";
import { badUserInput } from "../errors.ts";
import { base64urlOfAll } from "./base64url.ts";

/** The opaque global id of an object: base64url of its type and row id. */
export const toGlobalId = (type: string, id: string) =>
  Buffer.from(`${type}:${id}`, "latin1").toString("base64url");

/** The global ids of objects of one type. */
export const toGlobalIds = (type: string, ids: readonly string[]) =>
  base64urlOfAll(ids.map((id) => `${type}:${id}`));

/** More than the name of any type and a row id. */
const MOST_CHARACTERS = 256;

/** Base64url whose last character has no bits beyond the last byte: were they not all 0, one id would have many spellings. */
const CANONICAL = /^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/;

/** Type and row id of a global id. Throws BAD_USER_INPUT for what is none. */
export function fromGlobalId(globalId: string): { type: string; id: string } {
  // Before it is decoded: a document can give one long id to many fields.
  if (globalId.length > MOST_CHARACTERS)
    throw badUserInput(`${shown(globalId)} is not a global id`);
  const text = Buffer.from(globalId, "base64url").toString("latin1");
  const colon = text.indexOf(":");
  const type = text.slice(0, colon);
  const id = text.slice(colon + 1);
  if (!isUuid(id) || !CANONICAL.test(globalId))
    throw badUserInput(`${shown(globalId)} is not a global id`);
  return { type, id };
}

/** The row id in a global id of this type, or one of these. Throws BAD_USER_INPUT for any other. */
export function rowId(globalId: string, types: string | readonly string[]): string {
  const found = fromGlobalId(globalId);
  const fits = typeof types === "string" ? types === found.type : types.includes(found.type);
  if (!fits) {
    const wanted = [types].flat().join(" or ");
    throw badUserInput(`${shown(globalId)} is an id of type ${found.type}, not ${wanted}`);
  }
  return found.id;
}

const shown = (text: string) => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
