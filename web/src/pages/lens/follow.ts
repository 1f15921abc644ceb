import type {
  OperationList,
  OperationSummary,
  StreamDropped,
  StreamEnd,
} from "../../../../src/lens/wire.ts";
import { RefusedError } from "../../api/refused.ts";
import type { LensApi } from "./api.ts";
import { eventsOf } from "./events.ts";

export interface Following {
  api: LensApi;
  /** Parameters of the list and of the stream. */
  query: string;
  /** Ends it. */
  signal: AbortSignal;
  listed: (list: OperationList) => void;
  /** New ones, the oldest first. */
  came: (operations: OperationSummary[]) => void;
  dropped: (count: number) => void;
  connected: () => void;
  /** The connection was lost and will be tried again by itself. */
  lost: () => void;
}

/** The first pause before another attempt, and the longest. */
const PAUSE_MS = { first: 500, longest: 15_000 };

/** What passes by itself. */
const PASSING = new Set(["SERVICE_UNAVAILABLE", "RATE_LIMITED", "TIMEOUT"]);

/**
 * Lists operations and then follows them until the signal ends it, over restarts of the server. Throws when they
 * cannot be listed, and what trying again does not mend.
 */
export async function follow(following: Following): Promise<void> {
  const { api, query, signal } = following;
  const list = await api.get<OperationList>(`operations?${query}`, signal);
  following.listed(list);
  let { cursor } = list;
  let pause = PAUSE_MS.first;
  for (;;) {
    try {
      const path = `operations/stream?${query}${query && "&"}since=${cursor}`;
      const stream = await api.open(path, signal);
      following.connected();
      pause = PAUSE_MS.first;
      for await (const events of eventsOf(stream)) {
        const operations: OperationSummary[] = [];
        for (const { name, data } of events) {
          if (name === "operation") operations.push(data as OperationSummary);
          if (name === "dropped") following.dropped((data as StreamDropped).count);
          if (name === "end") refuse(data as StreamEnd);
        }
        cursor = operations.at(-1)?.cursor ?? cursor;
        if (operations.length > 0) following.came(operations);
      }
    } catch (error) {
      if (error instanceof RefusedError && !PASSING.has(error.code)) throw error;
    }
    if (signal.aborted) return;
    following.lost();
    await wait(pause, signal);
    pause = Math.min(pause * 2, PAUSE_MS.longest);
    if (signal.aborted) return;
  }
}

function refuse({ code, message }: StreamEnd): never {
  throw new RefusedError(message, code, null);
}

const wait = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
