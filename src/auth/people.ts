import { connect, IDENTITY_ROLE, type Client } from "../db/client.ts";
import { isLoss } from "../db/connection.ts";
import { PoolError } from "../db/pool-error.ts";
import type { Logger } from "../insight/log.ts";
import { unavailable } from "./authenticate.ts";
import { openBetterAuth } from "./better-auth.ts";
import type { SessionCookie } from "./session-cookie.ts";
import type { SessionSecret } from "./session-secret.ts";

/** Signing in is rare and mostly scrypt; and better-auth asks one thing after the other. */
const CONNECTIONS = 2;

/** From where somebody signs in: kept with the session. */
export interface Origin {
  address: string;
  userAgent: string | undefined;
}

/** What a session became: values for `set-cookie`, and the cookie's own value when there is a session. */
export interface SessionChange {
  cookies: string[];
  cookie: string | undefined;
}

type Api = Awaited<ReturnType<typeof openBetterAuth>>;

export interface PeopleOptions {
  /** Where the server logs in for people. */
  url: string;
  secret: SessionSecret;
  publicUrl: string;
  cookie: SessionCookie;
  connectTimeoutMs: number;
  statementTimeoutMs: number;
  logger: Logger;
}

/** Passwords and sessions of people. Loads better-auth, and connects, when somebody first needs it. */
export class People {
  readonly #options: PeopleOptions;
  readonly #client: Client;
  #api: Promise<Api> | undefined;

  constructor(options: PeopleOptions) {
    const { url, connectTimeoutMs, statementTimeoutMs } = options;
    this.#options = options;
    this.#client = connect(url, {
      role: IDENTITY_ROLE,
      max: CONNECTIONS,
      connectTimeoutMs,
      statementTimeoutMs,
      fetchTypes: false,
      name: "socialhub identity",
    });
  }

  /** A new session, or undefined when e-mail and password do not belong together. */
  async signIn(email: string, password: string, from: Origin): Promise<SessionChange | undefined> {
    // The request's own cookie has no part in it: nobody gets a session that somebody else knows.
    const headers = this.#headers(undefined, from);
    const response = await this.#call((api) =>
      api.signInEmail({ body: { email, password }, headers, asResponse: true }),
    );
    return response.status === 401 ? undefined : this.#changeIn(response);
  }

  /** Ends the session, if there is one. */
  async signOut(cookie: string | undefined): Promise<SessionChange> {
    const headers = this.#headers(cookie);
    return this.#changeIn(await this.#call((api) => api.signOut({ headers, asResponse: true })));
  }

  /** Ends all sessions of the session's person; undefined when there is none. */
  async signOutEverywhere(cookie: string): Promise<SessionChange | undefined> {
    const headers = this.#headers(cookie);
    const response = await this.#call((api) => api.revokeSessions({ headers, asResponse: true }));
    return response.status === 401 ? undefined : this.#changeIn(response);
  }

  /** A new password and a new session in the place of all; undefined when the current password is wrong. */
  async changePassword(
    cookie: string,
    passwords: { currentPassword: string; newPassword: string },
    from: Origin,
  ): Promise<SessionChange | undefined> {
    const headers = this.#headers(cookie, from);
    const body = { ...passwords, revokeOtherSessions: true };
    const response = await this.#call((api) =>
      api.changePassword({ body, headers, asResponse: true }),
    );
    return response.status === 400 ? undefined : this.#changeIn(response);
  }

  /** Makes a session last longer when it is time. */
  async refresh(cookie: string): Promise<SessionChange> {
    const headers = this.#headers(cookie);
    return this.#changeIn(await this.#call((api) => api.getSession({ headers, asResponse: true })));
  }

  async close(): Promise<void> {
    await this.#client.end({ timeout: 5 });
  }

  /** No header of the request reaches better-auth as it is. */
  #headers(cookie: string | undefined, from?: Origin): Headers {
    const headers = new Headers();
    if (cookie !== undefined) headers.set("cookie", `${this.#options.cookie.name}=${cookie}`);
    if (from) headers.set("x-forwarded-for", from.address);
    if (from?.userAgent) headers.set("user-agent", from.userAgent);
    return headers;
  }

  async #call(use: (api: Api) => Promise<Response>): Promise<Response> {
    const api = await this.#open();
    const response = await use(api).catch(explain);
    if (response.status >= 500) throw new Error("better-auth failed; the line before says why");
    return response;
  }

  async #open(): Promise<Api> {
    this.#api ??= this.#load().catch((error: unknown) => {
      this.#api = undefined;
      throw error;
    });
    return this.#api;
  }

  async #load(): Promise<Api> {
    const { secret, publicUrl, cookie, logger } = this.#options;
    return openBetterAuth({
      client: this.#client,
      secret: await secret.get(),
      publicUrl,
      cookie,
      onTrouble: (message) => logger.error({ message }, "identity"),
    });
  }

  #changeIn(response: Response): SessionChange {
    const start = `${this.#options.cookie.name}=`;
    const cookies = response.headers.getSetCookie().filter((text) => text.startsWith(start));
    const value = cookies.at(-1)?.slice(start.length).split(";", 1)[0];
    return { cookies, cookie: value || undefined };
  }
}

/** An error of Drizzle holds the statement's values, such as a password's hash: only its cause is told. */
function explain(error: unknown): never {
  const cause: unknown = error instanceof Error && error.cause ? error.cause : error;
  if (isLoss(cause)) throw unavailable(new PoolError("unreachable", cause));
  const { code = "", message = "" } =
    cause instanceof Error ? (cause as Error & { code?: string }) : {};
  throw new Error(`identity: ${code} ${message}`.trim());
}
