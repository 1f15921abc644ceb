import type { Statement } from "./statement.ts";

const texts = new WeakMap<Statement<unknown>, string | undefined>();

/**
 * The text of a statement that is a query's only one: it sets its workspace itself, for as long as it runs,
 * and so needs no BEGIN, SET LOCAL and COMMIT around it. Undefined for one without a value `workspaceId`.
 *
 * A condition on no table is a gate above the whole plan (`One-Time Filter`): PostgreSQL opens it before
 * it reads a row, and so before the policies ask for the workspace. Were they to ask earlier, they would find none,
 * and the statement nothing.
 */
export function aloneText(statement: Statement<unknown>): string | undefined {
  if (!texts.has(statement)) texts.set(statement, gated(statement));
  return texts.get(statement);
}

function gated({ text, parameters }: Statement<unknown>): string | undefined {
  const position = parameters.indexOf("workspaceId") + 1;
  if (position === 0) return undefined;
  // What is local to a transaction ends with the statement, which is a transaction of its own here.
  return `select alone.* from (${text}) as alone where (select
    set_config('app.workspace_id', $${position}::uuid::text, true)
      || set_config('transaction_read_only', 'on', true)) is not null`;
}
