import type { Config } from "../config.ts";
import type { FinishedOperation, OperationObserver } from "./finished-operation.ts";
import type { Logger } from "./log.ts";
import { round, type Batch } from "./sql-record.ts";

/**
 * Warns of each statement and each operation that took as long as the settings say; none where neither
 * may. Statements are told with $1, $2 …: what they were bound to is a tenant's.
 */
export function slowLog(slow: Config["slow"], logger: Logger): OperationObserver[] {
  const statementMs = slow.statementMs || Infinity;
  const operationMs = slow.operationMs || Infinity;
  if (statementMs === Infinity && operationMs === Infinity) return [];
  return [
    {
      finished(operation) {
        for (const batch of operation.batches) {
          if (batch.ms >= statementMs) logger.warn(toldBatch(operation, batch), "slow statement");
        }
        if (operation.ms >= operationMs) logger.warn(toldOperation(operation), "slow operation");
      },
    },
  ];
}

function toldBatch({ requestId, name, workspaceId }: FinishedOperation, batch: Batch) {
  const { loader, keys, rows, ms, statement } = batch;
  return {
    requestId,
    operation: name,
    workspace: workspaceId,
    loader,
    keys,
    rows,
    ms: round(ms),
    statement: statement.text,
  };
}

function toldOperation(operation: FinishedOperation) {
  const { requestId, name, workspaceId, startedAt, batches, record } = operation;
  return {
    requestId,
    operation: name,
    workspace: workspaceId,
    ms: round(operation.ms),
    sqlMs: round(record.ms),
    statements: record.statements,
    // `at` is counted from the request's beginning, so that waiting shows.
    batches: batches.map(({ loader, keys, rows, ms, sentAt }) => ({
      loader,
      keys,
      rows,
      at: round(sentAt - startedAt),
      ms: round(ms),
    })),
  };
}
