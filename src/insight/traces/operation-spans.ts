import { SpanKind, type Attributes } from "@opentelemetry/api";
import {
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_DB_SYSTEM_NAME,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  DB_SYSTEM_NAME_VALUE_POSTGRESQL,
} from "@opentelemetry/semantic-conventions";
import type { FinishedOperation } from "../finished-operation.ts";
import type { Batch } from "../sql-record.ts";
import type { RequestTrace } from "./request-trace.ts";

/** What the semantic conventions of OpenTelemetry say of a database, from its URL. */
export function databaseAttributes(url: string): Attributes {
  const { hostname, port, pathname, username } = new URL(url);
  return {
    [ATTR_DB_SYSTEM_NAME]: DB_SYSTEM_NAME_VALUE_POSTGRESQL,
    // Without a name, the login's is taken.
    [ATTR_DB_NAMESPACE]: decodeURIComponent(pathname.slice(1) || username),
    [ATTR_SERVER_ADDRESS]: hostname.replace(/^\[|\]$/g, ""),
    [ATTR_SERVER_PORT]: Number(port || 5432),
  };
}

/** The batches and statements of an operation that is over, as parts of its request. */
export function addBatches(
  trace: RequestTrace,
  { batches }: FinishedOperation,
  database: Attributes,
): void {
  for (const batch of batches) {
    const { loader, keys, rows, sentAt, startedAt, ms } = batch;
    const endedAt = startedAt + ms;
    const failure = failureOf(batch);
    const within = trace.add({
      name: `batch ${loader}`,
      startedAt: sentAt,
      endedAt,
      failure: failure?.type,
      attributes: { "socialhub.loader": loader, "socialhub.keys": keys, "socialhub.rows": rows },
    });
    const operation = operationOf(batch);
    trace.add({
      name: `${operation} ${String(database[ATTR_DB_NAMESPACE])}`,
      kind: SpanKind.CLIENT,
      startedAt,
      endedAt,
      within,
      failure: failure?.type,
      attributes: {
        ...database,
        [ATTR_DB_OPERATION_NAME]: operation,
        [ATTR_DB_QUERY_TEXT]: batch.statement.text,
        ...(failure?.sqlState === undefined
          ? {}
          : { [ATTR_DB_RESPONSE_STATUS_CODE]: failure.sqlState }),
      },
    });
  }
}

const operationOf = ({ statement }: Batch) =>
  (/^\s*(\w+)/.exec(statement.text)?.[1] ?? "SQL").toUpperCase();

/** PostgreSQL's code, or the kind of error; its message may hold values. */
function failureOf({ failure }: Batch): { type: string; sqlState?: string } | undefined {
  if (failure === undefined) return undefined;
  if (!(failure instanceof Error)) return { type: "unknown" };
  if ("code" in failure && typeof failure.code === "string") {
    return { type: failure.code, sqlState: failure.code };
  }
  return { type: failure.constructor.name };
}

/** OpenTelemetry's conventions for GraphQL, and what the server found out about the operation. */
export function operationAttributes(finished: FinishedOperation): Attributes {
  const { kind, name, record, measured, isAbandoned } = finished;
  const codes = isAbandoned ? [] : finished.codes;
  const { complexity, depth, nodes } = measured;
  return {
    ...(kind === undefined ? {} : { "graphql.operation.type": kind }),
    ...(name === null ? {} : { "graphql.operation.name": name.slice(0, LONGEST_NAME) }),
    ...(complexity === undefined ? {} : { "socialhub.complexity": complexity }),
    ...(depth === undefined ? {} : { "socialhub.depth": depth }),
    ...(nodes === undefined ? {} : { "socialhub.nodes": nodes }),
    ...(codes.length > 0 ? { "socialhub.error_codes": codes } : {}),
    "socialhub.statements": record.statements,
    "socialhub.overhead": record.overhead,
    "socialhub.rows": record.rows,
  };
}

const LONGEST_NAME = 200;
