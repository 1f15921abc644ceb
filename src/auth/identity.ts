import type { Budget } from "../budget/budget.ts";
import type { Config } from "../config.ts";
import { IDENTITY_ROLE } from "../db/client.ts";
import { Pool } from "../db/pool.ts";
import { badUserInput } from "../errors.ts";
import type { Logger } from "../insight/log.ts";
import { Authenticator } from "./authenticate.ts";
import { createPerson } from "./create-person.ts";
import { Credentials } from "./credential.ts";
import { isInvited } from "./invited.ts";
import { LastUsed } from "./last-used.ts";
import { FailureNotes } from "./note-failure.ts";
import { hashPassword } from "./password.ts";
import { People } from "./people.ts";
import { sessionCookieFor } from "./session-cookie.ts";
import { SessionSecret } from "./session-secret.ts";
import { Sessions } from "./sessions.ts";
import { SignInAttempts } from "./sign-in-attempts.ts";

/** Look-ups of sessions; signing in has its own. */
const CONNECTIONS = 2;

/** Everything that finds out who asks: keys, sessions, people. */
export function createIdentity(options: {
  config: Config;
  /** Where the server logs in for people. */
  url: string;
  /** Of the application's role, for look-ups. */
  lookups: Pool;
  budget: Budget;
  logger: Logger;
}) {
  const { config, url, lookups, budget, logger } = options;
  const { publicUrl, sessionSecret, attempts } = config.people;
  const pool = new Pool({ ...config.pool, url, role: IDENTITY_ROLE, size: CONNECTIONS });
  const secret = new SessionSecret(pool, sessionSecret);
  const cookie = sessionCookieFor(publicUrl);
  const used = new LastUsed(lookups, logger);
  const sessions = new Sessions(pool, secret);
  const people = new People({
    url,
    secret,
    publicUrl,
    cookie,
    connectTimeoutMs: config.pool.acquireTimeoutMs,
    statementTimeoutMs: config.pool.statementTimeoutMs,
    logger,
  });
  return {
    cookie,
    sessions,
    people,
    credentials: new Credentials(new Authenticator(lookups, used), sessions, people, cookie),
    attempts: new SignInAttempts(budget, attempts),
    failures: new FailureNotes(pool, lookups),
    signUp: (wanted: NewPerson) => signUp(wanted, { pool, lookups }),
    async close() {
      await used.close();
      await Promise.all([pool.close(), people.close()]);
    },
  };
}

interface NewPerson {
  invitation: string;
  email: string;
  name: string;
  password: string;
}

/**
 * Makes a person, for whoever holds an open invitation for the e-mail address; false without one. Only
 * then is it told that there is such a person already.
 */
async function signUp(wanted: NewPerson, pools: { pool: Pool; lookups: Pool }): Promise<boolean> {
  const { invitation, email, name, password } = wanted;
  if (!(await isInvited(pools.lookups, invitation, email))) return false;
  const passwordHash = await hashPassword(password);
  const lease = await pools.pool.acquire();
  const ask = (text: string, values: string[]) =>
    lease.ask<{ id: string }>(text, values, pools.pool.patienceMs);
  let id: string | undefined;
  try {
    id = await createPerson(ask, { email, name, passwordHash });
    lease.release();
  } catch (error) {
    lease.release(true);
    throw error;
  }
  if (id === undefined) {
    throw badUserInput(
      "There is an account for this e-mail address; sign in and accept the invitation",
    );
  }
  return true;
}
