import { CombinedGraphQLErrors, ServerError } from "@apollo/client/errors";
import type { Texts } from "../text/en.ts";
import { RefusedError } from "./refused.ts";

/** An error as a reader sees it. */
export interface Problem {
  /** What happened, and what to do, in the reader's language. */
  text: string;
  /** What the server said: its messages are English. */
  detail: string | undefined;
  requestId: string | undefined;
}

interface ErrorLike {
  message: string;
  extensions?: Record<string, unknown> | undefined;
}

export const codesOf = (errors: readonly ErrorLike[]): ReadonlySet<unknown> =>
  new Set(errors.map(({ extensions }) => extensions?.["code"]));

/** What there is to say of anything that was thrown. */
export function problemOf(error: unknown, { problem }: Texts): Problem {
  if (CombinedGraphQLErrors.is(error)) {
    const [first] = error.errors;
    const requestId = first?.extensions?.["requestId"];
    return {
      text: textOf(first?.extensions?.["code"], problem),
      detail: first?.message,
      requestId: typeof requestId === "string" ? requestId : undefined,
    };
  }
  if (ServerError.is(error)) {
    const requestId = error.response.headers.get("x-request-id") ?? undefined;
    return { text: problem.internal, detail: error.message, requestId };
  }
  if (error instanceof RefusedError) {
    const { code, message, requestId } = error;
    return { text: textOf(code, problem), detail: message, requestId: requestId ?? undefined };
  }
  return { text: problem.offline, detail: undefined, requestId: undefined };
}

function textOf(code: unknown, problem: Texts["problem"]): string {
  switch (code) {
    case "FORBIDDEN":
      return problem.forbidden;
    case "SERVICE_UNAVAILABLE":
    case "TIMEOUT":
    case "RATE_LIMITED":
      return problem.busy;
    case "COMPLEXITY_LIMIT_EXCEEDED":
    case "DEPTH_LIMIT_EXCEEDED":
    case "NODE_LIMIT_EXCEEDED":
      return problem.tooMuch;
    case "INTERNAL_SERVER_ERROR":
    case undefined:
      return problem.internal;
    default:
      return problem.refused;
  }
}
