import { windowSecondsOf, type Level } from "./level.ts";

/**
 * `RateLimit` and `RateLimit-Policy`, as the IETF draft for them has it: Lists of Structured Fields
 * (RFC 9651), with an Item for each budget.
 */
export function budgetHeaders(levels: readonly Level[]): Record<string, string> {
  const now = Date.now();
  let policy = "";
  let ratelimit = "";
  for (const { holder, limit, remaining, resetAt } of levels) {
    const separator = policy === "" ? "" : ", ";
    const seconds = Math.max(0, Math.ceil((resetAt - now) / 1000));
    policy += `${separator}"${holder.kind}";q=${limit};qu="points";w=${windowSecondsOf(holder)}`;
    ratelimit += `${separator}"${holder.kind}";r=${remaining};t=${seconds}`;
  }
  return { "ratelimit-policy": policy, ratelimit };
}
