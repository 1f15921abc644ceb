/** What an example's answer leaves out: any text, any value, further items or further fields. */
const ELLIPSIS = "…";

/** Figures that are measured differ from run to run. */
const measured = new Set(["ms", "overhead"]);

/**
 * An expected answer with what it leaves open taken from the actual one, so that the two are equal
 * exactly when the answer is as expected. Open are: a `…` in a text, the value `"…"`, the items after
 * an item `"…"`, and in an object with the field `"…"` all fields that it does not have.
 */
export function fillIn(expected: unknown, actual: unknown, name = ""): unknown {
  if (actual === undefined) return expected;
  if (expected === ELLIPSIS) return actual;
  if (measured.has(name) && typeof actual === "number") return actual;
  if (typeof expected === "string") return fillText(expected, actual);
  if (Array.isArray(expected)) return fillList(expected, Array.isArray(actual) ? actual : []);
  if (typeof expected !== "object" || expected === null) return expected;
  return fillObject(expected, isObject(actual) ? actual : {});
}

function fillText(expected: string, actual: unknown): unknown {
  const parts = expected.split(ELLIPSIS).map(escape);
  const fits = typeof actual === "string" && new RegExp(`^${parts.join("[^]*")}$`).test(actual);
  return fits ? actual : expected;
}

const escape = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

function fillList(expected: unknown[], actual: unknown[]): unknown[] {
  const open = expected.indexOf(ELLIPSIS);
  const listed = open === -1 ? expected : expected.slice(0, open);
  const rest = open === -1 ? [] : actual.slice(open);
  return [...listed.map((item, index) => fillIn(item, actual[index])), ...rest];
}

function fillObject(expected: object, actual: Record<string, unknown>): Record<string, unknown> {
  const { [ELLIPSIS]: open, ...listed } = expected as Record<string, unknown>;
  const filled = Object.entries(listed).map(([name, value]) => [
    name,
    fillIn(value, actual[name], name),
  ]);
  return { ...(open === undefined ? {} : actual), ...Object.fromEntries(filled) };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
