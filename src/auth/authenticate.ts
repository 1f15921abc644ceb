import { sql } from "drizzle-orm";
import type { Pool } from "../db/pool.ts";
import { PoolError } from "../db/pool-error.ts";
import { ReadSession } from "../db/session.ts";
import { statement, value } from "../db/statement.ts";
import { refusal } from "../errors.ts";
import { parseKey } from "./api-key.ts";
import type { Person } from "./person.ts";
import { Viewer, type ViewerFacts } from "./viewer.ts";

/** How long a key's look-up is remembered: a revoked key is refused after this at the latest. */
const REMEMBERED_MS = 5_000;
const MOST_REMEMBERED = 10_000;

type KeyRow = Omit<ViewerFacts, "workspaceId" | "kind">;

// Nobody may read hashes: the function compares them, see migrations/0006_isolation_in_depth.sql.
// Arrays come as text without their types; JSON is parsed by the driver.
const findKey = statement<KeyRow>(sql`
  select id, name, role, to_json(scopes) as scopes,
    json_strip_nulls(json_build_object('depth', max_depth, 'complexity', max_complexity,
      'nodes', max_nodes, 'ratePoints', rate_limit_points)) as limits,
    show_cost as "showsCost", trusted_documents_only as "trustedDocumentsOnly"
  from find_api_key(${value("hash", "text")})`);

export interface Authentication {
  /** Undefined for a request without credential. */
  viewer: Viewer | undefined;
  /** Who has signed in; undefined for an API key. */
  person?: Person | undefined;
  /** SQL statements that finding the viewer took: none while a key is remembered. */
  statements: number;
}

interface Remembered {
  until: number;
  /** Whether the last look-up found the key; undefined during the first. */
  valid: boolean | undefined;
  found: Promise<{ viewer: Viewer | undefined; statements: number }>;
}

/**
 * Turns `Authorization: Bearer <API key>` into a viewer. The key names its workspace, so that it is
 * looked up below row-level security like everything else: a wrong name finds nothing.
 * Throws UNAUTHENTICATED for a credential that is not valid, SERVICE_UNAVAILABLE without a database.
 */
export class Authenticator {
  readonly #pool: Pool;
  readonly #remembered = new Map<string, Remembered>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /**
   * Whether the credential was valid when it was last looked up, however long ago, or is being looked
   * up for another request: whoever sends it is no stranger, or is found out by that.
   */
  knows(authorization: string | undefined): boolean {
    const key = authorization === undefined ? undefined : keyOf(authorization);
    const remembered = key && this.#remembered.get(key.hash);
    return remembered !== undefined && remembered.valid !== false;
  }

  async authenticate(authorization: string | undefined): Promise<Authentication> {
    if (authorization === undefined) return { viewer: undefined, statements: 0 };
    const key = keyOf(authorization);
    if (!key) throw unauthenticated("the Authorization header is not `Bearer` and an API key");

    const remembered = this.#remembered.get(key.hash);
    const known = remembered !== undefined && remembered.until > Date.now();
    const looking = known ? remembered.found : this.#remember(key.hash, this.#find(key));
    const { viewer, statements } = await looking.catch((error: unknown) => {
      this.#remembered.delete(key.hash);
      if (error instanceof PoolError) throw unavailable(error);
      throw error;
    });
    if (!viewer) throw unauthenticated("the API key is unknown, expired or revoked");
    return { viewer, statements: known ? 0 : statements };
  }

  #remember(hash: string, found: Remembered["found"]) {
    const oldest = this.#remembered.keys().next();
    if (this.#remembered.size >= MOST_REMEMBERED && !oldest.done) {
      this.#remembered.delete(oldest.value);
    }
    const valid = this.#remembered.get(hash)?.valid;
    const remembered: Remembered = { until: Date.now() + REMEMBERED_MS, valid, found };
    this.#remembered.delete(hash);
    this.#remembered.set(hash, remembered);
    found.then(
      ({ viewer }) => (remembered.valid = viewer !== undefined),
      () => undefined,
    );
    return found;
  }

  async #find({ workspaceId, hash }: { workspaceId: string; hash: string }) {
    const session = new ReadSession(this.#pool, workspaceId);
    try {
      const [row] = await session.run(findKey, { hash }, { loader: "authenticate", keys: 1 });
      const { statements, overhead } = session.record;
      return {
        viewer: row && new Viewer({ ...row, kind: "API_KEY", workspaceId }),
        statements: statements + overhead,
      };
    } finally {
      void session.close();
    }
  }
}

function keyOf(authorization: string) {
  const [, text] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
  return text === undefined ? undefined : parseKey(text);
}

/** What may be asked without a credential: whether the server speaks GraphQL. */
const PING = /^\s*(query\s*)?\{\s*__typename\s*\}\s*$/;
const LONGEST_PING = 200;

/** Whether the operation's text is `{ __typename }`, the only one that needs no credential. */
export const isPing = (source: unknown) =>
  typeof source === "string" && source.length <= LONGEST_PING && PING.test(source);

/** The refusal of a request whose credential is missing or not valid. */
export const unauthenticated = (why: string) =>
  refusal(
    "UNAUTHENTICATED",
    `${why}; send the header Authorization: Bearer <API key>`,
    {},
    {
      "www-authenticate": 'Bearer realm="SocialHub"',
    },
  );

/** The refusal of a request that gets no database connection in time. Its `cause` is for the log. */
export const unavailable = (error: PoolError) =>
  Object.assign(
    refusal(
      "SERVICE_UNAVAILABLE",
      `${error.message}; try again in a moment`,
      {},
      {
        "retry-after": "1",
      },
    ),
    { cause: error },
  );
