import type DataLoader from "dataloader";
import { noWorkspace, unauthenticated, type Authentication } from "./auth/authenticate.ts";
import type { Person } from "./auth/person.ts";
import type { Viewer } from "./auth/viewer.ts";
import type { Charge } from "./budget/charge.ts";
import { NO_WORKSPACE } from "./db/no-workspace.ts";
import type { Pool } from "./db/pool.ts";
import { ReadSession } from "./db/session.ts";
import { inWriteSession, type WriteSession } from "./db/write-session.ts";

/** What the gates found out about an operation. */
export interface Measured {
  depth: number;
  complexity: number;
  nodes: number;
  /** About how many values of the schema it reads. */
  introspection: number;
  /** The fields that it selects, as `Post.body`. */
  fields: ReadonlySet<string>;
  /** Its variables as the schema makes them. */
  coerced: Record<string, unknown>;
}

/** Where a request came from. */
export interface Caller {
  ipAddress: string | null;
  userAgent: string | null;
}

/** A request has one log line, whoever comes to write it. */
export interface LogLine {
  written: boolean;
  /** Whose request it is, as soon as that is known. */
  workspaceId?: string | undefined;
}

/**
 * What one request carries. Apollo copies the object shallowly, so everything that is shared
 * stands behind a reference.
 */
export interface RequestContext {
  readonly requestId: string;
  /** When the request came in, as `performance.now()` tells time. */
  readonly startedAt: number;
  /**
   * Undefined for a request without credential, which gets no further than `__typename`, and for a
   * person who is not a member of the workspace asked for.
   */
  readonly viewer: Viewer | undefined;
  /** Whoever is signed in, also when they are a member of no workspace; undefined for an API key. */
  readonly person: Person | undefined;
  /** The only door to SQL. */
  readonly session: ReadSession;
  /**
   * Runs a mutation's work in a transaction of its own, of the viewer's workspace unless told. What is
   * read afterwards, is read as it is then.
   */
  write<Result>(
    work: (session: WriteSession) => Promise<Result>,
    workspaceId?: string,
  ): Promise<Result>;
  /** Where the request came from, for the audit log. */
  readonly caller: Caller;
  /** Loaders by definition and arguments, see loaders/define.ts. */
  readonly loaders: Map<object, Map<string, DataLoader<unknown, unknown>>>;
  /** Filled in by the gates. */
  readonly measured: Partial<Measured>;
  /** Whether the request has its log line. */
  readonly line: LogLine;
  /** What the request takes out of the viewer's rate budgets; undefined without a viewer. */
  readonly charge: Charge | undefined;
  /** Whether the client asked for `extensions.sql` and may see it. */
  readonly insight: boolean;
  /** Whether the answer has `extensions.cost`: the client asked, or the key is made so. */
  readonly tellsCost: boolean;
}

/** The context of a request; made after all waiting for identity, before any loader. */
export function createContext(
  pool: Pool,
  request: {
    requestId: string;
    startedAt: number;
    line: LogLine;
    insightHeader: string | undefined;
    caller: Caller;
    authentication: Authentication;
    charge?: Charge | undefined;
  },
): RequestContext {
  const { viewer, person, statements } = request.authentication;
  const session = new ReadSession(pool, viewer?.workspaceId ?? NO_WORKSPACE);
  session.record.overhead += statements;
  const loaders: RequestContext["loaders"] = new Map();
  const asked = request.insightHeader?.split(",").map((word) => word.trim()) ?? [];
  return {
    requestId: request.requestId,
    startedAt: request.startedAt,
    line: request.line,
    viewer,
    person,
    session,
    caller: request.caller,
    async write(work, workspaceId = session.workspaceId) {
      // Gives the connection back first: a request that held two could wait for itself.
      await session.renew();
      try {
        return await inWriteSession(pool, workspaceId, session.record, work);
      } finally {
        loaders.clear();
      }
    },
    loaders,
    measured: {},
    charge: request.charge,
    insight: asked.includes("sql") && (viewer?.may("READ_INSIGHT") ?? false),
    tellsCost: viewer !== undefined && (asked.includes("cost") || viewer.showsCost),
  };
}

/** The viewer of a request that must have one. Throws UNAUTHENTICATED, or NO_WORKSPACE for a person without. */
export function viewerOf(context: Pick<Authentication, "viewer" | "person">): Viewer {
  if (context.viewer) return context.viewer;
  if (context.person) throw noWorkspace();
  throw unauthenticated("there is no credential");
}

/** The person who has signed in. Throws UNAUTHENTICATED when none has. */
export function personOf(context: RequestContext): Person {
  if (!context.person) throw unauthenticated("this is for people who have signed in");
  return context.person;
}
