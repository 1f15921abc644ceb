import {
  isRequiredArgument,
  Kind,
  OperationTypeNode,
  TypeInfo,
  ValidationContext,
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { createComplexityRule } from "graphql-query-complexity";
import { pointsOf } from "./cost.ts";
import type { CostSet, Plan, Term } from "./plan.ts";
import { fieldNode, measureUnits, write } from "./units.ts";

/**
 * The points of an operation with every variable at its dearest, by graphql-query-complexity: what it
 * costs at most, whatever the variables. Of an operation without variables that is what it costs.
 */
export function measureComplexity(plan: Plan): number {
  return measureUnits(plan, (unit, known) => {
    const points = new Map<FieldNode, number>();
    const selectionSet = write(unit, {
      spread(term, fragment) {
        const standIn = fieldNode("__typename");
        points.set(standIn, known.get(fragment) ?? 0);
        const set: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [standIn] };
        return { ...fragmentOn(fragment, set), directives: certainDirectives(term) };
      },
      other(term, below) {
        const directives = certainDirectives(term);
        if (!term.field) return { ...fragmentOn(term.below ?? unit, below), directives };
        const field: FieldNode = {
          ...fieldNode(term.field.name),
          ...(below ? { selectionSet: below } : {}),
          arguments: requiredArguments(term),
          directives,
        };
        points.set(field, pointsOf(term, { variables: undefined }));
        return field;
      },
    });
    return scoreOf(plan.schema, queryOf(fragmentOn(unit, selectionSet)), points);
  });
}

/** As the package's own `getComplexity`, which would visit each node of the document for nothing. */
function scoreOf(
  schema: GraphQLSchema,
  query: DocumentNode,
  points: ReadonlyMap<FieldNode, number>,
): number {
  let score = Number.NaN;
  const rule = createComplexityRule({
    maximumComplexity: Number.POSITIVE_INFINITY,
    estimators: [({ node, childComplexity }) => (points.get(node) ?? 0) + childComplexity],
    onComplete: (complexity) => (score = complexity),
    // The selections are bounded already; what the package gives up on would pass unmeasured.
    maxQueryNodes: Number.POSITIVE_INFINITY,
  });
  const context = new ValidationContext(schema, query, new TypeInfo(schema), (error) => {
    throw error;
  });
  visit(query, rule(context), { Document: ["definitions"], OperationDefinition: [] });
  return score;
}

const fragmentOn = (
  { type }: CostSet,
  selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [] },
): InlineFragmentNode => ({
  kind: Kind.INLINE_FRAGMENT,
  typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } },
  selectionSet,
});

const certainDirectives = ({ node: { directives = [] } }: Term) =>
  directives.filter(({ arguments: [given] = [] }) => given?.value.kind === Kind.BOOLEAN);

/** A field without them would not be counted. Their values do not matter, but there must be some. */
function requiredArguments({ node, field }: Term) {
  if (node.kind !== Kind.FIELD) return [];
  const required = field?.args.filter(isRequiredArgument) ?? [];
  if (required.length === 0) return [];
  return (node.arguments ?? [])
    .filter((given) => required.some(({ name }) => name === given.name.value))
    .map((argument) => visit(argument, { Variable: () => ANY_VARIABLE }));
}

const ANY_VARIABLE = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: "any" } } as const;

const queryOf = (selection: SelectionNode): DocumentNode => ({
  kind: Kind.DOCUMENT,
  definitions: [
    {
      kind: Kind.OPERATION_DEFINITION,
      operation: OperationTypeNode.QUERY,
      variableDefinitions: [
        {
          kind: Kind.VARIABLE_DEFINITION,
          variable: ANY_VARIABLE,
          type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: "Boolean" } },
          defaultValue: { kind: Kind.BOOLEAN, value: true },
        },
      ],
      selectionSet: { kind: Kind.SELECTION_SET, selections: [selection] },
    },
  ],
});
