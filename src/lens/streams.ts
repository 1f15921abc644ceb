import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { GraphQLError } from "graphql";
import { refusal } from "../errors.ts";
import { whenOver } from "../http/request-end.ts";
import { fits, mayFit, type Filters } from "./filters.ts";
import type { Kept, Ring } from "./ring.ts";
import type { OperationSummary, StreamBegin, StreamDropped, StreamEnd } from "./wire.ts";

/** What one stream is made from. */
export interface Watching {
  workspaceId: string;
  filters: Filters;
  summarize(kept: Kept): Promise<OperationSummary>;
  /** Throws when the credential does not allow it any more. */
  check(): Promise<void>;
}

export interface StreamOptions {
  /** How often a word goes out, so that proxies and readers know that it lives. */
  heartbeatMs: number;
  /** How often it is asked whether the credential is still valid. */
  checkMs: number;
}

/** A reader who has not taken so many bytes gets nothing more until then. */
const MOST_UNREAD_BYTES = 262_144;
const MOST_STREAMS = 20;

/** Live streams of operations, as Server-Sent Events. */
export class Streams {
  readonly #ring: Ring;
  readonly #options: StreamOptions;
  readonly #open = new Map<Stream, string>();

  constructor(ring: Ring, options: StreamOptions = { heartbeatMs: 15_000, checkMs: 2_000 }) {
    this.#ring = ring;
    this.#options = options;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Answers with a stream. Throws RATE_LIMITED when the workspace has as many as it may. */
  start(request: FastifyRequest, reply: FastifyReply, watching: Watching): void {
    const { workspaceId } = watching;
    const own = [...this.#open.values()].filter((each) => each === workspaceId).length;
    if (own >= MOST_STREAMS) {
      throw refusal(
        "RATE_LIMITED",
        `The workspace has ${own} open streams, and may have ${MOST_STREAMS}; close one of them`,
      );
    }
    void reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as OutgoingHttpHeaders),
      "content-type": "text/event-stream; charset=utf-8",
      // Kept for another request, it would keep the server from stopping.
      connection: "close",
      // nginx would gather it.
      "x-accel-buffering": "no",
    });
    const stream = new Stream(reply.raw, watching);
    this.#open.set(stream, workspaceId);
    stream.begin(this.#ring, this.#options);
    whenOver(request, reply, () => {
      stream.stop();
      this.#open.delete(stream);
    });
  }

  /** Ends all of them, because the server stops. */
  close(): void {
    for (const stream of this.#open.keys()) {
      stream.end({ code: "SERVICE_UNAVAILABLE", message: "The server stops; connect again" });
    }
  }
}

class Stream {
  readonly #response: ServerResponse;
  readonly #watching: Watching;
  readonly #stops: (() => void)[] = [];
  /** Operations are told in the order in which they came, though some take longer to be read. */
  #telling: Promise<void> = Promise.resolve();
  #queued = 0;
  #dropped = 0;

  constructor(response: ServerResponse, watching: Watching) {
    this.#response = response;
    this.#watching = watching;
  }

  /** Tells what came since the filters' cursor, then what comes. */
  begin(ring: Ring, { heartbeatMs, checkMs }: StreamOptions): void {
    const { workspaceId, filters } = this.#watching;
    const begin: StreamBegin = { cursor: ring.cursorOf(workspaceId) };
    this.#write(eventOf("begin", begin));
    const missed = filters.since === undefined ? [] : ring.of(workspaceId);
    for (const kept of missed) this.#tell(kept);
    const heartbeat = setInterval(() => this.#write(": still here\n\n"), heartbeatMs).unref();
    const checking = setInterval(() => {
      this.#watching.check().catch((error: unknown) => this.end(reasonOf(error)));
    }, checkMs).unref();
    this.#stops.push(
      ring.watch(workspaceId, (kept) => this.#tell(kept)),
      () => clearInterval(heartbeat),
      () => clearInterval(checking),
    );
  }

  end(reason: StreamEnd): void {
    this.stop();
    this.#write(eventOf("end", reason));
    this.#response.end();
  }

  /** Nothing is told any more. */
  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #tell(kept: Kept) {
    if (!mayFit(kept, this.#watching.filters)) return;
    if (this.#response.writableLength > MOST_UNREAD_BYTES || this.#queued > MOST_QUEUED) {
      this.#dropped += 1;
      return;
    }
    this.#queued += 1;
    // Not in the time of the request that it is about.
    this.#telling = this.#telling
      .then(() => nextTurn())
      .then(async () => {
        this.#queued -= 1;
        const summary = await this.#watching.summarize(kept);
        if (this.#dropped > 0) {
          const dropped: StreamDropped = { count: this.#dropped };
          this.#dropped = 0;
          this.#write(eventOf("dropped", dropped));
        }
        if (fits(summary, this.#watching.filters)) {
          this.#write(eventOf("operation", summary, summary.cursor));
        }
      })
      .catch((error: unknown) => this.end(reasonOf(error)));
  }

  #write(text: string) {
    if (!this.#response.writableEnded && !this.#response.destroyed) this.#response.write(text);
  }
}

/** So many wait to be told at most. */
const MOST_QUEUED = 500;

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** JSON has no line breaks, so that the data is one line. */
const eventOf = (name: string, data: object, id?: number) =>
  `event: ${name}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;

function reasonOf(error: unknown): StreamEnd {
  if (error instanceof GraphQLError) {
    return { code: String(error.extensions["code"]), message: error.message };
  }
  return { code: "INTERNAL_SERVER_ERROR", message: "Something went wrong on the server" };
}
