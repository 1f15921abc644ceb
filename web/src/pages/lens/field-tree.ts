import type { FieldCost } from "../../../../src/lens/wire.ts";

/** Each relation right below the one that it belongs to: the server tells them level by level. */
export function fieldTree(fields: readonly FieldCost[]): FieldCost[] {
  const below = new Map<string, FieldCost[]>();
  for (const field of fields) {
    if (field.path === "") continue;
    const parent = field.path.slice(0, Math.max(0, field.path.lastIndexOf(".")));
    below.set(parent, [...(below.get(parent) ?? []), field]);
  }
  const withBelow = (field: FieldCost): FieldCost[] => [
    field,
    ...(below.get(field.path) ?? []).flatMap(withBelow),
  ];
  return fields.filter(({ path }) => path === "").flatMap(withBelow);
}
