import { sql } from "drizzle-orm";
import type { Pool } from "../db/pool.ts";
import { PoolError } from "../db/pool-error.ts";
import { ReadSession } from "../db/session.ts";
import { statement, value, type Statement, type Values } from "../db/statement.ts";
import { refusal } from "../errors.ts";
import { parseKey } from "./api-key.ts";
import type { LastUsed } from "./last-used.ts";
import type { Person } from "./person.ts";
import { Remembered, type LookUp } from "./remember.ts";
import { Viewer, type ViewerFacts } from "./viewer.ts";
import type { ParsedToken } from "./workspace-token.ts";

type KeyRow = Omit<ViewerFacts, "workspaceId" | "kind">;

// Nobody may read hashes: the function compares them, see migrations/0006_isolation_in_depth.sql.
// Arrays come as text without their types; JSON is parsed by the driver.
const findKey = statement<KeyRow>(sql`
  select id, name, role, to_json(scopes) as scopes,
    json_strip_nulls(json_build_object('depth', max_depth, 'complexity', max_complexity,
      'nodes', max_nodes, 'ratePoints', rate_limit_points)) as limits,
    show_cost as "showsCost", trusted_documents_only as "trustedDocumentsOnly"
  from find_api_key(${value("hash", "text")})`);

/** Who asks, as far as a credential tells. */
export interface Authentication {
  /** Undefined for a request without credential, and for a person who is not in the workspace asked for. */
  viewer: Viewer | undefined;
  /** Whoever is signed in; undefined for an API key. */
  person?: Person | undefined;
  /** SQL statements that finding out took: none while the credential is remembered. */
  statements: number;
  /** Values of `set-cookie` for the answer: a session that was made to last longer. */
  cookies?: readonly string[];
}

/**
 * Turns `Authorization: Bearer <API key>` into a viewer. The key names its workspace, so that it is
 * looked up below row-level security like everything else: a wrong name finds nothing.
 * Throws UNAUTHENTICATED for a credential that is not valid, SERVICE_UNAVAILABLE without a database.
 */
export class Authenticator {
  readonly #pool: Pool;
  readonly #used: LastUsed;
  readonly #remembered = new Remembered<Viewer>();

  constructor(pool: Pool, used: LastUsed) {
    this.#pool = pool;
    this.#used = used;
  }

  /**
   * Whether the key was valid when it was last looked up, however long ago, or is being looked up for
   * another request: whoever sends it is no stranger, or is found out by that.
   */
  knows(key: ParsedToken | undefined): boolean {
    return key !== undefined && this.#remembered.knows(key.hash);
  }

  /** Whoever has brought the key within the last seconds. */
  recall(key: ParsedToken | undefined): Viewer | undefined {
    return key && this.#remembered.recall(key.hash);
  }

  /** `key` is what {@link keyOf} read in the header. */
  async authenticate(
    authorization: string | undefined,
    key = keyOf(authorization),
  ): Promise<Authentication> {
    if (authorization === undefined) return { viewer: undefined, statements: 0 };
    if (!key) throw unauthenticated("the Authorization header is not `Bearer` and an API key");
    const looked = this.#remembered.get(key.hash, () => this.#find(key));
    const { found, statements } = await looked.catch(refuseWithoutDatabase);
    if (!found) throw unauthenticated("the API key is unknown, expired or revoked");
    // Once a look-up: within these seconds nobody needs to know better.
    if (statements > 0) this.#used.note(found.workspaceId, found.id);
    return { viewer: found, statements };
  }

  async #find({ workspaceId, hash }: { workspaceId: string; hash: string }) {
    const row = await lookUp(this.#pool, workspaceId, findKey, { hash });
    return {
      found: row.found && new Viewer({ ...row.found, kind: "API_KEY", workspaceId }),
      statements: row.statements,
    };
  }
}

/** One statement that finds who somebody is, in a session of its own: all of that is overhead. */
export async function lookUp<Row>(
  pool: Pool,
  workspaceId: string,
  finding: Statement<Row>,
  values: Values,
): Promise<LookUp<Row>> {
  const session = new ReadSession(pool, workspaceId);
  try {
    const [found] = await session.run(finding, values, { loader: "authenticate", keys: 1 });
    const { statements, overhead } = session.record;
    return { found, statements: statements + overhead };
  } finally {
    void session.close();
  }
}

/** Turns the failure to get a connection into SERVICE_UNAVAILABLE. */
export function refuseWithoutDatabase(error: unknown): never {
  if (error instanceof PoolError) throw unavailable(error);
  throw error;
}

/** The key that an Authorization header brings: reading it hashes it. Undefined when it brings none. */
export function keyOf(authorization: string | undefined): ParsedToken | undefined {
  const [, text] = /^Bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
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
    `${why}; send the header Authorization: Bearer <API key>, or sign in`,
    {},
    {
      "www-authenticate": 'Bearer realm="SocialHub"',
    },
  );

/**
 * The refusal of a person who has no part in the workspace asked for. Whether there is such a workspace
 * is not told.
 */
export const noWorkspace = () =>
  refusal(
    "NO_WORKSPACE",
    "You are not a member of the workspace asked for, or of any; name one of yours in the header " +
      "x-workspace, or accept an invitation",
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
