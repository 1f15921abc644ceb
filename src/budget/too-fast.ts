import type { GraphQLError } from "graphql";
import { refusal } from "../errors.ts";
import type { Level } from "./level.ts";
import { budgetHeaders } from "./headers.ts";

const holders = {
  key: "the API key",
  workspace: "the workspace, over all its keys",
  address: "requests without a valid API key from your address",
};

/** The refusal of what comes too fast: RATE_LIMITED, with the time after which it would pass. */
export function tooFast(level: Level, waitMs: number): GraphQLError {
  const { holder, limit, remaining, resetAt } = level;
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  return refusal(
    "RATE_LIMITED",
    `The rate budget of ${holders[holder.kind]} has ${remaining} of ${limit} points a minute left, ` +
      `less than this costs. Try again in ${retryAfterSeconds} s.`,
    { limit, remaining, resetAt: new Date(resetAt).toISOString(), retryAfterSeconds },
    { "retry-after": String(retryAfterSeconds), ...budgetHeaders([level]) },
  );
}
