import {
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanKind,
  type Tracer,
} from "@opentelemetry/api";
import { ATTR_ERROR_TYPE } from "@opentelemetry/semantic-conventions";

/** A part of a request, by the clock of `performance.now()`. */
export interface Part {
  name: string;
  startedAt: number;
  endedAt: number;
  attributes?: Attributes;
  kind?: SpanKind;
  /** What it failed with, in one word. */
  failure?: string | undefined;
  /** What it is a part of; the request unless told. */
  within?: Context;
}

/** The span of one request, and the spans of its parts, which are made when they are over. */
export class RequestTrace {
  readonly span: Span;
  readonly #tracer: Tracer;
  readonly #context: Context;
  #hasFailed = false;
  /** Both clocks are looked at once: the wall's may be set back while a request runs. */
  readonly #origin = Date.now() - performance.now();
  /** Whether the operation is not over yet, also when nobody waits for the answer any more. */
  isRunning = false;
  /** Whether the answer is out, or nobody waits for it any more. */
  isOver = false;
  /** When it had arrived as a whole, and began to wait for its turn. */
  arrivedAt: number | undefined;

  constructor(
    tracer: Tracer,
    name: string,
    options: { startedAt: number; kind: SpanKind; attributes: Attributes },
    parent: Context,
  ) {
    const { startedAt, kind, attributes } = options;
    this.#tracer = tracer;
    this.span = tracer.startSpan(
      name,
      { kind, attributes, startTime: this.#origin + startedAt },
      parent,
    );
    this.#context = trace.setSpan(parent, this.span);
  }

  /** Adds a part that is over; gives what its own parts are within. */
  add({ name, kind, attributes, failure, within = this.#context, ...times }: Part): Context {
    const span = this.#tracer.startSpan(
      name,
      {
        ...(kind === undefined ? {} : { kind }),
        ...(attributes ? { attributes } : {}),
        startTime: this.#origin + times.startedAt,
      },
      within,
    );
    if (failure !== undefined) failed(span, failure);
    span.end(this.#origin + times.endedAt);
    return trace.setSpan(within, span);
  }

  /** Says that the server failed; what was said first is nearest to the cause. */
  fail(failure: string): void {
    if (!this.#hasFailed) failed(this.span, failure);
    this.#hasFailed = true;
  }

  end(): void {
    this.span.end(this.#origin + performance.now());
  }
}

/** Never with a message: it may quote what a client or a tenant wrote. */
function failed(span: Span, failure: string): void {
  span.setAttribute(ATTR_ERROR_TYPE, failure).setStatus({ code: SpanStatusCode.ERROR });
}
