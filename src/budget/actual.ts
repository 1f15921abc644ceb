import {
  Kind,
  type FieldNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { costOf } from "../gates/cost.ts";
import type { MeasuredOperation } from "../gates/operation.ts";
import { planOf } from "../gates/plan.ts";

/** An object of an answer. */
type Delivered = Readonly<Record<string, unknown>>;

/**
 * What of an operation an answer has made use of, in points: those of the operation without the
 * fields of which the answer has none, because there was no object to have them. Undefined when
 * nothing is missing. Each field is asked for once, however long its list is.
 */
export function usedPoints(
  measured: MeasuredOperation,
  variables: Record<string, unknown>,
  data: Delivered,
): number | undefined {
  const pruning = new Pruning(measured.fragments);
  const selectionSet = pruning.setOf(measured.operation.selectionSet, [data]);
  if (!pruning.isMissing) return undefined;
  const operation = { ...measured.operation, selectionSet };
  const plan = planOf({ ...measured, operation, fragments: new Map() });
  return costOf(plan, { variables }).complexity;
}

class Pruning {
  readonly #fragments: MeasuredOperation["fragments"];
  /** Whether something was taken out. */
  isMissing = false;

  constructor(fragments: MeasuredOperation["fragments"]) {
    this.#fragments = fragments;
  }

  /** The selections that at least one of these objects has. */
  setOf(set: SelectionSetNode, objects: readonly Delivered[]): SelectionSetNode {
    const selections = set.selections
      .map((selection) =>
        selection.kind === Kind.FIELD
          ? this.#field(selection, objects)
          : this.#fragment(selection, objects),
      )
      .filter((selection) => selection !== undefined);
    return { ...set, selections };
  }

  #field(field: FieldNode, objects: readonly Delivered[]): FieldNode | undefined {
    const key = (field.alias ?? field.name).value;
    if (!objects.some((object) => key in object)) {
      this.isMissing = true;
      return undefined;
    }
    if (!field.selectionSet) return field;
    const below: Delivered[] = [];
    for (const object of objects) collect(object[key], below);
    return { ...field, selectionSet: this.setOf(field.selectionSet, below) };
  }

  /** A spread becomes an inline fragment: elsewhere the same fragment may have been of use. */
  #fragment(
    selection: InlineFragmentNode | FragmentSpreadNode,
    objects: readonly Delivered[],
  ): SelectionNode | undefined {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return { ...selection, selectionSet: this.setOf(selection.selectionSet, objects) };
    }
    const fragment = this.#fragments.get(selection.name.value);
    return (
      fragment && {
        kind: Kind.INLINE_FRAGMENT,
        typeCondition: fragment.typeCondition,
        directives: selection.directives ?? [],
        selectionSet: this.setOf(fragment.selectionSet, objects),
      }
    );
  }
}

/** The objects of a field's value, which may be a list, or null. */
function collect(value: unknown, into: Delivered[]) {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, into);
  } else if (typeof value === "object" && value !== null) {
    into.push(value as Delivered);
  }
}
