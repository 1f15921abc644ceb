import { getNamedType, getNullableType, isLeafType, isListType } from "graphql";
import { isWrapper, type MeasuredOperation } from "./operation.ts";
import { scoreOperation, type Score, type ScoredField } from "./score.ts";

/** Points of a scalar field, of a relation, and of a list without a page size. */
export const FIELD_POINTS = 1;
export const RELATION_POINTS = 5;
export const UNPAGED_POINTS = 10;

/** What an operation costs, and where most of it lies. */
export interface Complexity extends Score {
  /** Connections without `first` and `last`: a page size would halve their points. */
  unpaged: string[];
}

/** Points of the operation with these variables, added up. Undefined when they do not fit. */
export function measureComplexity(
  measured: MeasuredOperation,
  variables: Record<string, unknown>,
): Complexity | undefined {
  const unpaged = new Set<string>();
  const score = scoreOperation(measured, variables, (scored, trusted) => {
    const { own, isUnpaged } = pointsOf(scored, trusted);
    if (isUnpaged) unpaged.add(scored.field.name);
    return own + scored.childComplexity;
  });
  return score && { ...score, unpaged: [...unpaged] };
}

function pointsOf({ type: parent, field, args }: ScoredField, trusted: boolean) {
  if (isWrapper(parent.name, field.name)) return { own: 0, isUnpaged: false };
  const named = getNamedType(field.type);
  if (isLeafType(named)) return { own: FIELD_POINTS, isUnpaged: false };
  if (isListType(getNullableType(field.type))) return { own: UNPAGED_POINTS, isUnpaged: false };
  const isPaged = trusted && (args["first"] != null || args["last"] != null);
  const isUnpaged = named.name.endsWith("Connection") && !isPaged;
  return { own: isUnpaged ? UNPAGED_POINTS : RELATION_POINTS, isUnpaged };
}
