import {
  keyOf,
  noWorkspace,
  unauthenticated,
  type Authentication,
  type Authenticator,
} from "./authenticate.ts";
import type { People } from "./people.ts";
import { cookieValue, type SessionCookie } from "./session-cookie.ts";
import type { Sessions, SignedIn } from "./sessions.ts";

/** What a request says of who sends it. */
export interface Credential {
  /** Whether it was valid when it was last looked up: whoever sends it is no stranger. */
  isKnown: boolean;
  /** Whether a browser adds it to requests by itself, also to those that another site has it send. */
  isAmbient: boolean;
  /** Who has brought it within the last seconds, where that is known at once. */
  recall(): Authentication | undefined;
  /** Throws UNAUTHENTICATED for one that is not valid. */
  authenticate(): Promise<Authentication>;
}

/** The headers that matter. */
export interface Shown {
  authorization: string | undefined;
  cookie: string | undefined;
  /** Id of the workspace that is asked for. */
  workspaceId: string | undefined;
}

/** API keys and session cookies; a request that brings both is the key's. */
export class Credentials {
  readonly #keys: Authenticator;
  readonly #sessions: Sessions;
  readonly #people: People;
  readonly #cookie: SessionCookie;

  constructor(keys: Authenticator, sessions: Sessions, people: People, cookie: SessionCookie) {
    this.#keys = keys;
    this.#sessions = sessions;
    this.#people = people;
    this.#cookie = cookie;
  }

  of({ authorization, cookie, workspaceId }: Shown): Credential {
    const session = cookieValue(cookie, this.#cookie);
    if (authorization !== undefined || session === undefined) {
      const key = keyOf(authorization);
      return {
        isKnown: this.#keys.knows(key),
        isAmbient: false,
        recall: () => {
          const viewer = this.#keys.recall(key);
          return viewer && inOwnWorkspace({ viewer, statements: 0 }, workspaceId);
        },
        authenticate: async () =>
          inOwnWorkspace(await this.#keys.authenticate(authorization, key), workspaceId),
      };
    }
    return {
      isKnown: this.#sessions.knows(session),
      isAmbient: true,
      recall: () => undefined,
      authenticate: () => this.#bySession(session, workspaceId),
    };
  }

  async #bySession(session: string, workspaceId: string | undefined): Promise<Authentication> {
    let { found, statements } = await this.#sessions.find(session);
    if (found && statements === 0 && !viewerIn(found, workspaceId)) {
      // Somebody who has just been let into the workspace need not wait until that is noticed.
      this.#sessions.forget(session);
      ({ found, statements } = await this.#sessions.find(session));
    }
    if (!found) throw unauthenticated("the session is unknown or has ended");
    const refreshed =
      found.isDue && statements > 0 ? await this.#people.refresh(session) : { cookies: [] };
    const { person } = found;
    return {
      viewer: viewerIn(found, workspaceId),
      person,
      statements,
      cookies: refreshed.cookies,
    };
  }
}

/** A key has one workspace: whoever asks for another with it must not get that one's data. */
function inOwnWorkspace(found: Authentication, workspaceId: string | undefined): Authentication {
  const isElsewhere = workspaceId !== undefined && found.viewer?.workspaceId !== workspaceId;
  if (found.viewer && isElsewhere) throw noWorkspace();
  return found;
}

/** Of the workspace asked for, else of the one joined first. */
function viewerIn({ viewers, person }: SignedIn, workspaceId: string | undefined) {
  const wanted = workspaceId ?? person.memberships[0]?.workspaceId;
  return wanted === undefined ? undefined : viewers.get(wanted);
}
