import {
  getNamedType,
  getVariableValues,
  isListType,
  getNullableType,
  isLeafType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type SelectionSetNode,
} from "graphql";
import { getComplexity, type ComplexityEstimatorArgs } from "graphql-query-complexity";
import { isWrapper, type MeasuredOperation } from "./operation.ts";

/** Points of a scalar field, of a relation, and of a list without a page size. */
export const FIELD_POINTS = 1;
export const RELATION_POINTS = 5;
export const UNPAGED_POINTS = 10;

/** What an operation costs, and where most of it lies. */
export interface Complexity {
  complexity: number;
  /** The path on which every field is the heaviest of its siblings, without Relay's wrappers. */
  heaviest: { path: string[]; complexity: number };
  /** Connections without `first` and `last`, as paths' last fields: a page size would halve them. */
  unpaged: string[];
}

/**
 * Points of the operation with these variables, added up. Undefined when the variables do not fit
 * the operation: executing it then answers with what is wrong about them, and nothing else.
 */
export function measureComplexity(
  measured: MeasuredOperation,
  variables: Record<string, unknown>,
): Complexity | undefined {
  const { schema, operation } = measured;
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (errors) return undefined;
  try {
    return measure(measured, variables, false);
  } catch {
    // A null where an argument must not be null fails that field alone; the rest is executed. So it
    // is measured as though it were left out, and no page size is believed.
    return measure(measured, withoutNulls(variables), true);
  }
}

const withoutNulls = (variables: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== null));

/** Throws for an argument without the value that it must have. */
function measure(
  { schema, operation, fragments }: MeasuredOperation,
  variables: Record<string, unknown>,
  isAllUnpaged: boolean,
): Complexity {
  const costs = new Map<FieldNode, number>();
  const wrappers = new Set<FieldNode>();
  const unpaged = new Set<string>();
  const estimator = (estimated: ComplexityEstimatorArgs) => {
    const { type, field, node, childComplexity } = estimated;
    if (isWrapper(type.name, field.name)) wrappers.add(node);
    const { own, isUnpaged } = pointsOf(estimated, isAllUnpaged);
    if (isUnpaged) unpaged.add(field.name);
    const cost = own + childComplexity;
    costs.set(node, Math.max(cost, costs.get(node) ?? 0));
    return cost;
  };
  const query: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [{ ...operation, name: undefined }, ...fragments.values()],
  };
  const complexity = getComplexity({
    schema,
    query,
    variables,
    estimators: [estimator],
    // The selections are bounded already; what the package gives up on would pass unmeasured.
    maxQueryNodes: Number.POSITIVE_INFINITY,
  });
  return {
    complexity,
    heaviest: heaviestPath(operation.selectionSet, costs, { fragments, wrappers }),
    unpaged: [...unpaged],
  };
}

function pointsOf({ type: parent, field, args }: ComplexityEstimatorArgs, isAllUnpaged: boolean) {
  if (isWrapper(parent.name, field.name)) return { own: 0, isUnpaged: false };
  const named = getNamedType(field.type);
  if (isLeafType(named)) return { own: FIELD_POINTS, isUnpaged: false };
  if (isListType(getNullableType(field.type))) return { own: UNPAGED_POINTS, isUnpaged: false };
  const isUnpaged =
    named.name.endsWith("Connection") &&
    (isAllUnpaged || (args["first"] == null && args["last"] == null));
  return { own: isUnpaged ? UNPAGED_POINTS : RELATION_POINTS, isUnpaged };
}

function heaviestPath(
  root: SelectionSetNode,
  costs: ReadonlyMap<FieldNode, number>,
  {
    fragments,
    wrappers,
  }: { fragments: MeasuredOperation["fragments"]; wrappers: ReadonlySet<FieldNode> },
): Complexity["heaviest"] {
  const path: string[] = [];
  let complexity = 0;
  for (let set: SelectionSetNode | undefined = root; set;) {
    const field: FieldNode | undefined = heaviestField(set, costs, fragments);
    if (!field?.selectionSet) break;
    if (path.length === 0) complexity = costs.get(field) ?? 0;
    if (!wrappers.has(field)) path.push((field.alias ?? field.name).value);
    set = field.selectionSet;
  }
  return { path, complexity };
}

function heaviestField(
  set: SelectionSetNode,
  costs: ReadonlyMap<FieldNode, number>,
  fragments: MeasuredOperation["fragments"],
): FieldNode | undefined {
  let heaviest: FieldNode | undefined;
  const seen = new Set<SelectionSetNode>();
  const sets = [set];
  for (let next = sets.pop(); next; next = sets.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const selection of next.selections) {
      if (selection.kind === Kind.FIELD) {
        if ((costs.get(selection) ?? 0) > (heaviest ? (costs.get(heaviest) ?? 0) : 0)) {
          heaviest = selection;
        }
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        sets.push(selection.selectionSet);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (fragment) sets.push(fragment.selectionSet);
      }
    }
  }
  return heaviest;
}
