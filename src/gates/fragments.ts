import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from "graphql";

/** The fragments of a document by their names. */
export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export function fragmentsOf({ definitions }: DocumentNode): Fragments {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
  }
  return fragments;
}

/**
 * Computes something of selection sets for which it must be known of the fragments that they spread:
 * each fragment once, after those that it spreads itself. A spread within a cycle gets `inCycle`.
 */
export class FragmentMemo<Value> {
  readonly #fragments: Fragments;
  readonly #compute: (fragment: FragmentDefinitionNode) => Value;
  readonly #inCycle: (name: string) => Value;
  readonly #known = new Map<string, Value | typeof BUSY>();

  constructor(
    fragments: Fragments,
    compute: (fragment: FragmentDefinitionNode) => Value,
    inCycle: (name: string) => Value = unexpected,
  ) {
    this.#fragments = fragments;
    this.#compute = compute;
    this.#inCycle = inCycle;
  }

  /** Undefined for a name that no fragment has. */
  get(name: string): Value | undefined {
    const known = this.#known.get(name);
    if (known === BUSY) return this.#inCycle(name);
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    if (!fragment) return undefined;
    this.#known.set(name, BUSY);
    const value = this.#compute(fragment);
    this.#known.set(name, value);
    return value;
  }
}

const BUSY = Symbol("being computed");

function unexpected(name: string): never {
  throw new Error(`the fragment ${name} spreads itself; validation should have refused it`);
}

/** The fields of a selection set with those of its fragments, each set visited once. */
export function* fieldsWithin(set: SelectionSetNode, fragments: Fragments) {
  const seen = new Set<SelectionSetNode>([set]);
  for (const next of seen) {
    for (const selection of next.selections) {
      if (selection.kind === Kind.FIELD) yield selection;
      else if (selection.kind === Kind.INLINE_FRAGMENT) seen.add(selection.selectionSet);
      else {
        const fragment = fragments.get(selection.name.value);
        if (fragment) seen.add(fragment.selectionSet);
      }
    }
  }
}
