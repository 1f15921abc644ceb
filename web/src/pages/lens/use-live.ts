import { useCallback, useEffect, useMemo, useState } from "react";
import type { OperationSummary } from "../../../../src/lens/wire.ts";
import { useSession } from "../../session/session.tsx";
import { RefusedError } from "../../api/refused.ts";
import { useLensApi } from "./api.ts";
import { follow } from "./follow.ts";

interface Live {
  /** The newest first; undefined before the first have come. */
  shown: OperationSummary[] | undefined;
  /** What came while somebody reads, to be put on top of what is shown. */
  waiting: OperationSummary[];
  connection: "opening" | "open" | "lost";
  /** How many the server sent too fast to be told. */
  dropped: number;
  keeps: number;
  error: unknown;
}

/** So many are kept here, as on the server unless it is told otherwise. */
const MOST = 500;
/** What comes together is shown together. */
const GATHER_MS = 200;

const nothing: Live = {
  shown: undefined,
  waiting: [],
  connection: "opening",
  dropped: 0,
  keeps: MOST,
  error: undefined,
};

/** Puts what waits on top of what is shown. */
const merge = (live: Live): Live => ({
  ...live,
  shown: [...live.waiting, ...(live.shown ?? [])].slice(0, MOST),
  waiting: [],
});

/** Recent operations as they come. While it is held, what is shown stays as it is and the new ones wait. */
export function useLive(query: string, isHeld: boolean) {
  const api = useLensApi();
  const { ended } = useSession();
  const [live, setLive] = useState(nothing);
  const [attempt, setAttempt] = useState(0);
  // Another one each time that it is to begin anew.
  const asked = useMemo(() => ({ query, attempt }), [query, attempt]);
  if (!isHeld && live.waiting.length > 0) setLive(merge(live));

  useEffect(() => {
    const stop = new AbortController();
    let gathered: OperationSummary[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const change = (changed: Partial<Live>) =>
      setLive((before) => (stop.signal.aborted ? before : { ...before, ...changed }));
    const tell = () => {
      timer = undefined;
      const come = gathered.toReversed();
      gathered = [];
      setLive((before) =>
        stop.signal.aborted
          ? before
          : { ...before, waiting: [...come, ...before.waiting].slice(0, MOST) },
      );
    };
    change({ connection: "opening", error: undefined, dropped: 0 });
    follow({
      api,
      query: asked.query,
      signal: stop.signal,
      listed: ({ operations, keeps }) => change({ shown: operations, waiting: [], keeps }),
      came(operations) {
        gathered = [...gathered, ...operations].slice(-MOST);
        timer ??= setTimeout(tell, GATHER_MS);
      },
      dropped: (count) => setLive((before) => ({ ...before, dropped: before.dropped + count })),
      connected: () => change({ connection: "open" }),
      lost: () => change({ connection: "lost" }),
    }).catch((error: unknown) => {
      if (stop.signal.aborted) return;
      if (error instanceof RefusedError && error.code === "UNAUTHENTICATED") ended();
      else change({ error, connection: "lost" });
    });
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [api, asked, ended]);

  const show = useCallback(() => setLive(merge), []);
  const retry = useCallback(() => setAttempt((before) => before + 1), []);
  return { ...live, show, retry };
}
