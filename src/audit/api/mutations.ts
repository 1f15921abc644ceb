import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  type GraphQLCompositeType,
  type GraphQLInputType,
  type GraphQLSchema,
} from "graphql";
import type { Permission } from "../../auth/permissions.ts";
import { permissionOf } from "../../schema/permissions.ts";
import { selectEverything, type Json } from "./select.ts";
import type { ApiTry, Ids } from "./tries.ts";

/**
 * Every mutation that takes an id, with ids of another workspace: the answer may have nothing of it. The
 * audit's own pool rolls back whatever a mutation does.
 */
export function mutationTries(schema: GraphQLSchema, foreign: Ids): ApiTry[] {
  return Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap((field) => {
    if (!field.args.some(({ type }) => hasId(type))) return [];
    const needs = permissionOf(field);
    const named = getNamedType(field.type);
    const selection = isLeafType(named)
      ? ""
      : selectEverything(schema, named as GraphQLCompositeType, { levels: 1, size: 1 });
    const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(", ");
    const given = field.args.map(({ name }) => `${name}: $${name}`).join(", ");
    return [...foreign].flatMap(([type, [id]]): ApiTry[] =>
      id === undefined
        ? []
        : [
            {
              target: `Mutation.${field.name}`,
              name: `B's ${type} in its input`,
              query: `mutation (${declared}) { found: ${field.name}(${given}) ${selection} }`,
              variables: Object.fromEntries(
                field.args.map((argument) => [argument.name, valueOf(argument.type, id)]),
              ),
              needs: needs === undefined ? [] : [needs satisfies Permission],
              expects: "refusal",
            },
          ],
    );
  });
}

function hasId(type: GraphQLInputType): boolean {
  const named = getNamedType(type);
  if (named.name === "ID") return true;
  return (
    isInputObjectType(named) && Object.values(named.getFields()).some((field) => hasId(field.type))
  );
}

/** Something that the type accepts, with this id wherever it takes one. */
function valueOf(type: GraphQLInputType, id: string): Json {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [valueOf(nullable.ofType, id)];
  if (isInputObjectType(nullable)) {
    const fields = Object.values(nullable.getFields()).filter(
      (field) => isNonNullType(field.type) || hasId(field.type),
    );
    return Object.fromEntries(fields.map((field) => [field.name, valueOf(field.type, id)]));
  }
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name;
  const samples: Record<string, Json> = {
    ID: id,
    Boolean: false,
    Int: 1,
    BigInt: 1,
    Float: 1,
    DateTime: "2030-01-01T00:00:00.000Z",
  };
  return nullable.name in samples ? samples[nullable.name] : "audit@example.com";
}
