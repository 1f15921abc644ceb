import {
  Kind,
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
  type ValueNode,
} from "graphql";
import { DEEPEST_DOCUMENT } from "../settings.ts";
import { FragmentMemo, type Fragments } from "./fragments.ts";

/** What a document consists of, its fragments spread out. Of several operations together. */
export interface Shape {
  selections: number;
  aliases: number;
  /** Fields at the root of one operation. */
  rootFields: number;
  directives: number;
  /**
   * Fields and inline fragments within each other, or brackets of values and types. What is deeper than
   * DEEPEST_DOCUMENT is not looked into: then this is one more, and the other figures are too small.
   */
  levels: number;
  /** Whether a fragment spreads itself: then the other figures are too small. */
  isCyclic: boolean;
}

interface Part {
  selections: number;
  aliases: number;
  /** Fields of this set, without those below them. */
  fields: number;
  directives: number;
  levels: number;
}

/** Counts without knowing the schema: linear in the document, each fragment once. */
export function shapeOf(document: DocumentNode, fragments: Fragments): Shape {
  let isCyclic = false;
  /** Sets that are being counted within each other, through spreads as well. */
  let within = 0;
  const parts = new FragmentMemo<Part>(
    fragments,
    ({ selectionSet, directives }) => {
      const part = ofSet(selectionSet);
      part.directives += directives?.length ?? 0;
      return part;
    },
    () => {
      isCyclic = true;
      return nothing();
    },
  );
  const ofSet = ({ selections }: SelectionSetNode): Part => {
    const part = nothing();
    if (within > DEEPEST_DOCUMENT) return { ...part, levels: DEEPEST_DOCUMENT + 1 };
    within += 1;
    for (const selection of selections) {
      const { directives } = selection;
      part.selections += 1;
      part.directives += directives?.length ?? 0;
      part.levels = Math.max(part.levels, ...(directives ?? []).map(levelsOfArguments));
      add(part, ofSelection(selection));
    }
    within -= 1;
    return part;
  };
  const ofSelection = (selection: SelectionNode): Part => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      return parts.get(selection.name.value) ?? nothing();
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const inside = ofSet(selection.selectionSet);
      return { ...inside, levels: inside.levels + 1 };
    }
    const below = selection.selectionSet ? ofSet(selection.selectionSet) : nothing();
    return {
      ...below,
      aliases: below.aliases + (selection.alias ? 1 : 0),
      fields: 1,
      levels: Math.max(below.levels + 1, levelsOfArguments(selection)),
    };
  };

  const shape: Shape = { ...nothing(), rootFields: 0, isCyclic };
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      // Also one that no operation spreads is validated.
      const { levels = 0 } = parts.get(definition.name.value) ?? {};
      shape.levels = Math.max(shape.levels, levels);
    }
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { selectionSet, directives, variableDefinitions = [] } = definition;
    const part = ofSet(selectionSet);
    for (const variable of variableDefinitions) {
      part.directives += variable.directives?.length ?? 0;
      part.levels = Math.max(part.levels, levelsOf(variable.type), levelsOf(variable.defaultValue));
    }
    shape.selections += part.selections;
    shape.aliases += part.aliases;
    shape.directives += part.directives + (directives?.length ?? 0);
    shape.rootFields = Math.max(shape.rootFields, part.fields);
    shape.levels = Math.max(shape.levels, part.levels);
  }
  return { ...shape, levels: Math.min(shape.levels, DEEPEST_DOCUMENT + 1), isCyclic };
}

const nothing = (): Part => ({ selections: 0, aliases: 0, fields: 0, directives: 0, levels: 0 });

function add(part: Part, other: Part) {
  part.selections += other.selections;
  part.aliases += other.aliases;
  part.fields += other.fields;
  part.directives += other.directives;
  part.levels = Math.max(part.levels, other.levels);
}

const levelsOfArguments = ({ arguments: given = [] }: Pick<DirectiveNode, "arguments">): number =>
  given.reduce((levels, { value }) => Math.max(levels, levelsOf(value)), 0);

/** Brackets within each other, of a value or a type. */
function levelsOf(node: ValueNode | TypeNode | undefined, above = 0): number {
  if (!node || above > DEEPEST_DOCUMENT) return 0;
  let levels = 0;
  for (const child of childrenOf(node)) levels = Math.max(levels, levelsOf(child, above + 1));
  return isBracket(node) ? levels + 1 : levels;
}

function childrenOf(node: ValueNode | TypeNode): readonly (ValueNode | TypeNode)[] {
  if (node.kind === Kind.LIST) return node.values;
  if (node.kind === Kind.OBJECT) return node.fields.map(({ value }) => value);
  if (node.kind === Kind.LIST_TYPE || node.kind === Kind.NON_NULL_TYPE) return [node.type];
  return [];
}

const isBracket = ({ kind }: ASTNode) =>
  kind === Kind.LIST || kind === Kind.OBJECT || kind === Kind.LIST_TYPE;
