/**
 * What the lens says over HTTP: plain types without imports, for its page and its command as well.
 * Durations are in milliseconds, moments in ISO 8601. No value of a variable or of a statement's parameter
 * is anywhere in it.
 */

/** `GET /lens/api/operations`: the newest first. */
export interface OperationList {
  operations: OperationSummary[];
  /** Give it as `since`, or to the stream, for what comes after these. */
  cursor: number;
  /** How many of the workspace are kept; the list has those of them that fit the filters. */
  kept: number;
  /** How many the server keeps at most, of all workspaces together. */
  keeps: number;
}

/** One operation, in one line. Also the data of the stream's events `operation`. */
export interface OperationSummary {
  /** The id of its request, which also stands in the log and in the answer's `x-request-id`. */
  id: string;
  cursor: number;
  at: string;
  /** Null for one without a name. */
  name: string | null;
  kind: "query" | "mutation" | "subscription" | null;
  ms: number;
  sqlMs: number;
  statements: number;
  /** How many of the statements are batches of loaders; the others are writes. */
  loaderBatches: number;
  /** What the request sent besides its data: BEGIN, SET, COMMIT … */
  overhead: number;
  rows: number;
  /** Points of the rate budget: asked for and, of these, used; null when it was not charged. */
  cost: { requested: number; used: number } | null;
  complexity: number | null;
  depth: number | null;
  nodes: number | null;
  /** The HTTP status, and the errors' codes, each once. */
  status: number;
  codes: string[];
  isRefused: boolean;
  marks: Mark[];
}

/** What is remarkable about an operation. */
export type Mark =
  /** A loader ran again although one batch would have done. */
  | "split"
  /** A loader sends more statements than sql-budget.lock.json agrees to, for this very document. */
  | "regression"
  | "error";

/** `GET /lens/api/operations/:id` */
export interface OperationDetail extends OperationSummary {
  /** The document as it was sent, with its numbers and enums but without its strings; null when there was none. */
  query: string | null;
  /** The operation's variables: names, types, and whether they were given; never their values. */
  variables: { name: string; type: string; isGiven: boolean }[];
  /** The loaders' statements in the order in which they ended. */
  batches: BatchDetail[];
  /** The distinct texts that batches refer to. */
  statementTexts: string[];
  fields: FieldCost[];
  hints: Hint[];
  /** Null when the lock has no such document. */
  agreed: AgreedBudget | null;
  /** Why the batches have no fields, or the fields no figures; null when they have. */
  incomplete: string | null;
}

/** One statement in the waterfall. */
export interface BatchDetail {
  index: number;
  loader: string;
  keys: number;
  rows: number;
  /** Since the request came in: when it was sent, when the database turned to it. */
  sentMs: number;
  startMs: number;
  ms: number;
  /** 1 for what waited for no other statement, 2 for what came after one of these … */
  level: number;
  /** Indexes of those that were under way at the same time. */
  beside: number[];
  /** The fields that asked, without Relay's wrappers: `accounts.posts.author`. */
  fields: string[];
  /** Index into `statementTexts`. */
  text: number;
  /** Names of $1, $2 … in the text. */
  parameters: string[];
  /** What the database said, by its code; null when it did as it was told. */
  failure: string | null;
  /** Whether `explain` can run it: reads whose parameters are still remembered. */
  canAnalyze: boolean;
}

/** A relation of the operation: what was foreseen, and what came. */
export interface FieldCost {
  /** Without Relay's wrappers; the operation itself is the empty path. */
  path: string;
  /** `Account.posts` */
  coordinate: string;
  kind: "operation" | "object" | "list" | "connection";
  /** Points of the relation with its plain fields, and with all below it. */
  points: number;
  pointsWithBelow: number;
  /** How many objects it brings at most, page sizes multiplied down the path; of the operation, its nodes. */
  nodes: number;
  pageSize: number | null;
  /** Statements in which it had a part, and their rows; null when that is not known. */
  statements: number | null;
  rows: number | null;
}

export interface Hint {
  kind: "split" | "revisit" | "needless-total" | "large-page";
  /** What is wrong, and what to do. */
  message: string;
  loader: string;
  fields: string[];
  batches: number[];
  /** Of a page that is too large: a size that would do. */
  pageSize: number | null;
}

/** What sql-budget.lock.json says of a document. */
export interface AgreedBudget {
  /** As the lock calls it. */
  name: string;
  loaders: { loader: string; agreed: number; sent: number }[];
}

/** `POST /lens/api/operations/:id/explain` */
export interface ExplainRequest {
  /** Index of the batch. */
  batch: number;
  /** Whether to run it as well, with the same parameters; rolled back, and stopped when it takes too long. */
  analyze?: boolean;
}

export interface ExplainAnswer {
  batch: number;
  analyzed: boolean;
  text: string;
  /** As PostgreSQL's EXPLAIN (FORMAT JSON) gives it, the plan for all values: it has $1 and not what was bound. */
  plan: Record<string, unknown>;
  planningMs: number | null;
  executionMs: number | null;
}

/** `POST /lens/api/dry-run` */
export interface DryRunRequest {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
}

export interface DryRunAnswer {
  /** With what the server would refuse it; empty for one that it would execute. */
  refusals: { message: string; code: string; extensions: Record<string, unknown> }[];
  name: string | null;
  kind: "query" | "mutation" | "subscription" | null;
  depth: number | null;
  complexity: number | null;
  nodes: number | null;
  limits: { depth: number; complexity: number; nodes: number };
  /** The path that costs most, without Relay's wrappers. */
  heaviest: { path: string[]; points: number } | null;
  fields: FieldCost[];
  /** What it would send at most: when every relation finds something. Null when that cannot be known. */
  statements: PredictedStatement[] | null;
  /** Why the statements are not known. */
  incomplete: string | null;
}

export interface PredictedStatement {
  loader: string;
  level: number;
  fields: string[];
  text: string;
}

/** `GET /lens/api/statements` */
export interface StatementStatistics {
  /** Whether pg_stat_statements can be read; `why` says what is missing, and how to turn it on. */
  available: boolean;
  why: string | null;
  statements: StatementFigures[];
}

/** A statement that this workspace has sent lately. */
export interface StatementFigures {
  text: string;
  loaders: string[];
  /** Of the operations that the lens keeps of this workspace. */
  calls: number;
  totalMs: number;
  /** Of all workspaces, by pg_stat_statements, as means: totals would tell what others do. */
  meanMs: number | null;
  meanRows: number | null;
  /** Share of the pages that were found in PostgreSQL's memory. */
  hitRatio: number | null;
}

/** Data of the stream's event `begin`, its first. */
export interface StreamBegin {
  /** Give it as `since` to go on from here. */
  cursor: number;
}

/** Data of the stream's event `end`: why the server ends it. */
export interface StreamEnd {
  code: string;
  message: string;
}

/** Data of the stream's event `dropped`: how many operations a reader was too slow for. */
export interface StreamDropped {
  count: number;
}
