import type { Tried } from "../tried.ts";
import { functionRules } from "./functions.ts";
import { grantRules } from "./grants.ts";
import { keyRules } from "./keys.ts";
import { policyRules } from "./policies.ts";
import { roleRules } from "./roles.ts";
import type { Rule, RuleFacts, Subject } from "./rule.ts";
import { tableRules } from "./tables.ts";
import { triggerRules } from "./triggers.ts";

/** Every rule; what none of them says, the audit does not know. */
export const rules: readonly Rule[] = [
  ...tableRules,
  ...policyRules,
  ...triggerRules,
  ...functionRules,
  ...roleRules,
  ...grantRules,
  ...keyRules,
];

/** Asks the database one query; what is planted in a transaction is seen in that transaction. */
export type Ask = (text: string) => PromiseLike<readonly Subject[]>;

/** Names are written short where this path has them; nobody's own come before PostgreSQL's. */
export const SEARCH_PATH = "pg_catalog, public, pg_temp";

/** Holds the catalog against every rule. `ask` must have {@link SEARCH_PATH}. */
export async function holdRules(
  ask: Ask,
  facts: RuleFacts,
  which: readonly Rule[] = rules,
): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const rule of which) tried.push(...(await holdRule(ask, rule, facts)));
  return tried;
}

async function holdRule(ask: Ask, rule: Rule, facts: RuleFacts): Promise<Tried[]> {
  const { name, query } = rule;
  const subjects = await ask(typeof query === "string" ? query : query(facts));
  const [as, column] = ["the catalog", "holds"];
  if (subjects.length === 0 && !rule.mayBeEmpty) {
    const missing = `there is nothing that the rule “${name}” could look at. Are the migrations applied?`;
    return [
      {
        name,
        target: "database",
        column,
        as,
        came: "nothing to look at",
        verdict: "finding",
        says: missing,
      },
    ];
  }
  const level = typeof rule.level === "function" ? rule.level(facts) : rule.level;
  const verdict = level ?? "finding";
  return subjects.map(({ place, detail, holds }) =>
    holds
      ? { name, target: place, column, as, came: "holds", verdict: "held" }
      : {
          name,
          target: place,
          column,
          as,
          came: "does not hold",
          verdict,
          says: rule.says(place, detail ?? ""),
        },
  );
}
