import { setTimeout as sleep } from "node:timers/promises";
import type { OperationSummary, StreamBegin, StreamDropped, StreamEnd } from "./wire.ts";

/** The server does not let this key look, or has no lens: trying again does not help. */
export class LensRefusedError extends Error {}

export interface Following {
  /** The server's origin. */
  url: string;
  key: string;
  /** Parameters of the stream. */
  filters: Record<string, string>;
  /** Ends it. */
  signal: AbortSignal;
  tell: (operation: OperationSummary) => void;
  /** What happens to the connection, for people. */
  say: (words: string) => void;
}

/** The first pause before another attempt, and the longest. */
const PAUSE_MS = { first: 500, longest: 15_000 };
/** The server says something every fifteen seconds: this long without a word, and the connection is dead. */
const SILENCE_MS = 45_000;

/**
 * Follows a server's operations until the signal ends it, over restarts of the server: nothing that it still has is
 * missed in between. Throws {@link LensRefusedError} for what trying again does not mend, and when the server
 * cannot be reached at the first attempt.
 */
export async function follow(following: Following): Promise<void> {
  const { url, signal, say } = following;
  let cursor: number | undefined;
  let pause = PAUSE_MS.first;
  let wasThere = false;
  const began = (next: number) => {
    // Of what was told before, what was missed since is still to come.
    cursor ??= next;
    pause = PAUSE_MS.first;
  };
  const told = (next: number) => (cursor = next);
  while (!signal.aborted) {
    try {
      const stream = await connect(following, cursor);
      if (wasThere) say(`connected to ${url} again`);
      wasThere = true;
      await read(stream, following, { began, told });
      if (!signal.aborted) say(`${url} has closed the connection; connecting again`);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof LensRefusedError) throw error;
      const why = reasonOf(error);
      if (!wasThere) throw new LensRefusedError(`${url} cannot be reached (${why})`);
      say(`${url} cannot be reached (${why}); trying again in ${pause / 1000} s`);
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    pause = Math.min(pause * 2, PAUSE_MS.longest);
  }
}

async function connect({ url, key, filters, signal }: Following, since: number | undefined) {
  const search = new URLSearchParams(filters);
  if (since !== undefined) search.set("since", String(since));
  const response = await fetch(`${url}/lens/api/operations/stream?${search.toString()}`, {
    headers: { authorization: `Bearer ${key}`, accept: "text/event-stream" },
    signal,
  });
  const type = response.headers.get("content-type") ?? "";
  if (response.ok && response.body && type.startsWith("text/event-stream")) return response.body;
  const text = await response.text();
  const { status } = response;
  if (status === 503 || status === 429) throw new Error(messageIn(text) ?? `HTTP ${status}`);
  if (status === 401 || status === 403) {
    throw new LensRefusedError(`${url} refuses the key (${status}): ${messageIn(text) ?? text}`);
  }
  if (status === 404) {
    throw new LensRefusedError(
      `${url} has no lens (404); it is no SocialHub, an older one, or LENS_OPERATIONS is 0 there`,
    );
  }
  throw new LensRefusedError(
    `${url} has answered with HTTP ${status}: ${messageIn(text) ?? "no stream of operations"}`,
  );
}

async function read(
  stream: ReadableStream<Uint8Array>,
  { tell, say }: Following,
  on: Record<"began" | "told", (cursor: number) => void>,
): Promise<void> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const timer = setTimeout(() => void reader.cancel(), SILENCE_MS);
    const { value, done } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    const events = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      const name = /^event: (.+)$/m.exec(event)?.[1];
      const data: unknown = JSON.parse(/^data: (.+)$/m.exec(event)?.[1] ?? "null");
      if (name === "begin") {
        on.began((data as StreamBegin).cursor);
      } else if (name === "operation") {
        const operation = data as OperationSummary;
        on.told(operation.cursor);
        tell(operation);
      } else if (name === "dropped") {
        say(`${(data as StreamDropped).count} operations came too fast to be told`);
      } else if (name === "end") {
        const { code, message } = data as StreamEnd;
        if (code !== "SERVICE_UNAVAILABLE") throw new LensRefusedError(message);
        return;
      }
    }
  }
}

/** What a refusal says. */
function messageIn(text: string): string | undefined {
  try {
    const { errors } = JSON.parse(text) as { errors: { message: string }[] };
    return errors[0]?.message;
  } catch {
    return undefined;
  }
}

/** fetch says only that it failed; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return error.message;
}
