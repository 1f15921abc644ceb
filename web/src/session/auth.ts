/** A refusal of the server's endpoint for signing in and out. */
export class AuthError extends Error {
  override name = "AuthError";
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

async function send<Answer>(path: string, body?: object): Promise<Answer> {
  const response = await fetch(
    `/api/auth/${path}`,
    body && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    },
  );
  const answer = (await response.json().catch(() => ({}))) as Answer & Refusal;
  if (response.ok) return answer;
  const [error] = answer.errors ?? [];
  throw new AuthError(
    error?.message ?? `The server answered ${response.status}`,
    error?.extensions?.code ?? "",
    response.headers.get("x-request-id"),
  );
}

/** Who is signed in. */
export interface SessionAnswer {
  user: { id: string; email: string; name: string } | null;
}

export const currentSession = () => send<SessionAnswer>("get-session");

/** Begins a session: its cookie is out of reach for scripts. */
export const signIn = (email: string, password: string) =>
  send<SessionAnswer>("sign-in/email", { email, password });

/** Makes a person who was invited, and begins their session. */
export const signUp = (wanted: {
  invitation: string;
  email: string;
  name: string;
  password: string;
}) => send<SessionAnswer>("sign-up/email", wanted);

export const signOut = () => send<{ signedOut: boolean }>("sign-out", {});
