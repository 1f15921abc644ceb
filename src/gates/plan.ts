import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from "graphql";
import { FragmentMemo } from "./fragments.ts";
import { isWrapper, type MeasuredOperation } from "./operation.ts";

/** A value that the document gives: as it stands there, or by a variable. */
export type Given = { literal: number | boolean | null } | { variable: string; fallback: unknown };

/** `@include` and `@skip`: the selection is there unless the value is certainly the other one. */
export interface Condition {
  value: Given;
  expected: boolean;
}

/** What selecting it costs: see cost.ts. */
export type Kinds = "leaf" | "wrapper" | "object" | "list" | "connection" | "spread" | "inline";

/** One selection. */
export interface Term {
  readonly index: number;
  readonly kind: Kinds;
  readonly node: SelectionNode;
  /** Undefined for a fragment. */
  readonly field: GraphQLField<unknown, unknown> | undefined;
  readonly conditions: readonly Condition[];
  /** A connection's `first` and `last`, a list's `ids`, where they are given. */
  readonly sizes: readonly { argument: string; value: Given }[];
  readonly below: CostSet | undefined;
}

/** One selection set; of a fragment there is one, however often it is spread. */
export interface CostSet {
  readonly index: number;
  readonly type: GraphQLCompositeType;
  readonly terms: readonly Term[];
  /** The terms that count together, for each object type that there may be: the dearest one counts. */
  readonly groups: readonly (readonly Term[])[];
}

/**
 * What an operation costs, with the variables still open: made once for a document, in one walk that
 * knows the schema. With variables it is evaluated in one loop over `sets`.
 */
export interface Plan {
  readonly schema: GraphQLSchema;
  /** Each after those below it; the operation's own is the last. */
  readonly sets: readonly CostSet[];
  readonly root: CostSet;
  readonly terms: number;
}

/** Only for documents that passed validation. */
export function planOf({ schema, operation, fragments }: MeasuredOperation): Plan {
  const sets: CostSet[] = [];
  let terms = 0;

  const compositeType = (name: string): GraphQLCompositeType => {
    const type = schema.getType(name);
    if (!isCompositeType(type)) throw new Error(`${name} has no fields`);
    return type;
  };
  const spread = new FragmentMemo(fragments, ({ selectionSet, typeCondition }) =>
    setOf(selectionSet, compositeType(typeCondition.name.value)),
  );

  const setOf = ({ selections }: SelectionSetNode, type: GraphQLCompositeType): CostSet => {
    const own = selections.map((node) => termOf(node, type));
    const set = { index: sets.length, type, terms: own, groups: groupsOf(schema, type, own) };
    sets.push(set);
    return set;
  };
  const termOf = (node: SelectionNode, parent: GraphQLCompositeType): Term => {
    const shared = { node, conditions: conditionsOf(node), field: undefined, sizes: [] };
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      const below = spread.get(node.name.value);
      return { ...shared, kind: "spread", below, index: terms++ };
    }
    if (node.kind === Kind.INLINE_FRAGMENT) {
      const { typeCondition } = node;
      const type = typeCondition ? compositeType(typeCondition.name.value) : parent;
      return { ...shared, kind: "inline", below: setOf(node.selectionSet, type), index: terms++ };
    }
    const field = fieldOf(parent, node.name.value);
    const { kind, type } = factsOf(parent, field);
    const below = node.selectionSet && type ? setOf(node.selectionSet, type) : undefined;
    return { ...shared, kind, field, below, sizes: sizesOf(kind, field, node), index: terms++ };
  };

  const rootType = schema.getRootType(operation.operation);
  if (!rootType) throw new Error(`the schema has no ${operation.operation}`);
  const root = setOf(operation.selectionSet, rootType);
  return { schema, sets, root, terms };
}

const META_FIELDS = new Map(
  [SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef].map((field) => [field.name, field]),
);

function fieldOf(parent: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> {
  const own = "getFields" in parent ? parent.getFields() : {};
  const field = Object.hasOwn(own, name) ? own[name] : META_FIELDS.get(name);
  if (!field) throw new Error(`${parent.name} has no field ${name}`);
  return field;
}

/** What is the same for each selection of a field. */
interface Facts {
  kind: Kinds;
  /** What its selections are of. */
  type: GraphQLCompositeType | undefined;
}

/** Asking graphql-js for the kind of a type is slow, outside of production very slow. */
const facts = new WeakMap<GraphQLField<unknown, unknown>, Facts>();

function factsOf(parent: GraphQLCompositeType, field: GraphQLField<unknown, unknown>): Facts {
  const known = facts.get(field);
  if (known) return known;
  const named = getNamedType(field.type);
  const found = { kind: kindOf(parent, field), type: isCompositeType(named) ? named : undefined };
  facts.set(field, found);
  return found;
}

function kindOf(
  parent: GraphQLCompositeType,
  { name, type }: GraphQLField<unknown, unknown>,
): Kinds {
  if (isWrapper(parent.name, name)) return "wrapper";
  const named = getNamedType(type);
  if (isLeafType(named)) return "leaf";
  if (isListType(getNullableType(type))) return "list";
  return named.name.endsWith("Connection") ? "connection" : "object";
}

const SIZES: Partial<Record<Kinds, readonly string[]>> = {
  connection: ["first", "last"],
  list: ["ids"],
};

function sizesOf(kind: Kinds, field: GraphQLField<unknown, unknown>, node: FieldNode) {
  return (SIZES[kind] ?? []).flatMap((argument) => {
    const value = node.arguments?.find(({ name }) => name.value === argument)?.value;
    const fallback = field.args.find(({ name }) => name === argument)?.defaultValue;
    if (value) return { argument, value: givenBy(value, fallback) };
    return typeof fallback === "number" ? { argument, value: { literal: fallback } } : [];
  });
}

function conditionsOf({ directives = [] }: SelectionNode): Condition[] {
  return directives.flatMap(({ name, arguments: given = [] }) => {
    const value = given[0]?.value;
    const isCondition = name.value === "include" || name.value === "skip";
    if (!value || !isCondition) return [];
    return { value: givenBy(value, undefined), expected: name.value === "include" };
  });
}

/** A list counts by its length. */
function givenBy(value: ValueNode, fallback: unknown): Given {
  if (value.kind === Kind.VARIABLE) return { variable: value.name.value, fallback };
  if (value.kind === Kind.INT) return { literal: Number(value.value) };
  if (value.kind === Kind.BOOLEAN) return { literal: value.value };
  if (value.kind === Kind.LIST) return { literal: value.values.length };
  // A single value where a list is asked for is a list of one.
  return { literal: value.kind === Kind.STRING ? 1 : null };
}

/** As graphql-query-complexity does: a fragment counts as its dearest type, for each type it may have. */
function groupsOf(schema: GraphQLSchema, type: GraphQLCompositeType, terms: readonly Term[]) {
  const possible = (of: GraphQLCompositeType) =>
    isAbstractType(of) ? schema.getPossibleTypes(of) : [of];
  const typeOf = ({ field, below }: Term) => (field ? type : (below?.type ?? type));
  if (terms.every((term) => typeOf(term) === type)) return [terms];

  const groups = new Map<string, Term[]>();
  for (const term of terms) {
    for (const { name } of possible(typeOf(term))) {
      const group = groups.get(name);
      if (group) group.push(term);
      else groups.set(name, [term]);
    }
  }
  return [...groups.values()];
}
