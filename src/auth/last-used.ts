import { sql } from "drizzle-orm";
import type { Pool } from "../db/pool.ts";
import { statement, value } from "../db/statement.ts";
import { apiKeys } from "../db/tables/api-key.ts";
import { inWriteSession } from "../db/write-session.ts";
import type { Logger } from "../insight/log.ts";
import { SqlRecord } from "../insight/sql-record.ts";

/** How often what was used is written. */
const EVERY_MS = 60_000;

const note = statement(sql`
  update ${apiKeys} set last_used_at = greatest(last_used_at, used.at)
  from unnest(${value("ids", "uuid[]")}, ${value("moments", "timestamptz[]")}) as used(id, at)
  where ${apiKeys.workspaceId} = ${value("workspaceId", "uuid")} and ${apiKeys.id} = used.id`);

/**
 * When API keys were last used: remembered, and written once a minute in one statement a workspace, so
 * that a request never waits for it. What was not written when a server dies is lost: about a minute.
 */
export class LastUsed {
  readonly #pool: Pool;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #used = new Map<string, Map<string, string>>();

  constructor(pool: Pool, logger: Logger) {
    this.#pool = pool;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.write(), EVERY_MS);
    this.#timer.unref();
  }

  /** Remembers that a key is being used. */
  note(workspaceId: string, keyId: string): void {
    let keys = this.#used.get(workspaceId);
    if (!keys) this.#used.set(workspaceId, (keys = new Map()));
    keys.set(keyId, new Date().toISOString());
  }

  /** Writes what is remembered. A failure is logged: the next use of a key tells again. */
  async write(): Promise<void> {
    const used = this.#used;
    this.#used = new Map();
    for (const [workspaceId, keys] of used) {
      const values = { ids: [...keys.keys()], moments: [...keys.values()] };
      try {
        await inWriteSession(this.#pool, workspaceId, new SqlRecord(), (session) =>
          session.run(note, values, "apiKey.lastUsed"),
        );
      } catch (err) {
        this.#logger.warn({ err }, "when keys were last used could not be written");
      }
    }
  }

  /** Writes what is remembered for the last time. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.write();
  }
}
