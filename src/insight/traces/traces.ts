import {
  defaultTextMapGetter,
  ROOT_CONTEXT,
  SpanKind,
  type Attributes,
  type Tracer,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import type { TracerProvider } from "@opentelemetry/sdk-trace";
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
} from "@opentelemetry/semantic-conventions";
import type { IncomingHttpHeaders } from "node:http";
import type { Tracing } from "../../config.ts";
import type {
  FinishedOperation,
  OperationObserver,
  RefusedRequest,
} from "../finished-operation.ts";
import type { OperationHooks } from "../../operation-hooks.ts";
import type { Logger } from "../log.ts";
import { addBatches, databaseAttributes, operationAttributes } from "./operation-spans.ts";
import { phases, timed } from "./phases.ts";
import { createProvider, EXPORT_MS } from "./provider.ts";
import { RequestTrace } from "./request-trace.ts";

const propagator = new W3CTraceContextPropagator();

/** Answers that are the server's own failure. */
const FAILURES = new Set(["INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT"]);

/**
 * The traces of this server's requests. The span of a request begins with it, so that log lines can name
 * it; those of its parts are made once they are over, from what is known of a finished operation anyway.
 */
export class Traces implements OperationObserver {
  /** Of requests that are under way. */
  readonly #traces = new Map<string, RequestTrace>();
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #database: Attributes;
  /** The given one; its lines name the trace of their request. */
  readonly logger: Logger;

  constructor(tracing: Tracing, databaseUrl: string, logger: Logger) {
    this.#provider = createProvider(tracing, logger);
    this.#tracer = this.#provider.getTracer("socialhub");
    this.#database = databaseAttributes(databaseUrl);
    const log = (line: object) => this.#named(line as Record<string, unknown>);
    this.logger = logger.child({}, { formatters: { log } });
  }

  /** What takes part in every operation: phases, and what lets the part of hooks be seen. */
  readonly phases = phases((requestId) => this.of(requestId));
  readonly timed = (name: string, hooks: OperationHooks) =>
    timed((requestId) => this.of(requestId), name, hooks);

  of(requestId: string): RequestTrace | undefined {
    return this.#traces.get(requestId);
  }

  /** Begins the span of a request: within the trace that its headers name, or in a new one. */
  begin(
    requestId: string,
    headers: IncomingHttpHeaders,
    request: { name: string; startedAt: number; attributes: Attributes },
  ): RequestTrace {
    const parent = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    const options = { ...request, kind: SpanKind.SERVER };
    const trace = new RequestTrace(this.#tracer, request.name, options, parent);
    this.#traces.set(requestId, trace);
    return trace;
  }

  /** The answer is out, with this status, or nobody waits for one any more. */
  over(requestId: string, status: number | undefined): void {
    const trace = this.of(requestId);
    if (!trace) return;
    if (status === undefined) trace.span.setAttribute(ATTR_ERROR_TYPE, "client_closed_request");
    else trace.span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
    if (status !== undefined && status >= 500) trace.fail(String(status));
    trace.isOver = true;
    this.#end(requestId, trace);
  }

  finished(operation: FinishedOperation): void {
    const trace = this.of(operation.requestId);
    if (!trace) return;
    if (trace.span.isRecording()) {
      trace.span.setAttributes(operationAttributes(operation));
      const failure = operation.codes.find((code) => FAILURES.has(code));
      if (failure !== undefined && !operation.isAbandoned) trace.fail(failure);
      addBatches(trace, operation, this.#database);
    }
    trace.isRunning = false;
    this.#end(operation.requestId, trace);
  }

  refused({ requestId, code }: RefusedRequest): void {
    const trace = this.of(requestId);
    if (!trace) return;
    if (code !== undefined) trace.span.setAttribute("socialhub.error_codes", [code]);
    if (code !== undefined && FAILURES.has(code)) trace.fail(code);
    trace.isRunning = false;
    this.#end(requestId, trace);
  }

  /** Sends what was not sent yet, for as long as that may take; it never throws. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const impatience = new Promise<void>((resolve) => (timer = setTimeout(resolve, EXPORT_MS)));
    // What was lost has been told.
    await Promise.race([this.#provider.shutdown().catch(() => undefined), impatience]);
    clearTimeout(timer);
  }

  /** An operation whose client has hung up goes on for a moment: its trace ends with it. */
  #end(requestId: string, trace: RequestTrace) {
    if (!trace.isOver || trace.isRunning) return;
    trace.end();
    // The last line of a request is written after this.
    setImmediate(() => this.#traces.delete(requestId));
  }

  #named(line: Record<string, unknown>): Record<string, unknown> {
    const trace = typeof line["requestId"] === "string" ? this.of(line["requestId"]) : undefined;
    if (!trace) return line;
    const { traceId, spanId } = trace.span.spanContext();
    return { ...line, trace_id: traceId, span_id: spanId };
  }
}
