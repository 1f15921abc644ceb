import { difference } from "../measure/answers.mjs";

const CURSORS = new Set(["cursor", "startCursor", "endCursor"]);

/** A cursor is each contender's own affair, opaque to who gets it: only whether there is one is compared. */
const withoutCursors = (name, value) =>
  CURSORS.has(name) && value !== null ? typeof value === "string" && "a cursor" : value;

/**
 * Where two answers are not the same JSON, in words; undefined when they are. Nothing is brought to one
 * spelling: ids, moments, counters and the order of members must be equal to the letter.
 */
export function differenceInJson(ours, theirs) {
  const [our, their] = [ours, theirs].map((answer) => JSON.stringify(answer, withoutCursors));
  if (our === their) return undefined;
  return (
    difference(JSON.parse(our), JSON.parse(their)) ??
    "the members of its objects come in another order"
  );
}
