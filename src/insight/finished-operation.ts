import type { GraphQLRequestContextWillSendResponse } from "@apollo/server";
import type { GraphQLFormattedError, OperationTypeNode } from "graphql";
import type { Measured, RequestContext } from "../context.ts";
import { RequestEndedError } from "../db/session.ts";
import type { Batch, SqlRecord } from "./sql-record.ts";

type Responding = GraphQLRequestContextWillSendResponse<RequestContext>;

/**
 * What an operation was, took and gave, for whoever observes. Made of references, so that it costs next to
 * nothing; what must be computed is computed when it is read. It holds nothing of what was read but the
 * values that statements were bound to (`batches[].bound`) and the variables: neither may be shown.
 */
export class FinishedOperation {
  readonly requestId: string;
  /** Undefined for whoever has no workspace. */
  readonly workspaceId: string | undefined;
  /** Null for one without a name. */
  readonly name: string | null;
  /** Undefined when the document was not understood. */
  readonly kind: `${OperationTypeNode}` | undefined;
  /** The document's text, and its SHA-256; undefined when none was sent or found. */
  readonly source: string | undefined;
  readonly hash: string | undefined;
  /** Those of a query; of all else their names alone, with null for each, because there may be secrets in them. */
  readonly variables: Record<string, unknown> | undefined;
  /** As `performance.now()` tells time: when the request came in, and when the answer was complete. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly record: SqlRecord;
  readonly measured: Partial<Measured>;
  /** What it cost of the rate budgets; undefined when nobody was charged. */
  readonly points: { readonly requested: number; readonly actual: number } | undefined;
  /** As they leave: those that nobody foresaw are masked. */
  readonly errors: readonly GraphQLFormattedError[];
  /** Whether it was refused: nothing of it was executed. */
  readonly isRefused: boolean;
  /** Whether the client hung up meanwhile: its errors are then of that, and not the server's. */
  readonly isAbandoned: boolean;
  /** The answer's HTTP status. */
  readonly status: number;

  constructor(responding: Responding) {
    const { request, response, contextValue } = responding;
    const { session, charge } = contextValue;
    const result = response.body.kind === "single" ? response.body.singleResult : {};
    this.requestId = contextValue.requestId;
    this.workspaceId = contextValue.viewer?.workspaceId;
    this.name = shownName(responding.operationName);
    this.kind = responding.operation?.operation;
    this.source = responding.source;
    // The server names a text that was sent by its hash and a word.
    this.hash = responding.queryHash?.slice(0, 64);
    this.variables = this.kind === "query" ? request.variables : withoutValues(request.variables);
    this.startedAt = contextValue.startedAt;
    this.endedAt = performance.now();
    this.record = session.record;
    this.measured = contextValue.measured;
    this.points = charge;
    this.errors = result.errors ?? [];
    this.isRefused = result.data === undefined && session.record.batches.length === 0;
    this.isAbandoned =
      responding.errors?.some(({ originalError }) => originalError instanceof RequestEndedError) ??
      false;
    this.status = response.http.status ?? 200;
  }

  get ms(): number {
    return this.endedAt - this.startedAt;
  }

  get batches(): readonly Batch[] {
    return this.record.batches;
  }

  /** The errors' codes, each once. */
  get codes(): string[] {
    return [...new Set(this.errors.map(({ extensions }) => String(extensions?.["code"])))];
  }
}

const NAME = /^[_A-Za-z]\w*$/;
const MOST_CHARACTERS = 200;

/** The name of an operation as it is shown: whoever asks may have sent anything, of any length. */
export function shownName(name: string | null | undefined): string | null {
  if (name == null || !NAME.test(name)) return null;
  return name.length > MOST_CHARACTERS ? `${name.slice(0, MOST_CHARACTERS)}…` : name;
}

const withoutValues = (variables: Record<string, unknown> = {}) =>
  Object.fromEntries(Object.keys(variables).map((name) => [name, null]));

/** A request that ended before GraphQL: no credential, no JSON, no place. */
export interface RefusedRequest {
  requestId: string;
  workspaceId: string | undefined;
  /** Undefined where only the status is responding. */
  code: string | undefined;
  status: number;
  ms: number;
  /** The operation that nobody looked at; undefined when the request has none, or ended before it was read. */
  asked?: { source: string | undefined; name: string | undefined };
}

/** Told of all that ends, once each, before the answer leaves: it must be quick, and must not throw. */
export interface OperationObserver {
  finished(operation: FinishedOperation): void;
  refused?(request: RefusedRequest): void;
}
