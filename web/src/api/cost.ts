import { makeVar } from "@apollo/client";
import { useReactiveVar } from "@apollo/client/react";

/** What an operation took, as the server tells viewers who may see it. */
export interface Cost {
  statements: number;
  ms: number;
  batches: { loader: string; keys: number; rows: number; ms: number }[];
}

const costs = makeVar<Readonly<Record<string, Cost>>>({});

/** Keeps what the latest answer to the operation says of its cost. */
export function noteCost(operation: string, extensions: Record<string, unknown> | undefined) {
  const cost = extensions?.["sql"] as Cost | undefined;
  if (cost) costs({ ...costs(), [operation]: cost });
}

/** What the operation took when it was sent last; undefined when it was not, or for who may not know. */
export const useCost = (operation: string): Cost | undefined => useReactiveVar(costs)[operation];
