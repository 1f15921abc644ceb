import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import type { Logger } from "../../src/insight/log.ts";
import type { Answer, Json, TestApp } from "./app.ts";

/** An answer with its body as it was sent. */
export interface RawAnswer extends Answer {
  text: string;
}

export interface RawRequest {
  method?: "GET" | "POST" | "PUT" | "DELETE" | "OPTIONS";
  url?: string;
  /** Text is sent as it is. */
  body?: unknown;
  /** The test app's own key unless told, none when null. */
  key?: string | null;
  headers?: Record<string, string>;
}

/** Sends what no well-behaved client would. */
export async function send(app: TestApp, request: RawRequest): Promise<RawAnswer> {
  const { method = "POST", url = "/graphql", body, key = app.key, headers } = request;
  const response = await app.server.inject({
    method,
    url,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined
      ? {}
      : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const parsed: Json = parseJson(response.payload);
  return {
    status: response.statusCode,
    headers: response.headers,
    data: parsed?.data,
    errors: parsed?.errors ?? [],
    extensions: parsed?.extensions ?? {},
    text: response.payload,
  };
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The code of the first error. */
export const codeOf = ({ errors }: Pick<Answer, "errors">): string | undefined =>
  errors[0]?.extensions?.["code"];

/** A logger that keeps its lines, down to the finest level. */
export function keepLogs(): { logger: Logger; lines: Json[]; text(): string; clear(): void } {
  const lines: Json[] = [];
  const logger = pino({ level: "trace" }, { write: (line) => void lines.push(JSON.parse(line)) });
  return {
    logger,
    lines,
    text: () => JSON.stringify(lines),
    clear: () => lines.splice(0),
  };
}

/** The longest time, in ms, for which nothing else could run while `work` did; the least of three tries. */
export async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    await sleep(5);
    delay.enable();
    await sleep(5);
    await work();
    await sleep(5);
    delay.disable();
    least = Math.min(least, delay.max / 1e6);
  }
  return least;
}
