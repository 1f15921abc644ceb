import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";
import { fromGlobalId } from "../../loaders/global-id.ts";

/** JSON as it came. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Everything {
  /** How many relations deep. */
  levels: number;
  /** The size of every page. */
  size: number;
  /** Only this field of the first type. */
  only?: string;
  /** Names of fields that are left out. */
  without?: readonly string[];
  /** A field with required arguments is asked with these; left out without. */
  argumentsOf?: (field: GraphQLField<unknown, unknown>) => string | undefined;
}

/** A selection of every field of a type, written from the schema. */
export function selectEverything(
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  options: Everything,
): string {
  const { levels, size, only, ...rest } = options;
  const inside = { ...rest, levels, size };
  const below = { ...inside, levels: levels - 1 };
  if (isAbstractType(type)) {
    const fragments = schema
      .getPossibleTypes(type)
      .map((object) => `... on ${object.name} ${selectEverything(schema, object, options)}`);
    return `{ __typename ${fragments.join(" ")} }`;
  }
  const fields = Object.values((type as GraphQLObjectType).getFields());
  const asked = only === undefined ? fields : fields.filter(({ name }) => name === only);
  const selections = asked.map((field) => {
    const named = getNamedType(field.type);
    const given = argumentsFor(field, options);
    if (given === undefined || options.without?.includes(field.name)) return "";
    if (field.name === "id") return "id";
    if (isLeafType(named)) return `${type.name}_${field.name}: ${field.name}${given}`;
    const isInside = isPart(type) || isPart(named);
    if (levels <= 0 && !isInside && !isConnection(type)) return "";
    const isNodes = isConnection(type) && field.name === "nodes";
    const next = isNodes ? { ...inside, levels: 0 } : isInside ? inside : below;
    const selection = selectEverything(schema, named as GraphQLCompositeType, next);
    // Aliased by type, because two types of a node may disagree about a field's type.
    const argument = isConnection(named) ? `(first: ${size})` : given;
    return `${type.name}_${field.name}: ${field.name}${argument} ${selection}`;
  });
  return `{ __typename ${selections.join(" ")} }`;
}

const isConnection = (type: GraphQLNamedType) => type.name.endsWith("Connection");

/** Pages' inner types and parts of a row are no level of their own; relations of a page's nodes are asked for below edges. */
const isPart = (type: GraphQLNamedType) => /Edge$|^PageInfo$|^AuditChange$/.test(type.name);

function argumentsFor(
  field: GraphQLField<unknown, unknown>,
  { argumentsOf }: Everything,
): string | undefined {
  if (field.args.every((argument) => !isRequiredArgument(argument))) return "";
  return argumentsOf?.(field);
}

/** Every object in an answer, with its type. */
export function objectsIn(data: Json): { __typename: string; [field: string]: Json }[] {
  if (data === null || typeof data !== "object") return [];
  const inside = Object.values(data as object).flatMap(objectsIn);
  const isObject = !Array.isArray(data) && "__typename" in data;
  return isObject ? [data, ...inside] : inside;
}

/** The global ids in an answer, each once, by type. */
export function idsIn(data: Json): Map<string, string[]> {
  const ids = new Map<string, Set<string>>();
  for (const { id } of objectsIn(data)) {
    if (typeof id !== "string") continue;
    const { type } = fromGlobalId(id);
    ids.set(type, (ids.get(type) ?? new Set()).add(id));
  }
  return new Map([...ids].map(([type, found]) => [type, [...found]]));
}

/** Every type of the schema that is not introspection's. */
export const ownTypes = (schema: GraphQLSchema) =>
  Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));

/** Every object type that is not introspection's. */
export const objectTypes = (schema: GraphQLSchema) => ownTypes(schema).filter(isObjectType);

/** The types that are found again by `node`. */
export const nodeTypes = (schema: GraphQLSchema): GraphQLObjectType[] => {
  const node = schema.getType("Node");
  if (!isAbstractType(node) || !isCompositeType(node)) throw new Error("no interface Node");
  return [...schema.getPossibleTypes(node)];
};
