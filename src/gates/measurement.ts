import {
  getVariableValues,
  isAbstractType,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from "graphql";
import { measureComplexity } from "./complexity.ts";
import { costOf, type Cost } from "./cost.ts";
import { measureDepth } from "./depth.ts";
import { introspectionSize } from "./introspection.ts";
import { operationOf, rootFields } from "./operation.ts";
import { planOf, type Plan } from "./plan.ts";

/** What does not depend on variables, of one operation of a document. */
export interface Measurement {
  operation: OperationDefinitionNode;
  roots: ReadonlySet<string>;
  /** About how many values it reads of the schema. */
  introspection: number;
  depth: number;
  /** The fields that it selects, as `Post.body`; of an interface's field, those of all its types. */
  fields: ReadonlySet<string>;
  plan: Plan;
  /** What it costs at most, by graphql-query-complexity. */
  atMost: number;
  /** Whether the plan gives the same: if not, nothing is believed to be cheaper. */
  isPlanRight: boolean;
  /** Whether it reads one object by one statement, and nothing else. */
  readsOne: boolean;
  /** The cost, where it does not depend on variables. */
  constant: Cost | undefined;
}

/** Measures once what holds for all variables. Only for documents that passed validation. */
export function measure(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Measurement {
  const measured = operationOf(schema, document, operation);
  const plan = planOf(measured);
  const atMost = measureComplexity(plan);
  const isPlanRight = costOf(plan, { variables: undefined }).complexity === atMost;
  return {
    operation,
    roots: rootFields(measured),
    introspection: introspectionSize(measured),
    depth: measureDepth(plan),
    fields: fieldsOf(plan),
    plan,
    atMost,
    isPlanRight,
    readsOne: operation.operation === OperationTypeNode.QUERY && isOneObject(plan),
    constant: dependsOnVariables(plan) ? undefined : costOf(plan, { variables: {} }),
  };
}

function fieldsOf({ schema, sets }: Plan): Set<string> {
  const names = new Set<string>();
  for (const { type, terms } of sets) {
    const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    for (const { field } of terms) {
      if (field) for (const { name } of types) names.add(`${name}.${field.name}`);
    }
  }
  return names;
}

/** Lists and connections may take several statements; leaves and wrappers come with their object. */
function isOneObject({ sets }: Plan): boolean {
  const relations = sets
    .flatMap(({ terms }) => terms)
    .filter(({ kind }) => kind === "object" || kind === "list" || kind === "connection");
  return relations.length === 1 && relations[0]?.kind === "object";
}

/** Whether a page size is a variable, or a selection there by one: no other variable has a say in the cost. */
function dependsOnVariables({ sets }: Plan): boolean {
  return sets
    .flatMap(({ terms }) => terms)
    .flatMap(({ conditions, sizes }) => [...conditions, ...sizes])
    .some(({ value }) => "variable" in value);
}

/** An operation with its variables. */
export interface Priced {
  cost: Cost;
  complexity: number;
  /** The variables as execution will see them. */
  coerced: Record<string, unknown>;
}

/**
 * What the operation costs with these variables. Undefined when they do not fit: executing it then
 * answers with what is wrong about them, and nothing else.
 */
export function price(
  { plan, operation, constant, atMost, isPlanRight }: Measurement,
  variables: Record<string, unknown>,
): Priced | undefined {
  const coerced = coerce(plan.schema, operation, variables);
  if (!coerced) return undefined;
  const cost = constant ?? costOf(plan, { variables: coerced });
  return { cost, coerced, complexity: isPlanRight ? cost.complexity : atMost };
}

/** The variables as execution will see them; undefined when they do not fit. */
function coerce(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Record<string, unknown>,
): Record<string, unknown> | undefined {
  if (areOnlyIds(variableDefinitions, variables)) {
    return Object.fromEntries(
      variableDefinitions.map(({ variable: { name } }) => [name.value, variables[name.value]]),
    );
  }
  // One error is enough to know; a list of a hundred thousand wrong values would be as many.
  return getVariableValues(schema, variableDefinitions, variables, { maxErrors: 1 }).coerced;
}

/** Ids that are strings stay as they are; most operations that read one object have no other variables. */
const areOnlyIds = (
  definitions: readonly VariableDefinitionNode[],
  variables: Record<string, unknown>,
) =>
  definitions.every(
    ({ type, variable: { name } }) =>
      type.kind === Kind.NON_NULL_TYPE &&
      type.type.kind === Kind.NAMED_TYPE &&
      type.type.name.value === "ID" &&
      Object.hasOwn(variables, name.value) &&
      typeof variables[name.value] === "string",
  );
