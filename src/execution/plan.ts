import {
  defaultFieldResolver,
  isObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  getNamedType,
  visit,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { collectFields, collectSubfields } from "graphql/execution/collectFields.js";
import { argumentsOf, type Arguments } from "./arguments.ts";
import { isText, writerOf, type Write } from "./leaf.ts";
import { resolveAllOf, type ResolveAll } from "./resolve-all.ts";
import { Surprise } from "./surprise.ts";

/** The lists around a field's objects, from the outside, and where null may stand. */
export interface Nesting {
  isRequired: boolean;
  item?: Nesting;
}

/** A field whose value is read from its object when the answer is written. */
export interface PropertyField {
  kind: "property";
  responseKey: string;
  /** `"title":`, with a comma before it unless it is the first. */
  key: string;
  /** The key and a quotation mark, where values are texts. */
  textKey: string | undefined;
  name: string;
  write: Write;
}

/** A field that a resolver is asked for before the answer is written, or below which there are objects. */
export interface LoadedField {
  kind: "leaf" | "objects";
  key: string;
  textKey: string | undefined;
  /** Where its values are, in the order of its objects. */
  slot: number;
  responseKey: string;
  definition: GraphQLField<unknown, unknown>;
  parentType: GraphQLObjectType;
  nodes: readonly FieldNode[];
  /** Undefined where a property of the object is all that is needed. */
  resolve: GraphQLFieldResolver<unknown, unknown> | undefined;
  /** Does the same for all objects at once. */
  resolveAll: ResolveAll | undefined;
  /** Of a leaf. */
  write: Write;
  /** Of objects. */
  nesting: Nesting;
  /** The type of the objects; undefined for one that may be several, or for a leaf. */
  objectType: GraphQLObjectType | undefined;
  arguments: Arguments;
  /** The selections by the type of the objects, made when the first of a type comes. */
  below: Map<GraphQLObjectType, ObjectPlan>;
}

/** `__typename`: its key and its value. */
export interface TypenameField {
  kind: "typename";
  responseKey: string;
  text: string;
}

export type FieldPlan = TypenameField | PropertyField | LoadedField;

/** The selections of an object of one type. */
export interface ObjectPlan {
  type: GraphQLObjectType;
  fields: readonly FieldPlan[];
  /** Those of the fields that must be loaded. */
  loaded: readonly LoadedField[];
  /** Tells this plan from others of the operation. */
  slot: number;
}

/** One operation, with given values of the variables on which `@skip` and `@include` depend. */
export class OperationPlan {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Record<string, FragmentDefinitionNode>;
  readonly root: ObjectPlan;
  /** Whether there are fragments, of which some may not be of the type of any object. */
  readonly hasFragments: boolean;
  /** How many slots have been given out. */
  slots = 0;
  /** How many fields have been compiled. */
  fields = 0;
  readonly #conditions: Record<string, unknown>;
  readonly #arguments = new WeakMap<LoadedField, object>();

  constructor(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Record<string, FragmentDefinitionNode>,
    conditions: Record<string, unknown>,
  ) {
    this.schema = schema;
    this.operation = operation;
    this.fragments = fragments;
    this.#conditions = conditions;
    this.hasFragments = hasFragments(operation);
    const type = schema.getQueryType();
    if (!type) throw new Surprise("there are no queries");
    this.root = this.#objectPlan(
      type,
      collectFields(schema, fragments, conditions, type, operation.selectionSet),
    );
  }

  /** The selections below a field, of objects of a type. */
  below(field: LoadedField, type: GraphQLObjectType): ObjectPlan {
    let plan = field.below.get(type);
    if (!plan) {
      const { schema, fragments } = this;
      plan = this.#objectPlan(
        type,
        collectSubfields(schema, fragments, this.#conditions, type, field.nodes),
      );
      field.below.set(type, plan);
    }
    return plan;
  }

  /** The values of a field's arguments: the same object for all its parents. */
  argumentsOf(field: LoadedField, variables: Record<string, unknown>): object {
    let values = this.#arguments.get(field);
    if (values) return values;
    values = field.arguments.valuesFor(variables);
    if (!field.arguments.haveVariables) this.#arguments.set(field, values);
    return values;
  }

  #objectPlan(
    type: GraphQLObjectType,
    selected: ReadonlyMap<string, readonly FieldNode[]>,
  ): ObjectPlan {
    if (type.isTypeOf) throw new Surprise("isTypeOf is not asked");
    const definitions = type.getFields();
    const fields: FieldPlan[] = [];
    for (const [responseKey, nodes] of selected) {
      const name = nodes[0]?.name.value ?? "";
      const key = `${fields.length === 0 ? "" : ","}${JSON.stringify(responseKey)}:`;
      if (name === "__typename") {
        fields.push({ kind: "typename", responseKey, text: key + JSON.stringify(type.name) });
        continue;
      }
      const definition = definitions[name];
      // __schema and __type; what the schema does not have, validation has refused.
      if (!definition) throw new Surprise(`${type.name}.${name} is not in the schema`);
      fields.push(this.#field(type, definition, responseKey, key, nodes));
    }
    const loaded = fields.filter(isLoaded);
    this.fields += fields.length;
    return { type, fields, loaded, slot: this.slots++ };
  }

  #field(
    parentType: GraphQLObjectType,
    definition: GraphQLField<unknown, unknown>,
    responseKey: string,
    key: string,
    nodes: readonly FieldNode[],
  ): FieldPlan {
    const { name } = definition;
    const [node] = nodes;
    if (!node) throw new Surprise("a field without a node");
    const type = getNamedType(definition.type);
    const isLeaf = isLeafType(type);
    const resolve = definition.resolve === defaultFieldResolver ? undefined : definition.resolve;
    const write = isLeaf ? writerOf(definition.type) : objectsAreNoLeaves;
    const textKey = isText(definition.type) ? `${key}"` : undefined;
    if (isLeaf && !resolve) return { kind: "property", responseKey, key, textKey, name, write };
    return {
      kind: isLeaf ? "leaf" : "objects",
      key,
      textKey,
      slot: this.slots++,
      responseKey,
      definition,
      parentType,
      nodes,
      resolve,
      resolveAll: resolveAllOf(resolve),
      write,
      nesting: nestingOf(definition.type),
      objectType: isObjectType(type) ? type : undefined,
      arguments: argumentsOf(definition, node),
      below: new Map(),
    };
  }
}

const isLoaded = (field: FieldPlan): field is LoadedField =>
  field.kind === "leaf" || field.kind === "objects";

const objectsAreNoLeaves: Write = () => {
  throw new Surprise("objects are no leaves");
};

function nestingOf(type: GraphQLOutputType): Nesting {
  if (isNonNullType(type)) return { ...nestingOf(type.ofType), isRequired: true };
  if (isListType(type)) return { isRequired: false, item: nestingOf(type.ofType) };
  return { isRequired: false };
}

function hasFragments(operation: OperationDefinitionNode): boolean {
  let found = false;
  const note = () => void (found = true);
  visit(operation, { FragmentSpread: note, InlineFragment: note });
  return found;
}
