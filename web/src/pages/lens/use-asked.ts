import { useEffect, useState } from "react";
import { useLensApi } from "./api.ts";

interface Asked<Answer> {
  path: string;
  attempt: number;
  data?: Answer;
  error?: unknown;
}

/** What the lens answers at a path; asked again when the path is another one, and by `retry`. */
export function useAsked<Answer>(path: string) {
  const api = useLensApi();
  const [attempt, setAttempt] = useState(0);
  const [asked, setAsked] = useState<Asked<Answer>>();
  useEffect(() => {
    const stop = new AbortController();
    api.get<Answer>(path, stop.signal).then(
      (data) => setAsked({ path, attempt, data }),
      (error: unknown) => {
        if (!stop.signal.aborted) setAsked({ path, attempt, error });
      },
    );
    return () => stop.abort();
  }, [api, path, attempt]);
  const isCurrent = asked?.path === path && asked.attempt === attempt;
  return {
    data: asked?.path === path ? asked.data : undefined,
    error: isCurrent ? asked.error : undefined,
    isLoading: !isCurrent,
    retry: () => setAttempt((before) => before + 1),
  };
}
