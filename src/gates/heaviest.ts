import { Kind } from "graphql";
import { isThere, sizeOf, type Inputs } from "./cost.ts";
import type { CostSet, Plan, Term } from "./plan.ts";

/** Where most of an operation's cost lies. */
export interface Heaviest {
  /** The terms of the path on which each field is the heaviest of its siblings. */
  terms: Term[];
  /** Their names in the answer, without Relay's wrappers. */
  path: string[];
  /** What the whole path scores. */
  score: number;
}

/** Finds it by what each term scores: {@link Cost}'s `complexityOf` or `nodesOf`. */
export function heaviestPath({ root }: Plan, scores: Float64Array): Heaviest {
  const terms: Term[] = [];
  for (let set: CostSet | undefined = root; set;) {
    const term: Term | undefined = heaviestField(set, scores);
    if (!term?.below) break;
    terms.push(term);
    set = term.below;
  }
  return {
    terms,
    path: terms.filter(({ kind }) => kind !== "wrapper").map(responseName),
    score: scores[terms[0]?.index ?? -1] ?? 0,
  };
}

function heaviestField(set: CostSet, scores: Float64Array): Term | undefined {
  let heaviest: Term | undefined;
  let most = 0;
  for (const term of fieldTerms(set, (fragment) => (scores[fragment.index] ?? 0) > 0)) {
    const score = scores[term.index] ?? 0;
    if (score > most) [heaviest, most] = [term, score];
  }
  return heaviest;
}

/** The fields of a set and of its fragments, each fragment once. */
function* fieldTerms(set: CostSet, enters: (fragment: Term) => boolean): Generator<Term> {
  const seen = new Set([set]);
  for (const { terms } of seen) {
    for (const term of terms) {
      if (term.field) yield term;
      else if (term.below && enters(term)) seen.add(term.below);
    }
  }
}

/** The connections that are asked for without a page size, each once, from below. */
export function unpagedConnections(plan: Plan, inputs: Inputs): Term[] {
  const reached = new Set([plan.root]);
  for (const { terms } of reached) {
    for (const term of terms) if (term.below && isThere(term, inputs)) reached.add(term.below);
  }
  return plan.sets
    .filter((set) => reached.has(set))
    .flatMap(({ terms }) => terms)
    .filter((term) => term.kind === "connection" && isThere(term, inputs))
    .filter((term) => sizeOf(term, inputs) === undefined);
}

export function responseName({ node }: Term): string {
  return node.kind === Kind.FIELD ? (node.alias ?? node.name).value : "";
}
