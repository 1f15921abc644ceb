import type { Pool } from "./pool.ts";
import { bind, type Statement, type Values } from "./statement.ts";
import { isUuid } from "./uuid.ts";

/** What PostgreSQL's EXPLAIN (FORMAT JSON) answers with. */
export interface Explained {
  Plan: Record<string, unknown>;
  "Planning Time"?: number;
  "Execution Time"?: number;
}

const NAME = "explained_statement";

/**
 * The plan of a statement as the server's connections have it: made once for all values, below row-level security,
 * as the server's role. With `values` the statement is run as well, by ANALYZE: read only, for no longer than
 * `timeoutMs`. Whatever happens, it is rolled back.
 *
 * By PREPARE and EXECUTE, because EXPLAIN with bound values would plan for these and write them into the plan.
 * Throws PoolError without a connection, and PostgresError for what PostgreSQL refuses.
 */
export async function explain(
  pool: Pool,
  workspaceId: string,
  { statement, values }: { statement: Statement<unknown>; values: Values | undefined },
  timeoutMs: number,
): Promise<Explained> {
  // SET takes no parameters, so this check is what stands between a value and the statement.
  if (!isUuid(workspaceId)) throw new Error("a workspace id must be a UUID");
  const lease = await pool.acquire();
  const ask = <Row>(text: string) => lease.ask<Row>(text, undefined, pool.patienceMs);
  try {
    await ask(
      "begin isolation level repeatable read read only; " +
        `set local app.workspace_id = '${workspaceId}'; ` +
        `set local statement_timeout = ${Math.ceil(timeoutMs)}; ` +
        "set local plan_cache_mode = force_generic_plan; " +
        "set local standard_conforming_strings = on",
    );
    await ask(`prepare ${NAME} as ${statement.text}`);
    const given = values
      ? bind(statement, { ...values, workspaceId }).map(literal)
      : statement.parameters.map(() => "null");
    const call = given.length > 0 ? `${NAME}(${given.join(", ")})` : NAME;
    const options = values ? "format json, analyze, buffers" : "format json";
    const [row] = await ask<{ "QUERY PLAN": [Explained] }>(`explain (${options}) execute ${call}`);
    if (!row) throw new Error("EXPLAIN has answered nothing");
    return row["QUERY PLAN"][0];
  } finally {
    // Prepared statements outlive their transaction.
    const isClean = await ask("rollback")
      .then(() => ask(`deallocate ${NAME}`))
      .then(
        () => true,
        () => false,
      );
    lease.release(!isClean);
  }
}

/** A value as SQL. Without backslash escapes only quotes are special. */
function literal(value: ReturnType<typeof bind>[number]): string {
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}
