import { sql } from "drizzle-orm";
import { logEntry } from "../actions/audit-log.ts";
import { LocalBuckets } from "../budget/local-buckets.ts";
import { NO_WORKSPACE } from "../db/no-workspace.ts";
import type { Pool } from "../db/pool.ts";
import { ReadSession } from "../db/session.ts";
import { statement, value } from "../db/statement.ts";
import { inWriteSession } from "../db/write-session.ts";
import { SqlRecord } from "../insight/sql-record.ts";

/** An attempt to sign in that failed. */
export interface FailedAttempt {
  email: string;
  address: string;
  userAgent: string | undefined;
  requestId: string;
}

/** Entries of an e-mail address a minute: enough to see it, too few to flood the log. */
const MOST_A_MINUTE = 5;
const MOST_WORKSPACES = 100;

interface Known {
  workspaceId: string;
  memberId: string;
  displayName: string;
}

const findMember = statement<Known>(sql`
  select workspace_id as "workspaceId", member_id as "memberId", display_name as "displayName"
  from identity.users, identity.find_memberships(users.id) where email = ${value("email", "text")}
  limit ${sql.raw(String(MOST_WORKSPACES))}`);

/**
 * Writes failed attempts into the audit log of each workspace in which the e-mail address is a
 * member's. To be called after the answer, whose time must not tell whether there is such a person.
 */
export class FailureNotes {
  readonly #identity: Pool;
  readonly #app: Pool;
  readonly #buckets = new LocalBuckets(MOST_A_MINUTE, 60);

  constructor(identity: Pool, app: Pool) {
    this.#identity = identity;
    this.#app = app;
  }

  async note(attempt: FailedAttempt): Promise<void> {
    const { email } = attempt;
    const isOneTooMany = await this.#buckets.consume(email).then(
      () => false,
      () => true,
    );
    if (isOneTooMany) return;
    for (const member of await this.#membersWith(email)) await this.#write(attempt, member);
  }

  async #membersWith(email: string): Promise<Known[]> {
    const session = new ReadSession(this.#identity, NO_WORKSPACE);
    try {
      return await session.run(findMember, { email }, { loader: "sign-in failure", keys: 1 });
    } finally {
      void session.close();
    }
  }

  async #write({ email, address, userAgent, requestId }: FailedAttempt, member: Known) {
    const { workspaceId, memberId, displayName } = member;
    const caller = { ipAddress: address, userAgent: userAgent ?? null };
    const nobody = { kind: "UNKNOWN", id: null, name: email } as const;
    const target = { type: "Member", id: memberId, name: displayName };
    await inWriteSession(this.#app, workspaceId, new SqlRecord(), (session) =>
      logEntry(session, { requestId, caller }, nobody, { action: "SIGN_IN_FAILED", target }),
    );
  }
}
