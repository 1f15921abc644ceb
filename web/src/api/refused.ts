/** A refusal of an endpoint that is not GraphQL's. */
export class RefusedError extends Error {
  override name = "RefusedError";
  readonly code: string;
  readonly requestId: string | null;

  constructor(message: string, code: string, requestId: string | null) {
    super(message);
    this.code = code;
    this.requestId = requestId;
  }
}

interface Refusal {
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** What the server answered in JSON. Throws {@link RefusedError} for what it refuses. */
export async function answerOf<Answer>(response: Response): Promise<Answer> {
  const answer = (await response.json().catch(() => ({}))) as Answer & Refusal;
  if (response.ok) return answer;
  const [error] = answer.errors ?? [];
  throw new RefusedError(
    error?.message ?? `The server answered ${response.status}`,
    error?.extensions?.code ?? "",
    response.headers.get("x-request-id"),
  );
}
