const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOMENT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/;

/**
 * An answer's data in a form in which contenders can be compared: rows' own ids, moments in one
 * spelling, counters as numbers, members of objects by name. A cursor is each contender's own affair:
 * only whether there is one is compared.
 */
export function normalise(value, name = "") {
  if (Array.isArray(value)) return value.map((item) => normalise(item));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((member) => [member, normalise(value[member], member)]),
    );
  }
  if (name === "cursor" || name === "endCursor") return typeof value === "string";
  if (typeof value !== "string") return value;
  if (name === "id") return rowIdIn(value);
  if (name.endsWith("At") && MOMENT.test(value)) return new Date(value).toISOString();
  const isCounter = /^(impressions|reach|likes|comments|shares|clicks|followerCount)$/.test(name);
  return isCounter ? Number(value) : value;
}

function rowIdIn(id) {
  if (UUID.test(id)) return id;
  return Buffer.from(id, "base64url").toString("latin1").split(":").at(-1);
}

/** Where two normalised answers first differ, in words; undefined when they are the same. */
export function difference(ours, theirs, path = "data") {
  if (Object.is(ours, theirs)) return undefined;
  const both = [ours, theirs];
  if (both.some((value) => typeof value !== "object" || value === null)) {
    return `${path} is ${shown(theirs)}, not ${shown(ours)}`;
  }
  for (const member of new Set(both.flatMap(Object.keys))) {
    const found = difference(ours[member], theirs[member], `${path}.${member}`);
    if (found) return found;
  }
  return undefined;
}

const shown = (value) => (JSON.stringify(value) ?? "missing").slice(0, 80);
