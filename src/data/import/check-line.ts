import type { CopyValue } from "../../db/copy.ts";
import { importKinds, isImportKind, kinds, nameField, type ImportKind } from "./kinds.ts";

/** A line that may be loaded, or why not. `name` is what other lines call it. */
export type CheckedLine =
  | { kind: ImportKind; values: CopyValue[] }
  | { kind: ImportKind | null; name: string | null; reason: string };

/** Checks one line's fields. `type` is the kind of lines that do not say one. */
export function checkLine(fields: Record<string, unknown>, type?: ImportKind): CheckedLine {
  const { type: said, ...rest } = fields;
  const kind = said ?? type;
  if (!isImportKind(kind)) {
    const reason =
      kind === undefined
        ? `type is missing; it must be one of ${importKinds.join(", ")}`
        : `type must be one of ${importKinds.join(", ")}`;
    return { kind: null, name: null, reason };
  }
  if (type && kind !== type) {
    return {
      kind,
      name: null,
      reason: `type is ${kind}, but the import was started with --type ${type}`,
    };
  }
  const result = kinds[kind].check.safeParse(rest);
  if (result.success) {
    return {
      kind,
      values: Object.keys(kinds[kind].fields).map((name) => result.data[name] ?? null),
    };
  }
  const name = rest[nameField(kind)];
  const reasons = result.error.issues.map((issue) =>
    issue.code === "unrecognized_keys"
      ? `unknown field ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}; ` +
        `${kind} has ${Object.keys(kinds[kind].fields).join(", ")}`
      : `${issue.path.join(".")} ${issue.message}`,
  );
  const safeName = typeof name === "string" && !name.includes("\0") ? name : null;
  // A reason goes into a file and a temporary table; a field's name in it may be anything.
  const reason = reasons.join("; ").replaceAll("\0", "\u{FFFD}").slice(0, 1000);
  return { kind, name: safeName?.slice(0, 200) ?? null, reason };
}
