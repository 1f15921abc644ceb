import { Kind, type FieldNode, type SelectionNode, type SelectionSetNode } from "graphql";
import type { CostSet, Plan, Term } from "./plan.ts";

/**
 * Lets a package measure an operation in time linear in the document. Both packages follow a fragment
 * again at each spread; so each fragment is measured alone, after those that it spreads, and what was
 * measured stands in for its spreads.
 */
export function measureUnits(
  { sets, root }: Plan,
  measure: (unit: CostSet, known: ReadonlyMap<CostSet, number>) => number,
): number {
  const spread = new Set(
    sets.flatMap(({ terms }) =>
      terms.flatMap(({ kind, below }) => (kind === "spread" ? (below ?? []) : [])),
    ),
  );
  const known = new Map<CostSet, number>();
  for (const set of sets) {
    if (set === root || spread.has(set)) known.set(set, measure(set, known));
  }
  return known.get(root) ?? 0;
}

/** How a unit's selections are written for a package. */
interface Writing {
  spread(term: Term, fragment: CostSet): SelectionNode;
  /** Undefined leaves the term out. */
  other(term: Term, below: SelectionSetNode | undefined): SelectionNode;
}

/** A unit as the package gets it. */
export function write({ terms }: CostSet, writing: Writing): SelectionSetNode {
  return {
    kind: Kind.SELECTION_SET,
    selections: terms.map((term) =>
      term.kind === "spread" && term.below
        ? writing.spread(term, term.below)
        : writing.other(term, term.below && write(term.below, writing)),
    ),
  };
}

export const fieldNode = (name: string, below?: SelectionNode): FieldNode => ({
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: name },
  ...(below ? { selectionSet: { kind: Kind.SELECTION_SET, selections: [below] } } : {}),
});
