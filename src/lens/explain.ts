import { explain, type Explained } from "../db/explain.ts";
import type { Pool } from "../db/pool.ts";
import type { Values } from "../db/statement.ts";
import { refusal } from "../errors.ts";
import { valuesOf } from "../insight/sql-record.ts";
import type { Kept } from "./ring.ts";
import type { ExplainAnswer, ExplainRequest } from "./wire.ts";

/** Explains one statement of an operation; with `analyze` it runs once more, and is rolled back. */
export async function explainBatch(
  { pool, timeoutMs }: { pool: Pool; timeoutMs: number },
  { operation }: Kept,
  { batch: index, analyze = false }: ExplainRequest,
): Promise<ExplainAnswer> {
  const batch = operation.batches[index];
  const { workspaceId } = operation;
  if (!batch || workspaceId === undefined) {
    const most = operation.batches.length - 1;
    throw refusal(
      "BAD_USER_INPUT",
      most < 0
        ? "The operation sent no statements; there is nothing to explain"
        : `batch is ${index}; it must be the index of a batch, from 0 to ${most}`,
    );
  }
  const { statement } = batch;
  const values = valuesOf(batch);
  if (analyze && !values) {
    throw refusal(
      "BAD_USER_INPUT",
      "The statement writes, and what writes is not run again; leave analyze out for its plan",
    );
  }
  const found = await explain(
    pool,
    workspaceId,
    { statement, values: analyze ? values : undefined },
    timeoutMs,
  );
  return {
    batch: index,
    analyzed: analyze,
    text: statement.text,
    plan: redact(found, values),
    planningMs: found["Planning Time"] ?? null,
    executionMs: found["Execution Time"] ?? null,
  };
}

/** Shorter ones are in every plan by chance. */
const SHORTEST_SECRET = 4;

/** A plan for all values has none in it. Should PostgreSQL have written one into it all the same, it goes. */
function redact({ Plan }: Explained, values: Values = {}): Record<string, unknown> {
  const secrets = Object.values(values)
    .flat()
    .filter((value) => typeof value === "string" && value.length >= SHORTEST_SECRET)
    .map(String);
  if (secrets.length === 0) return Plan;
  return JSON.parse(JSON.stringify(Plan), (_, value: unknown) => {
    if (typeof value !== "string") return value;
    return secrets.reduce((text, secret) => text.replaceAll(secret, "…"), value);
  }) as Record<string, unknown>;
}
