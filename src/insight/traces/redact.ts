import { Kind, print, visit, type DocumentNode } from "graphql";

/** Page sizes tell why an operation was slow, and nothing of a tenant. */
const PAGE_SIZES = new Set(["first", "last"]);

/** The longest text of a document that is kept. */
const LONGEST = 8_192;

const redacted = new WeakMap<DocumentNode, string>();

/**
 * A document without the values in it, which may be a tenant's: texts are empty and numbers 0, but for
 * page sizes. Comments are left out.
 */
export function withoutValues(document: DocumentNode): string {
  const known = redacted.get(document);
  if (known !== undefined) return known;
  const text = print(
    visit(document, {
      [Kind.ARGUMENT]: ({ name }) => (PAGE_SIZES.has(name.value) ? false : undefined),
      [Kind.STRING]: (node) => ({ ...node, value: "", block: false }),
      [Kind.INT]: (node) => ({ ...node, value: "0" }),
      [Kind.FLOAT]: (node) => ({ ...node, value: "0" }),
    }),
  );
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  redacted.set(document, shown);
  return shown;
}
