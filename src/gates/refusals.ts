import type { OperationDefinitionNode } from "graphql";
import { refusal } from "../errors.ts";
import { RELATION_POINTS, UNPAGED_POINTS, type Cost } from "./cost.ts";
import { heaviestPath, unpagedConnections } from "./heaviest.ts";
import { rewrite, type Refused, type Rewritten } from "./rewrite.ts";

/** The gates' refusals: what was measured, what is allowed, where it lies and how to pass. */

export const noSuchOperations = ({ operation }: OperationDefinitionNode) =>
  refusal("GRAPHQL_VALIDATION_FAILED", `The schema has no ${operation}s; send a query`);

export const tooCurious = (measured: number, limit: number) =>
  refusal(
    "COMPLEXITY_LIMIT_EXCEEDED",
    `The operation reads about ${measured} values of the schema; at most ${limit} are allowed. ` +
      "Use the standard introspection query, or read fewer lists within lists.",
    { measured, limit, path: ["__schema"] },
  );

export function tooDeep(depth: number, path: string[], limit: number) {
  const [last, ...rest] = path.slice(limit - 1);
  return refusal(
    "DEPTH_LIMIT_EXCEEDED",
    `The operation is ${depth} entity levels deep at ${path.join(".")}; at most ${limit} are allowed. ` +
      `Take ${[last, ...rest].join(".")} out and ask for it in an operation of its own, ` +
      "starting from the ids: node(id: …) or nodes(ids: …).",
    { measured: depth, limit, path },
  );
}

/** What the refusal of a cost is made from. */
export interface TooDear extends Refused {
  cost: Cost;
  limits: { complexity: number; nodes: number };
  /** Whether a rewritten document would get as far as this one. */
  passes: (text: string) => boolean;
}

export function tooComplex(refused: TooDear, total: number) {
  const { plan, cost, limits, coerced } = refused;
  const { path, score } = heaviestPath(plan, cost.complexityOf);
  const unpaged = unpagedConnections(plan, { variables: coerced }).map(({ field }) => field?.name);
  const addPageSizeTo = [...new Set(unpaged)];
  const advice =
    addPageSizeTo.length > 0
      ? `Add the argument first (such as first: 20) to ${addPageSizeTo.join(", ")}: a connection without a ` +
        `page size costs ${UNPAGED_POINTS} points rather than ${RELATION_POINTS}.`
      : "Select fewer fields there, or split the operation in two.";
  const offered = total === cost.complexity ? offer(refused) : undefined;
  return refusal(
    "COMPLEXITY_LIMIT_EXCEEDED",
    `The operation costs ${total} points; at most ${limits.complexity} are allowed. ` +
      `The heaviest part is ${path.join(".")} with ${score} points. ${advice}${hint(offered)}`,
    {
      measured: total,
      limit: limits.complexity,
      path,
      pathComplexity: score,
      share: share(score, total),
      addPageSizeTo,
      ...offered,
    },
  );
}

export function tooManyNodes(refused: TooDear) {
  const { plan, cost, limits } = refused;
  const { path, score } = heaviestPath(plan, cost.nodesOf);
  const offered = offer(refused);
  return refusal(
    "NODE_LIMIT_EXCEEDED",
    `The operation asks for up to ${cost.nodes} nodes; at most ${limits.nodes} are allowed. ` +
      `Most of them are at ${path.join(".")}. ` +
      `Lower the page sizes (first, last) on that path: they multiply.${hint(offered)}`,
    {
      measured: cost.nodes,
      limit: limits.nodes,
      path,
      pathNodes: score,
      share: share(score, cost.nodes),
      ...offered,
    },
  );
}

/** Page sizes as text take tokens: what would be refused for those is not offered. */
function offer(refused: TooDear): Rewritten | undefined {
  const offered = rewrite(refused, refused.limits);
  return offered && refused.passes(offered.rewritten) ? offered : undefined;
}

const hint = (offered: Rewritten | undefined) =>
  offered ? " extensions.rewritten is the operation with page sizes that pass." : "";

const share = (score: number, total: number) => Math.round((score / total) * 1000) / 1000;
