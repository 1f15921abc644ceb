import { answerOf } from "../api/refused.ts";

async function send<Answer>(path: string, body?: object): Promise<Answer> {
  const response = await fetch(
    `/api/auth/${path}`,
    body && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    },
  );
  return answerOf<Answer>(response);
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
