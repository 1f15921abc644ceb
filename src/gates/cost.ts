import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../page-size.ts";
import type { CostSet, Given, Plan, Term } from "./plan.ts";

/** Points of a scalar field, of a relation, and of a list without a page size. */
const FIELD_POINTS = 1;
export const RELATION_POINTS = 5;
export const UNPAGED_POINTS = 10;

/** What an operation costs with its variables, as a whole and at each of its selections. */
export interface Cost {
  /** Points added up: 1 for a field, 5 for a relation, 10 for a list without a page size. */
  complexity: number;
  /** The sum over connections of the product of the page sizes down the path. */
  nodes: number;
  complexityOf: Float64Array;
  nodesOf: Float64Array;
}

/** What a plan is evaluated with. */
export interface Inputs {
  /** As execution will see them. Undefined: whatever is dearest. */
  variables: Readonly<Record<string, unknown>> | undefined;
  /** Page sizes in the place of those that the document gives. */
  sizes?: ReadonlyMap<Term, number>;
}

/**
 * Evaluates a plan: one loop over its selection sets, fragments once.
 *
 * Complexity adds, so that it bounds how much is asked; nodes multiply, so that they bound the answer.
 */
export function costOf(plan: Plan, inputs: Inputs): Cost {
  const complexityOf = new Float64Array(plan.terms);
  const nodesOf = new Float64Array(plan.terms);
  const complexities = new Float64Array(plan.sets.length);
  const nodes = new Float64Array(plan.sets.length);

  for (const set of plan.sets) {
    for (const term of set.terms) {
      if (!isThere(term, inputs)) continue;
      const below = term.below?.index;
      const complexityBelow = below === undefined ? 0 : (complexities[below] ?? 0);
      const nodesBelow = below === undefined ? 0 : (nodes[below] ?? 0);
      complexityOf[term.index] = pointsOf(term, inputs) + complexityBelow;
      nodesOf[term.index] = countNodes(term, inputs, nodesBelow);
    }
    complexities[set.index] = dearest(set, complexityOf);
    nodes[set.index] = dearest(set, nodesOf);
  }
  return {
    complexity: complexities[plan.root.index] ?? 0,
    nodes: nodes[plan.root.index] ?? 0,
    complexityOf,
    nodesOf,
  };
}

/** Points of the selection alone. */
export function pointsOf(term: Term, inputs: Inputs): number {
  switch (term.kind) {
    case "wrapper":
    case "spread":
    case "inline":
      return 0;
    case "leaf":
      return FIELD_POINTS;
    case "object":
      return RELATION_POINTS;
    case "list":
      return UNPAGED_POINTS;
    case "connection":
      return sizeOf(term, inputs) === undefined ? UNPAGED_POINTS : RELATION_POINTS;
  }
}

/** Whether the selection is executed, or may be: only what is certain makes it cheaper. */
export const isThere = ({ conditions }: Term, { variables }: Inputs): boolean =>
  conditions.every(({ value, expected }) => read(value, variables) !== !expected);

/** The page size, or the number of ids, that a selection is given; undefined for none. */
export function sizeOf(term: Term, { variables, sizes }: Inputs): number | undefined {
  const replaced = sizes?.get(term);
  if (replaced !== undefined) return replaced;
  for (const { value } of term.sizes) {
    const size = read(value, variables);
    if (typeof size === "number") return size;
    if (Array.isArray(size)) return size.length;
  }
  return undefined;
}

function countNodes(term: Term, inputs: Inputs, below: number): number {
  if (term.kind === "connection") {
    const size = sizeOf(term, inputs) ?? DEFAULT_PAGE_SIZE;
    // A size that is not allowed is refused by the connection: it must not make others cheaper.
    return Math.min(Math.max(size, 0), MAX_PAGE_SIZE) * (1 + below);
  }
  if (term.kind !== "list") return below;
  const count = sizeOf(term, inputs);
  // An id that is given twice is two nodes of the answer.
  return count === undefined ? MAX_PAGE_SIZE * below : count * (1 + below);
}

function read(given: Given, variables: Inputs["variables"]): unknown {
  if ("literal" in given) return given.literal;
  if (!variables) return undefined;
  return Object.hasOwn(variables, given.variable) ? variables[given.variable] : given.fallback;
}

function dearest({ groups }: CostSet, scores: Float64Array): number {
  let most = 0;
  for (const group of groups) {
    let sum = 0;
    for (const { index } of group) sum += scores[index] ?? 0;
    most = Math.max(most, sum);
  }
  return most;
}
