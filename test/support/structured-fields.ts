/** An Item of a List of Structured Fields (RFC 9651): a String with its parameters. */
export interface Item {
  value: string;
  parameters: Record<string, string | number>;
}

const ITEM = /^"((?:[ !#-[\]-~]|\\["\\])*)"/;
const PARAMETER =
  /^; *([a-z*][a-z0-9_.*-]*)=(?:(-?\d{1,15})(?![\d.])|"((?:[ !#-[\]-~]|\\["\\])*)")/;
const COMMA = /^[ \t]*,[ \t]*(?=.)/;

/** Parses a List of Strings as strictly as the RFC does; throws at anything else. */
export function parseList(header: unknown): Item[] {
  if (typeof header !== "string") throw new Error(`no header: ${String(header)}`);
  const items: Item[] = [];
  let rest = header.trim();
  const take = (pattern: RegExp) => {
    const found = pattern.exec(rest);
    if (found) rest = rest.slice(found[0].length);
    return found;
  };
  do {
    const value = take(ITEM)?.[1];
    if (value === undefined) throw new Error(`not a String: ${rest}`);
    const parameters: Item["parameters"] = {};
    for (let found = take(PARAMETER); found; found = take(PARAMETER)) {
      parameters[found[1]!] = found[2] === undefined ? found[3]! : Number(found[2]);
    }
    items.push({ value, parameters });
  } while (take(COMMA));
  if (rest !== "") throw new Error(`neither an Item nor a parameter: ${rest}`);
  return items;
}
