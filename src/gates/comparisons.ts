import { Kind, type DocumentNode, type FieldNode, type SelectionSetNode } from "graphql";
import type { Fragments } from "./fragments.ts";

/**
 * About how many comparisons it takes to find out whether fields of the same name can be merged: the
 * one rule of standard validation whose work grows with the square of the document. Fields and
 * fragments that meet at the same place of the answer are all compared with each other.
 *
 * Only for documents without cycles whose selections are bounded: what meets is followed again at
 * each spread. Selection sets that meet no other are counted once.
 */
export function countComparisons(document: DocumentNode, fragments: Fragments): number {
  const counted = new Set<SelectionSetNode>();
  const everSpread = new Set<string>();

  const ofSets = (sets: readonly SelectionSetNode[]): number => {
    const [only] = sets;
    if (sets.length === 1 && only) {
      if (counted.has(only)) return 0;
      counted.add(only);
    }
    const { groups, fields, spread } = collect(sets, fragments);
    const collections = sets.length + spread.size;
    for (const name of spread) everSpread.add(name);
    let comparisons = collections > 1 ? collections * (fields + collections) : 0;
    for (const group of groups.values()) {
      if (group.length > 1) comparisons += group.length ** 2;
      const below = group.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (below.length > 0) comparisons += ofSets(below);
    }
    return comparisons;
  };

  let comparisons = 0;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      comparisons += ofSets([definition.selectionSet]);
    }
  }
  // What no operation spreads is compared all the same.
  for (const [name, { selectionSet }] of fragments) {
    if (!everSpread.has(name)) comparisons += ofSets([selectionSet]);
  }
  return comparisons;
}

/** Fields by their names in the answer, and the fragments that they come from. */
function collect(sets: readonly SelectionSetNode[], fragments: Fragments) {
  const groups = new Map<string, FieldNode[]>();
  const spread = new Set<string>();
  let fields = 0;
  const visit = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const group = groups.get(name);
        if (group) group.push(selection);
        else groups.set(name, [selection]);
        fields += 1;
      } else {
        const name = selection.name.value;
        if (spread.has(name)) continue;
        // Names that no fragment has are compared as well.
        spread.add(name);
        const fragment = fragments.get(name);
        if (fragment) visit(fragment.selectionSet);
      }
    }
  };
  for (const set of sets) visit(set);
  return { groups, fields, spread };
}
