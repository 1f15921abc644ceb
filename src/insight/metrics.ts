import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { errorStatus, type ErrorCode } from "../errors.ts";
import type { Pool } from "../db/pool.ts";
import type { FinishedOperation, OperationObserver } from "./finished-operation.ts";

/** What is looked at whenever metrics are read, and which operations have a name of their own there. */
export interface Measurable {
  pools: Readonly<Record<string, Pick<Pool, "state">>>;
  operations: { readonly state: { running: number; waiting: number } };
  /**
   * The name of an operation by the text of its document. Names are the client's words, of which there may
   * be any number: only those of trusted documents have series of their own.
   */
  nameOf(source: string): string | undefined;
}

/** All operations that are not among the trusted documents. */
const OTHER = "other";

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
const STATEMENT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const STATEMENTS = [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 40];
const POINTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];

/** The server in numbers, for Prometheus. Every label has few values, whatever clients send. */
export class Metrics implements OperationObserver {
  readonly #registry = new Registry();
  readonly #measured: Measurable;

  readonly #requests = this.#counter("http_requests_total", "HTTP requests that were answered", [
    "method",
    "route",
    "status",
  ]);
  readonly #requestSeconds = this.#histogram(
    "http_request_seconds",
    "Time until an HTTP request was answered",
    ["route"],
    REQUEST_SECONDS,
  );
  readonly #operationSeconds = this.#histogram(
    "operation_seconds",
    "Time of an operation that was executed, from the request's beginning to the whole answer",
    ["operation"],
    REQUEST_SECONDS,
  );
  readonly #statements = this.#histogram(
    "operation_statements",
    "SQL statements of an operation that was executed",
    ["operation"],
    STATEMENTS,
  );
  readonly #points = this.#histogram(
    "operation_complexity_points",
    "Complexity points of an operation, also of one that was refused",
    ["operation"],
    POINTS,
  );
  readonly #refusals = this.#counter(
    "refusals_total",
    "Requests of which nothing was executed, by error code",
    ["code"],
  );
  readonly #failures = this.#counter(
    "operation_errors_total",
    "Operations that were executed and have an error of this code, with or without data",
    ["code"],
  );
  readonly #abandoned = this.#counter(
    "operations_abandoned_total",
    "Operations whose client hung up before the answer",
    [],
  );
  readonly #statementSeconds = this.#histogram(
    "statement_seconds",
    "Time of an SQL statement, by the loader that asked",
    ["loader"],
    STATEMENT_SECONDS,
  );
  readonly #splits = this.#counter(
    "batch_splits_total",
    "Operations in which a loader ran more than once with equal arguments",
    ["loader"],
  );

  constructor(measured: Measurable) {
    this.#measured = measured;
    const { pools, operations } = measured;
    // So that a rate is known from the first of them on.
    for (const code of Object.keys(errorStatus)) this.#refusals.inc({ code }, 0);
    this.#gauge("pool_connections", "Database connections", ["pool", "state"], (gauge) => {
      for (const [pool, { state }] of Object.entries(pools)) {
        gauge.set({ pool, state: "busy" }, state.busy);
        gauge.set({ pool, state: "idle" }, state.idle);
      }
    });
    this.#gauge("pool_size", "The most connections that a pool opens", ["pool"], (gauge) => {
      for (const [pool, { state }] of Object.entries(pools)) gauge.set({ pool }, state.size);
    });
    this.#gauge("pool_waiting", "Who waits for a connection", ["pool"], (gauge) => {
      for (const [pool, { state }] of Object.entries(pools)) gauge.set({ pool }, state.waiting);
    });
    this.#gauge("operations", "GraphQL requests that run, or wait", ["state"], (gauge) => {
      gauge.set({ state: "running" }, operations.state.running);
      gauge.set({ state: "waiting" }, operations.state.waiting);
    });
    // The process: CPU, memory, garbage collection and the delay of the event loop.
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  answered(method: string, route: string, status: number, ms: number): void {
    this.#requests.inc({ method, route, status });
    this.#requestSeconds.observe({ route }, ms / 1000);
  }

  /** A request that ended with an error before it was an operation. */
  refusedWith(code: ErrorCode): void {
    this.#refusals.inc({ code });
  }

  finished(finished: FinishedOperation): void {
    const { source, record, measured, isRefused } = finished;
    const operation = (source && this.#measured.nameOf(source)) || OTHER;
    if (measured.complexity !== undefined) this.#points.observe({ operation }, measured.complexity);
    if (finished.isAbandoned) {
      this.#abandoned.inc();
      return;
    }
    const counter = isRefused ? this.#refusals : this.#failures;
    for (const code of finished.codes) counter.inc({ code });
    if (isRefused) return;
    this.#operationSeconds.observe({ operation }, finished.ms / 1000);
    this.#statements.observe({ operation }, record.statements);
    for (const { loader, ms } of record.batches)
      this.#statementSeconds.observe({ loader }, ms / 1000);
    for (const loader of record.splits) this.#splits.inc({ loader });
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]) {
    return new Counter({ name: named(name), help, labelNames, registers: [this.#registry] });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    buckets: number[],
  ) {
    const registers = [this.#registry];
    return new Histogram({ name: named(name), help, labelNames, buckets, registers });
  }

  #gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    collect: (gauge: Gauge<Label>) => void,
  ) {
    const gauge: Gauge<Label> = new Gauge({
      name: named(name),
      help,
      labelNames,
      registers: [this.#registry],
      collect: () => collect(gauge),
    });
  }
}

const named = (name: string) => `socialhub_${name}`;
