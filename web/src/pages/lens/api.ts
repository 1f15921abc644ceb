import { useMemo } from "react";
import { answerOf, RefusedError } from "../../api/refused.ts";
import { useSession } from "../../session/session.tsx";

/** The lens' part of the API, asked as the signed-in person in the workspace that is shown. */
export interface LensApi {
  get<Answer>(path: string, signal?: AbortSignal): Promise<Answer>;
  post<Answer>(path: string, body: object): Promise<Answer>;
  /** The body of a stream of events. */
  open(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

export function useLensApi(): LensApi {
  const { workspaceId, ended } = useSession();
  return useMemo(() => {
    const send = async (path: string, init: RequestInit = {}, type = "application/json") => {
      const response = await fetch(`/lens/api/${path}`, {
        ...init,
        headers: {
          accept: type,
          ...(init.body ? { "content-type": "application/json" } : {}),
          ...(workspaceId === undefined ? {} : { "x-workspace": workspaceId }),
        },
      });
      if (response.status === 401) ended();
      return response;
    };
    return {
      get: async (path, signal) => answerOf(await send(path, signal ? { signal } : {})),
      post: async (path, body) =>
        answerOf(await send(path, { method: "POST", body: JSON.stringify(body) })),
      // Not an EventSource: it cannot say which workspace is meant.
      async open(path, signal) {
        const response = await send(path, { signal }, "text/event-stream");
        if (response.ok && response.body) return response.body;
        await answerOf(response);
        throw new RefusedError("The stream has no body", "", null);
      },
    };
  }, [workspaceId, ended]);
}
