import { createHmac, timingSafeEqual } from "node:crypto";

/** How long a session lasts without being used, and how often it is made to last longer. */
export const SESSION_SECONDS = 7 * 86_400;
export const REFRESH_SECONDS = 86_400;

/** The session cookie of a server. */
export interface SessionCookie {
  name: string;
  /** Sent over HTTPS only; then browsers also see to it that no other host and no page without TLS set it. */
  isSecure: boolean;
}

/** As the server's public address demands. */
export function sessionCookieFor(publicUrl: string): SessionCookie {
  const isSecure = publicUrl.startsWith("https:");
  return { name: `${isSecure ? "__Host-" : ""}socialhub.session`, isSecure };
}

/** Longer than any cookie of ours. */
const MOST_CHARACTERS = 512;

/** The value of the session cookie in a `Cookie` header. */
export function cookieValue(header: string | undefined, { name }: SessionCookie) {
  for (const pair of header?.split(";") ?? []) {
    const at = pair.indexOf("=");
    if (at === -1 || pair.slice(0, at).trim() !== name) continue;
    const text = pair.slice(at + 1).trim();
    return text.length > MOST_CHARACTERS ? "" : text;
  }
  return undefined;
}

/**
 * The session's token in the cookie's value: `<token>.<signature>`, as better-auth writes it. Undefined
 * when the signature is not ours: whoever makes tokens up costs no SQL.
 */
export function tokenIn(value: string, secret: string): string | undefined {
  const text = decoded(value);
  const at = text.lastIndexOf(".");
  if (at < 1) return undefined;
  const token = text.slice(0, at);
  const expected = createHmac("sha256", secret).update(token).digest();
  const given = Buffer.from(text.slice(at + 1), "base64");
  const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
  return isOurs && given.toString("base64") === text.slice(at + 1) ? token : undefined;
}

function decoded(value: string) {
  try {
    return decodeURIComponent(value);
  } catch {
    return "";
  }
}
