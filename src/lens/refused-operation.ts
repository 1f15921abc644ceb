import {
  shownName,
  type FinishedOperation,
  type RefusedRequest,
} from "../insight/finished-operation.ts";
import { SqlRecord } from "../insight/sql-record.ts";

/** An operation that was refused before its document was looked at: for want of budget, or of trust. */
export function refusedOperation(request: RefusedRequest): FinishedOperation {
  const { requestId, workspaceId, code = "INTERNAL_SERVER_ERROR", status, ms, asked } = request;
  const endedAt = performance.now();
  return {
    requestId,
    workspaceId,
    name: shownName(asked?.name),
    kind: undefined,
    source: asked?.source,
    hash: undefined,
    variables: undefined,
    startedAt: endedAt - ms,
    endedAt,
    record: new SqlRecord(),
    measured: {},
    points: undefined,
    errors: [{ message: "", extensions: { code } }],
    isRefused: true,
    isAbandoned: false,
    status,
    ms,
    batches: [],
    codes: [code],
  };
}
