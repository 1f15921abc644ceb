import {
  getArgumentValues,
  getNamedType,
  getVariableValues,
  isAbstractType,
  isLeafType,
  isListType,
  isObjectType,
  getNullableType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from "graphql";

/**
 * Depth, complexity and nodes by their definitions: spreads everything out, remembers nothing, knows no
 * package. Slow, and easy to see through.
 */
export function measureSlowly(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Record<string, unknown>,
): { depth: number; complexity: number; nodes: number } {
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const query = schema.getQueryType();
  if (operation?.kind !== Kind.OPERATION_DEFINITION || !query) throw new Error("no query");
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (!coerced) throw new Error("the variables do not fit");
  const points = new Walker(schema, document, coerced, "complexity");
  const nodes = new Walker(schema, document, coerced, "nodes");
  return {
    depth: points.depth(operation.selectionSet, query),
    complexity: points.score(operation.selectionSet, query),
    nodes: nodes.score(operation.selectionSet, query),
  };
}

const WRAPPERS = ["edges", "nodes", "pageInfo"];

class Walker {
  readonly #schema: GraphQLSchema;
  readonly #document: DocumentNode;
  readonly #variables: Record<string, unknown>;

  readonly #what: "complexity" | "nodes";

  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Record<string, unknown>,
    what: "complexity" | "nodes",
  ) {
    this.#what = what;
    this.#schema = schema;
    this.#document = document;
    this.#variables = variables;
  }

  depth(set: SelectionSetNode, parent: GraphQLCompositeType): number {
    const depths = set.selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = this.#fragment(selection.name.value);
        return this.depth(fragment.selectionSet, this.#type(fragment.typeCondition.name.value));
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const type = selection.typeCondition
          ? this.#type(selection.typeCondition.name.value)
          : parent;
        return this.depth(selection.selectionSet, type);
      }
      if (!selection.selectionSet || selection.name.value.startsWith("__")) return 0;
      const type = getNamedType(this.#field(parent, selection).type) as GraphQLCompositeType;
      const below = this.depth(selection.selectionSet, type);
      return isRelayWrapper(parent, selection) ? below : 1 + below;
    });
    return Math.max(0, ...depths);
  }

  /** What an object of the dearest possible type scores. */
  score(set: SelectionSetNode, parent: GraphQLCompositeType): number {
    const possible = isAbstractType(parent)
      ? this.#schema.getPossibleTypes(parent)
      : isObjectType(parent)
        ? [parent]
        : [];
    return Math.max(0, ...possible.map((type) => this.#scoreOf(set, type, parent)));
  }

  #scoreOf(set: SelectionSetNode, object: GraphQLObjectType, parent: GraphQLCompositeType): number {
    let sum = 0;
    for (const selection of set.selections) {
      if (!this.#isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        sum +=
          this.#what === "nodes"
            ? this.#fieldNodes(selection, object)
            : this.#fieldComplexity(selection, object);
        continue;
      }
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? this.#fragment(selection.name.value) : selection;
      const condition = fragment.typeCondition
        ? this.#type(fragment.typeCondition.name.value)
        : parent;
      const applies =
        condition === object ||
        (isAbstractType(condition) && this.#schema.isSubType(condition, object));
      // Of an abstract type it is the dearest that counts, also where another one is meant.
      if (applies) sum += this.score(fragment.selectionSet, condition);
    }
    return sum;
  }

  #fieldComplexity(node: FieldNode, parent: GraphQLObjectType): number {
    const field = this.#field(parent, node);
    const type = getNamedType(field.type);
    if (isLeafType(type)) return isRelayWrapper(parent, node) ? 0 : 1;
    const below = node.selectionSet
      ? this.score(node.selectionSet, type as GraphQLCompositeType)
      : 0;
    if (isRelayWrapper(parent, node)) return below;
    if (isListType(getNullableType(field.type))) return 10 + below;
    if (!type.name.endsWith("Connection")) return 5 + below;
    const { first, last } = getArgumentValues(field, node, this.#variables);
    return (first == null && last == null ? 10 : 5) + below;
  }

  #fieldNodes(node: FieldNode, parent: GraphQLObjectType): number {
    const field = this.#field(parent, node);
    const type = getNamedType(field.type);
    if (isLeafType(type) || !node.selectionSet) return 0;
    const below = this.score(node.selectionSet, type as GraphQLCompositeType);
    if (isRelayWrapper(parent, node)) return below;
    const given = getArgumentValues(field, node, this.#variables);
    if (isListType(getNullableType(field.type))) {
      return Array.isArray(given["ids"]) ? given["ids"].length * (1 + below) : 100 * below;
    }
    if (!type.name.endsWith("Connection")) return below;
    const size = Number(given["first"] ?? given["last"] ?? 20);
    return Math.max(0, Math.min(100, size)) * (1 + below);
  }

  #isIncluded({ directives }: SelectionSetNode["selections"][number]): boolean {
    return (directives ?? []).every(({ name, arguments: given }) => {
      const value = given?.[0]?.value;
      const condition =
        value?.kind === Kind.VARIABLE
          ? this.#variables[value.name.value]
          : value?.kind === Kind.BOOLEAN && value.value;
      return name.value === "skip" ? !condition : Boolean(condition);
    });
  }

  #field(parent: GraphQLCompositeType, { name }: FieldNode): GraphQLField<unknown, unknown> {
    const meta = [SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef];
    const own = "getFields" in parent ? parent.getFields()[name.value] : undefined;
    const field = own ?? meta.find((candidate) => candidate.name === name.value);
    if (!field) throw new Error(`${parent.name} has no field ${name.value}`);
    return field;
  }

  #fragment(name: string): FragmentDefinitionNode {
    const found = this.#document.definitions.find(
      (definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
    );
    if (found?.kind !== Kind.FRAGMENT_DEFINITION) throw new Error(`no fragment ${name}`);
    return found;
  }

  #type(name: string): GraphQLCompositeType {
    return this.#schema.getType(name) as GraphQLCompositeType;
  }
}

function isRelayWrapper(parent: GraphQLCompositeType, { name }: FieldNode): boolean {
  if (parent.name === "RateLimit" || name.value === "rateLimit") return true;
  if (parent.name.endsWith("Connection")) return WRAPPERS.includes(name.value);
  return parent.name.endsWith("Edge") && ["node", "cursor"].includes(name.value);
}
