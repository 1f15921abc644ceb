import {
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import depthLimit from "graphql-depth-limit";
import type { CostSet, Plan, Term } from "./plan.ts";
import { fieldNode, measureUnits, write } from "./units.ts";

/**
 * How many entity levels an operation has, by graphql-depth-limit. It gets a document in which Relay's
 * wrappers are inline fragments, so that edges and nodes count the same; its own `ignore` option would
 * mean "do not look": what lies below an ignored field scores nothing. It gets no names either, which
 * it keeps as keys of plain objects, where `__proto__` is none.
 */
export function measureDepth(plan: Plan): number {
  return measureUnits(plan, (unit, known) =>
    depthOf(
      write(unit, {
        spread: (_, fragment) => chainOf(known.get(fragment) ?? 0),
        other: withoutWrapper,
      }),
    ),
  );
}

function withoutWrapper(term: Term, selectionSet: SelectionSetNode | undefined): SelectionNode {
  if (!selectionSet) return fieldNode("leaf");
  return term.kind === "wrapper" || term.kind === "inline"
    ? { kind: Kind.INLINE_FRAGMENT, selectionSet }
    : { ...fieldNode(term.field?.name ?? ""), selectionSet };
}

/** A selection that is so many levels deep. */
function chainOf(depth: number): SelectionNode {
  let chain = fieldNode("leaf");
  for (let level = 0; level < depth; level += 1) chain = fieldNode("level", chain);
  return chain;
}

function depthOf(selectionSet: SelectionSetNode): number {
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      { kind: Kind.OPERATION_DEFINITION, operation: OperationTypeNode.QUERY, selectionSet },
    ],
  };
  let depth = 0;
  const rule = depthLimit(Number.MAX_SAFE_INTEGER, {}, (depths: Record<string, number>) => {
    depth = Math.max(0, ...Object.values(depths));
  });
  rule({ getDocument: () => document, reportError() {} });
  return depth;
}

/** The path that has as many levels as the operation, without Relay's wrappers. */
export function deepestPath({ sets, root }: Plan): string[] {
  const paths = new Map<CostSet, string[]>();
  for (const set of sets) {
    let longest: string[] = [];
    for (const term of set.terms) {
      const path = pathOf(term, term.below && paths.get(term.below));
      if (path.length > longest.length) longest = path;
    }
    paths.set(set, longest);
  }
  return paths.get(root) ?? [];
}

function pathOf({ kind, node, field }: Term, below: string[] | undefined): string[] {
  if (!below || field?.name.startsWith("__")) return [];
  const isLevel = node.kind === Kind.FIELD && kind !== "wrapper";
  return isLevel ? [(node.alias ?? node.name).value, ...below] : below;
}
