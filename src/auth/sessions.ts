import { sql } from "drizzle-orm";
import { NO_WORKSPACE } from "../db/no-workspace.ts";
import type { Pool } from "../db/pool.ts";
import { statement, value } from "../db/statement.ts";
import { apiKeyScopes } from "../db/tables/access-words.ts";
import { lookUp, refuseWithoutDatabase } from "./authenticate.ts";
import type { Membership, Person } from "./person.ts";
import { Remembered } from "./remember.ts";
import { REFRESH_SECONDS, SESSION_SECONDS, tokenIn } from "./session-cookie.ts";
import type { SessionSecret } from "./session-secret.ts";
import { Viewer } from "./viewer.ts";

interface SessionRow extends Person {
  /** Whether it is time to make the session last longer. */
  isDue: boolean;
}

// Sees several workspaces, those of one person: see migrations/0006_isolation_in_depth.sql.
const findSession = statement<SessionRow>(sql`
  select sessions.user_id as "userId", users.email, users.name,
    sessions.expires_at < now() + interval '${sql.raw(String(SESSION_SECONDS - REFRESH_SECONDS))} seconds' as "isDue",
    (select coalesce(json_agg(json_build_object('workspaceId', workspace_id,
       'workspaceName', workspace_name, 'memberId', member_id, 'displayName', display_name, 'role', role)), '[]')
     from identity.find_memberships(sessions.user_id)) as memberships
  from identity.sessions join identity.users on users.id = sessions.user_id
  where sessions.token = ${value("token", "text")} and sessions.expires_at > now()`);

/** Of one person: more than there are devices, too few to fill the table by signing in again and again. */
const MOST_SESSIONS = 50;

const PRUNE = `
  delete from identity.sessions where user_id = $1::uuid and (expires_at <= now() or id not in (
    select id from identity.sessions where user_id = $1::uuid
    order by expires_at desc, id desc limit $2::int))`;

/** A person who is signed in, and what they are in each of their workspaces. */
export interface SignedIn {
  person: Person;
  viewers: ReadonlyMap<string, Viewer>;
  isDue: boolean;
}

/** Who is signed in with a session cookie. What was found is remembered as a key is. */
export class Sessions {
  readonly #pool: Pool;
  readonly #secret: SessionSecret;
  readonly #remembered = new Remembered<SignedIn>();

  /** The pool is of the role socialhub_identity. */
  constructor(pool: Pool, secret: SessionSecret) {
    this.#pool = pool;
    this.#secret = secret;
  }

  /** Whether the cookie was valid when it was last looked at, as {@link Remembered.knows} has it. */
  knows(cookie: string): boolean {
    return this.#remembered.knows(cookie);
  }

  /** Throws SERVICE_UNAVAILABLE without a database. */
  find(cookie: string) {
    return this.#remembered.get(cookie, () => this.#find(cookie)).catch(refuseWithoutDatabase);
  }

  /** Deletes the person's sessions that have ended, and the oldest of too many. */
  async prune(userId: string): Promise<void> {
    const lease = await this.#pool.acquire();
    try {
      await lease.ask(PRUNE, [userId, String(MOST_SESSIONS)], this.#pool.patienceMs);
      lease.release();
    } catch (error) {
      lease.release(true);
      throw error;
    }
  }

  /** The session has ended: this server knows at once, the others within seconds. */
  forget(cookie: string): void {
    this.#remembered.forget(cookie);
  }

  /** The person's sessions have ended, or their workspaces have changed. */
  forgetPerson(userId: string): void {
    this.#remembered.forgetWhere(({ person }) => person.userId === userId);
  }

  async #find(cookie: string) {
    const token = tokenIn(cookie, await this.#secret.get());
    if (token === undefined) return { found: undefined, statements: 0 };
    const { found, statements } = await lookUp(this.#pool, NO_WORKSPACE, findSession, { token });
    if (!found) return { found: undefined, statements };
    const { isDue, ...person } = found;
    const viewers = new Map(
      person.memberships.map((each) => [each.workspaceId, viewerFrom(person.userId, each)]),
    );
    return { found: { person, viewers, isDue }, statements };
  }
}

const viewerFrom = (userId: string, membership: Membership) =>
  new Viewer({
    workspaceId: membership.workspaceId,
    kind: "MEMBER",
    id: membership.memberId,
    userId,
    name: membership.displayName,
    role: membership.role,
    scopes: apiKeyScopes,
  });
