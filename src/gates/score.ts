import {
  getVariableValues,
  Kind,
  type DocumentNode,
  type FieldNode,
  type SelectionSetNode,
} from "graphql";
import { getComplexity, type ComplexityEstimatorArgs } from "graphql-query-complexity";
import { isWrapper, type MeasuredOperation } from "./operation.ts";

/** A field with its arguments and the score of what is selected below it. */
export type ScoredField = ComplexityEstimatorArgs;

/** What an operation scores, and where most of it lies. */
export interface Score {
  total: number;
  /** The path on which every field is the heaviest of its siblings, without Relay's wrappers. */
  heaviest: { path: string[]; score: number };
}

/**
 * Scores the operation with these variables, field by field from below, by graphql-query-complexity.
 * Undefined when the variables do not fit the operation: executing it then answers with what is wrong
 * about them, and nothing else.
 *
 * `trusted` is false where a null stands for an argument that must not be null: that field alone fails
 * and the rest is executed, so that no argument is to be believed.
 */
export function scoreOperation(
  measured: MeasuredOperation,
  variables: Record<string, unknown>,
  scoreOf: (field: ScoredField, trusted: boolean) => number,
): Score | undefined {
  const { schema, operation } = measured;
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (errors) return undefined;
  try {
    return score(measured, variables, (field) => scoreOf(field, true));
  } catch {
    return score(measured, withoutNulls(variables), (field) => scoreOf(field, false));
  }
}

const withoutNulls = (variables: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== null));

/** Throws for an argument without the value that it must have. */
function score(
  { schema, operation, fragments }: MeasuredOperation,
  variables: Record<string, unknown>,
  scoreOf: (field: ScoredField) => number,
): Score {
  const scores = new Map<FieldNode, number>();
  const wrappers = new Set<FieldNode>();
  const estimator = (scored: ScoredField) => {
    const { type, field, node } = scored;
    if (isWrapper(type.name, field.name)) wrappers.add(node);
    const found = scoreOf(scored);
    scores.set(node, Math.max(found, scores.get(node) ?? 0));
    return found;
  };
  const query: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [{ ...operation, name: undefined }, ...fragments.values()],
  };
  const total = getComplexity({
    schema,
    query,
    variables,
    estimators: [estimator],
    // The selections are bounded already; what the package gives up on would pass unmeasured.
    maxQueryNodes: Number.POSITIVE_INFINITY,
  });
  return { total, heaviest: heaviestPath(operation.selectionSet, scores, wrappers, fragments) };
}

function heaviestPath(
  root: SelectionSetNode,
  scores: ReadonlyMap<FieldNode, number>,
  wrappers: ReadonlySet<FieldNode>,
  fragments: MeasuredOperation["fragments"],
): Score["heaviest"] {
  const path: string[] = [];
  let heaviest = 0;
  for (let set: SelectionSetNode | undefined = root; set;) {
    const field: FieldNode | undefined = heaviestField(set, scores, fragments);
    if (!field?.selectionSet) break;
    if (path.length === 0) heaviest = scores.get(field) ?? 0;
    if (!wrappers.has(field)) path.push((field.alias ?? field.name).value);
    set = field.selectionSet;
  }
  return { path, score: heaviest };
}

function heaviestField(
  set: SelectionSetNode,
  scores: ReadonlyMap<FieldNode, number>,
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
        if ((scores.get(selection) ?? 0) > (heaviest ? (scores.get(heaviest) ?? 0) : 0)) {
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
