import type { GraphQLError } from "graphql";
import { refusal } from "../errors.ts";
import type { Level } from "./level.ts";
import { budgetHeaders } from "./headers.ts";

const budgets = {
  key: "the API key",
  person: "the signed-in person",
  workspace: "the workspace, over all its keys and members",
  address: "requests without a valid API key from your address",
};

/** The refusal of what comes too fast: RATE_LIMITED, with the time after which it would pass. */
export function tooFast(level: Level, waitMs: number): GraphQLError {
  const { limit, remaining, resetAt } = level;
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  return refusal(
    "RATE_LIMITED",
    `${whatOf(level)} Try again in ${retryAfterSeconds} s.`,
    { limit, remaining, resetAt: new Date(resetAt).toISOString(), retryAfterSeconds },
    { "retry-after": String(retryAfterSeconds), ...budgetHeaders([level]) },
  );
}

function whatOf({ holder: { kind }, limit, remaining }: Level): string {
  if (kind === "sign-in-email" || kind === "sign-in-address") {
    const whose = kind === "sign-in-email" ? "with this e-mail address" : "from your address";
    return `There were too many attempts to sign in ${whose}; ${limit} in a quarter of an hour are allowed.`;
  }
  return (
    `The rate budget of ${budgets[kind]} has ${remaining} of ${limit} points a minute left, ` +
    "less than this costs."
  );
}
