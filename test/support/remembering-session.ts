import type { Pool } from "../../src/db/pool.ts";
import { ReadSession, type Asking } from "../../src/db/session.ts";
import type { Statement, Values } from "../../src/db/statement.ts";

/**
 * Makes sessions that ask the database once for what never changes: thousands of operations over the same
 * rows would spend most of their time on asking again. Each keeps a record of its own.
 */
export class Memory {
  readonly #pool: Pool;
  readonly #sessions = new Map<string, ReadSession>();
  readonly #answers = new Map<string, Promise<readonly object[]>>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  session(workspaceId: string): ReadSession {
    return new RememberingSession(this.#pool, workspaceId, (statement, values, asking) =>
      this.#ask(workspaceId, statement, values, asking),
    );
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) await session.close();
  }

  #ask<Row>(workspaceId: string, statement: Statement<Row>, values: Values, asking: Asking) {
    const key = JSON.stringify([workspaceId, statement.text, values]);
    let answer = this.#answers.get(key);
    if (!answer) {
      let session = this.#sessions.get(workspaceId);
      if (!session)
        this.#sessions.set(workspaceId, (session = new ReadSession(this.#pool, workspaceId)));
      answer = session.run(statement, values, asking) as Promise<readonly object[]>;
      this.#answers.set(key, answer);
    }
    return answer;
  }
}

type Ask = (
  statement: Statement<unknown>,
  values: Values,
  asking: Asking,
) => Promise<readonly object[]>;

class RememberingSession extends ReadSession {
  readonly #ask: Ask;

  constructor(pool: Pool, workspaceId: string, ask: Ask) {
    super(pool, workspaceId);
    this.#ask = ask;
  }

  override async run<Row>(
    statement: Statement<Row>,
    values: Values,
    asking: Asking,
  ): Promise<Row[]> {
    const known = await this.#ask(statement, values, asking);
    // As rows come: not in the tick in which they were asked for, and each its own.
    await new Promise((resolve) => setImmediate(resolve));
    const rows = known.map((row) => ({ ...row })) as Row[];
    const now = performance.now();
    const bound = JSON.stringify(values);
    const batch = { arguments: "", ...asking, statement, bound, rows: rows.length, ms: 0 };
    this.record.batches.push({ ...batch, sentAt: now, startedAt: now, failure: undefined });
    return rows;
  }
}
