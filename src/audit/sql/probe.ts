import type { Client } from "../../db/client.ts";
import { isUuid } from "../../db/uuid.ts";
import { SEARCH_PATH } from "../rules/run.ts";

/** What the database answered: never the rows themselves. */
export interface Outcome {
  /** Rows found or changed; undefined when it refused. */
  rows?: number;
  /** SQLSTATE of the refusal. */
  code?: string;
  message?: string;
}

/** What is tried in which workspace: a UUID, nobody's, empty, or not set at all. */
export type Workspace = string | null;

interface Counted {
  count: number | null;
  command: string;
}

/** The longest that one try may run, or wait for somebody's lock. */
const LIMITS = "set local statement_timeout = '10s'; set local lock_timeout = '500ms'";

/** With it each try begins, so that it is one message: what the one before has done goes then. */
const BACK = "rollback to savepoint try; ";

/**
 * Tries statements as one role, each from the same savepoint of one transaction that is rolled back in
 * the end. Nothing that it does is ever seen by anybody, and locks that a try has taken go before the next.
 */
export class Probe {
  readonly #client: Client;
  readonly role: string;

  /** The client must have `max: 1` and be nobody else's meanwhile. */
  constructor(client: Client, role: string) {
    if (client.options.max !== 1) throw new Error("a probe needs a client with max: 1");
    this.#client = client;
    this.role = role;
  }

  /** Opens the transaction. `prepare` is run first, as the login: scratch rows, which go with the rest. */
  async begin(prepare?: (client: Client) => Promise<void>): Promise<void> {
    await this.#client.unsafe(`begin; ${LIMITS}; set local search_path = ${SEARCH_PATH}`).simple();
    await prepare?.(this.#client);
    // Indexes are gone by where they can be: a table of millions is not read to find nothing in it.
    await this.#client
      .unsafe(`set local enable_seqscan = off; set local role ${this.role}; savepoint try`)
      .simple();
  }

  async end(): Promise<void> {
    await this.#client.unsafe("rollback").simple();
  }

  /** Tries one statement, or several with `;` between, of which the last one counts rows. */
  async try(workspace: Workspace, statement: string): Promise<Outcome> {
    const client = this.#client;
    try {
      const results = await client.unsafe(`${BACK}${setting(workspace)}${statement}`).simple();
      // A list of results when the last statement has columns; else one, with the count of the first that has one.
      const all = results as unknown as Counted[] & Counted;
      const last = all.at(-1);
      return { rows: (last && "command" in last ? last.count : all.count) ?? 0 };
    } catch (error) {
      return refusal(error);
    }
  }

  /** Tries a COPY: its protocol is one of its own. */
  async tryCopy(workspace: Workspace, copy: string): Promise<Outcome> {
    const client = this.#client;
    try {
      await client.unsafe(`${BACK}${setting(workspace)}`).simple();
      const query = client.unsafe(copy);
      if (/\bfrom stdin\b/.test(copy)) {
        const stream = await query.writable();
        await new Promise<void>((resolve, reject) => {
          stream.once("error", reject).once("finish", resolve);
          stream.end();
        });
        return { rows: 1 };
      }
      let rows = 0;
      for await (const chunk of await query.readable())
        rows += String(chunk).split("\n").length - 1;
      return { rows };
    } catch (error) {
      return refusal(error);
    }
  }
}

function setting(workspace: Workspace): string {
  if (workspace === null) return "";
  // SET takes no parameters, so this check is what stands between a value and the statement.
  if (workspace !== "" && !isUuid(workspace)) throw new Error("a workspace id must be a UUID");
  return `set local app.workspace_id = '${workspace}'; `;
}

function refusal(error: unknown): Outcome {
  const { code, message } = error as { code?: string; message?: string };
  if (typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code)) throw error;
  return { code, message: message ?? "" };
}
