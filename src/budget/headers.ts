import { windowSecondsOf, type Level } from "./level.ts";

/**
 * `RateLimit` and `RateLimit-Policy`, as the IETF draft for them has it: Lists of Structured Fields
 * (RFC 9651), with an Item for each budget.
 */
export function budgetHeaders(levels: readonly Level[]): Record<string, string> {
  const item = ({ holder }: Level, parameters: string) => `"${holder.kind}";${parameters}`;
  const seconds = ({ resetAt }: Level) => Math.max(0, Math.ceil((resetAt - Date.now()) / 1000));
  return {
    "ratelimit-policy": levels
      .map((level) =>
        item(level, `q=${level.limit};qu="points";w=${windowSecondsOf(level.holder)}`),
      )
      .join(", "),
    ratelimit: levels
      .map((level) => item(level, `r=${level.remaining};t=${seconds(level)}`))
      .join(", "),
  };
}
