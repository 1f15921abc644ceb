import { Kind, print, visit, type ArgumentNode, type DocumentNode, type FieldNode } from "graphql";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../page-size.ts";
import { costOf, sizeOf, type Cost } from "./cost.ts";
import { heaviestPath, responseName, unpagedConnections } from "./heaviest.ts";
import type { Plan, Term } from "./plan.ts";

/** An operation that was refused, as it was sent. */
export interface Refused {
  document: DocumentNode;
  plan: Plan;
  /** As the client sent them, and as execution would see them. */
  variables: Readonly<Record<string, unknown>>;
  coerced: Readonly<Record<string, unknown>>;
}

/** The operation with other page sizes. */
export interface Rewritten {
  rewritten: string;
  /** Where page sizes come from variables: what to send instead. */
  variables?: Record<string, unknown>;
}

interface Limits {
  complexity: number;
  nodes: number;
}

/** Sizes are halved so often at most. */
const MOST_STEPS = 60;

/**
 * The operation with page sizes that make it pass, changed as little as is sensible: a page size where
 * there is none (the one that it has anyway), smaller ones on the heaviest path while it asks for too
 * many nodes. Undefined when page sizes alone do not help.
 */
export function rewrite(refused: Refused, limits: Limits): Rewritten | undefined {
  const sizes = new PageSizes(refused);
  if (sizes.cost().complexity > limits.complexity) {
    for (const term of sizes.unpaged()) sizes.set(term, DEFAULT_PAGE_SIZE);
    if (sizes.cost().complexity > limits.complexity) return undefined;
  }
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const cost = sizes.cost();
    if (cost.nodes <= limits.nodes) return sizes.written();
    const term = sizes.largestOn(heaviestPath(refused.plan, cost.nodesOf).terms);
    if (!term) return undefined;
    const before = sizes.of(term);
    const after = sizes.largestThatFits(term, before - 1, limits.nodes);
    sizes.set(term, after ?? Math.floor(before / 2));
  }
  return undefined;
}

/** The page sizes of an operation while they are being changed. */
class PageSizes {
  readonly #refused: Refused;
  readonly #variables: Record<string, unknown>;
  readonly #changedVariables = new Map<string, number>();
  readonly #sizes = new Map<Term, number>();
  readonly #twins = new Map<string, Term[]>();

  constructor(refused: Refused) {
    this.#refused = refused;
    this.#variables = { ...refused.coerced };
    for (const term of refused.plan.sets.flatMap(({ terms }) => terms)) {
      if (term.kind !== "connection") continue;
      const key = twinKey(term);
      this.#twins.set(key, [...(this.#twins.get(key) ?? []), term]);
    }
  }

  cost(): Cost {
    return costOf(this.#refused.plan, this.#inputs());
  }

  unpaged(): Term[] {
    return unpagedConnections(this.#refused.plan, this.#inputs());
  }

  /** The size that will be used. */
  of(term: Term): number {
    return Math.min(sizeOf(term, this.#inputs()) ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  }

  /** Fields that stand for the same thing in the answer must keep equal arguments. */
  set(term: Term, size: number) {
    const { variable } = this.#given(term);
    if (variable === undefined) {
      for (const twin of this.#twins.get(twinKey(term)) ?? []) this.#sizes.set(twin, size);
    } else {
      this.#variables[variable] = size;
      this.#changedVariables.set(variable, size);
    }
  }

  /** The deepest of the largest pages of a path, of those that can be smaller. */
  largestOn(path: readonly Term[]): Term | undefined {
    const pages = path.filter((term) => term.kind === "connection" && this.of(term) > 1);
    const largest = Math.max(...pages.map((term) => this.of(term)));
    return pages.findLast((term) => this.of(term) === largest);
  }

  /** Undefined when even a page of one is too many. */
  largestThatFits(term: Term, most: number, nodes: number): number | undefined {
    const fits = (size: number) => {
      this.set(term, size);
      return this.cost().nodes <= nodes;
    };
    if (!fits(1)) return undefined;
    let [fitting, above] = [1, most + 1];
    while (above - fitting > 1) {
      const middle = Math.floor((fitting + above) / 2);
      if (fits(middle)) fitting = middle;
      else above = middle;
    }
    return fitting;
  }

  written(): Rewritten {
    const nodes = new Map([...this.#sizes].map(([term, size]) => [term.node, { term, size }]));
    const document: DocumentNode = visit(this.#refused.document, {
      [Kind.FIELD]: (field: FieldNode) => {
        const change = nodes.get(field);
        if (!change) return undefined;
        const { argument } = this.#given(change.term);
        return { ...field, arguments: withSize(field.arguments ?? [], argument, change.size) };
      },
    });
    const changed = Object.fromEntries(this.#changedVariables);
    return {
      rewritten: print(document),
      ...(this.#changedVariables.size > 0
        ? { variables: { ...this.#refused.variables, ...changed } }
        : {}),
    };
  }

  #inputs() {
    return { variables: this.#variables, sizes: this.#sizes };
  }

  /** Where the term's size is given, or would be. */
  #given(term: Term): { argument: string; variable?: string } {
    const isUsed = (size: Term["sizes"][number]) =>
      typeof sizeOf({ ...term, sizes: [size] }, { variables: this.#variables }) === "number";
    const used = term.sizes.find(isUsed) ?? term.sizes.find(({ value }) => "variable" in value);
    if (!used) return { argument: "first" };
    const { argument, value } = used;
    return "variable" in value ? { argument, variable: value.variable } : { argument };
  }
}

/** Equal for all fields that may be merged into one, and for more. */
function twinKey(term: Term): string {
  const given = term.node.kind === Kind.FIELD ? (term.node.arguments ?? []) : [];
  return [
    responseName(term),
    term.field?.name,
    ...given.map((argument) => print(argument)).sort(),
  ].join("\n");
}

function withSize(given: readonly ArgumentNode[], argument: string, size: number): ArgumentNode[] {
  const others = given.filter(({ name }) => name.value !== argument);
  return [
    {
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: argument },
      value: { kind: Kind.INT, value: String(size) },
    },
    ...others,
  ];
}
