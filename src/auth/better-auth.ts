import { v7 as uuidv7 } from "uuid";
import type { Client } from "../db/client.ts";
import { credentials, sessions, users, verifications } from "../db/identity/tables.ts";
import { MOST_PASSWORD_CHARACTERS, LEAST_PASSWORD_CHARACTERS } from "./password.ts";
import { REFRESH_SECONDS, SESSION_SECONDS, type SessionCookie } from "./session-cookie.ts";

/**
 * better-auth over our tables: it compares passwords, and makes, extends and ends sessions. Only functions
 * of its API are called, none of its URLs is served: what it could do beyond that cannot be reached.
 * The client must be its own, since Drizzle changes how a client reads moments.
 */
export async function openBetterAuth(options: {
  client: Client;
  secret: string;
  publicUrl: string;
  cookie: SessionCookie;
  /** Told of what better-auth could not do; never of what it was given. */
  onTrouble: (message: string) => void;
}) {
  const { client, secret, publicUrl, cookie, onTrouble } = options;
  // Loading takes longer than the rest of the server's start, and is for those who sign in.
  const [{ betterAuth }, { drizzleAdapter }, { drizzle }] = await Promise.all([
    import("better-auth/minimal"),
    import("better-auth/adapters/drizzle"),
    import("drizzle-orm/postgres-js"),
  ]);
  const auth = betterAuth({
    appName: "SocialHub",
    baseURL: publicUrl,
    // A list, because a single one gives way to the environment's.
    secrets: [{ version: 1, value: secret }],
    database: drizzleAdapter(drizzle(client), {
      provider: "pg",
      schema: { users, sessions, credentials, verifications },
      // On a busy pool postgres.js may send BEGIN on one connection and the rest on another.
      transaction: false,
    }),
    user: { modelName: "users" },
    account: { modelName: "credentials" },
    verification: { modelName: "verifications" },
    session: {
      modelName: "sessions",
      expiresIn: SESSION_SECONDS,
      updateAge: REFRESH_SECONDS,
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: LEAST_PASSWORD_CHARACTERS,
      maxPasswordLength: MOST_PASSWORD_CHARACTERS,
    },
    advanced: {
      database: { generateId: () => uuidv7() },
      useSecureCookies: false,
      cookies: {
        session_token: { name: cookie.name, attributes: { secure: cookie.isSecure } },
      },
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    // Its messages may hold what somebody sent.
    logger: { level: "error", log: (_, message) => onTrouble(message.split("\n", 1)[0] ?? "") },
  });
  return auth.api;
}
