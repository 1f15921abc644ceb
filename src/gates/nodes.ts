import { getNamedType, getNullableType, isLeafType, isListType } from "graphql";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../page-size.ts";
import { isWrapper, type MeasuredOperation } from "./operation.ts";
import { scoreOperation, type Score, type ScoredField } from "./score.ts";

/**
 * How many nodes an operation asks for with these variables: the sum over its connections of the
 * product of the page sizes down the path (GitHub's method), on the sizes that will be used.
 * Complexity adds, so that it bounds how much is asked; this multiplies, so that it bounds the answer.
 * Undefined when the variables do not fit the operation.
 */
export function measureNodes(
  measured: MeasuredOperation,
  variables: Record<string, unknown>,
): Score | undefined {
  return scoreOperation(measured, variables, nodesOf);
}

function nodesOf({ type: parent, field, args, childComplexity }: ScoredField, trusted: boolean) {
  const named = getNamedType(field.type);
  if (isLeafType(named)) return 0;
  if (isWrapper(parent.name, field.name)) return childComplexity;
  if (isListType(getNullableType(field.type))) {
    const ids: unknown = args["ids"];
    // An id that is given twice is two nodes of the answer.
    if (trusted && Array.isArray(ids)) return ids.length * (1 + childComplexity);
    return MAX_PAGE_SIZE * childComplexity;
  }
  if (!named.name.endsWith("Connection")) return childComplexity;
  return pageSize(args, trusted) * (1 + childComplexity);
}

/** A size that is not allowed is refused by the connection: it must not make others cheaper here. */
function pageSize(args: ScoredField["args"], trusted: boolean): number {
  if (!trusted) return MAX_PAGE_SIZE;
  const size: unknown = args["first"] ?? args["last"] ?? DEFAULT_PAGE_SIZE;
  return typeof size === "number" ? Math.min(Math.max(size, 0), MAX_PAGE_SIZE) : MAX_PAGE_SIZE;
}
