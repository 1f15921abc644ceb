import { randomBytes } from "node:crypto";
import type { Pool } from "../db/pool.ts";

const NAME = "session cookies";

/**
 * What signs session cookies: the setting SESSION_SECRET, else one that the first server of a database
 * makes and all share. Asked for when it is first needed.
 */
export class SessionSecret {
  readonly #pool: Pool;
  #value: Promise<string> | undefined;

  constructor(pool: Pool, setting: string | undefined) {
    this.#pool = pool;
    if (setting !== undefined) this.#value = Promise.resolve(setting);
  }

  get(): Promise<string> {
    this.#value ??= this.#read().catch((error: unknown) => {
      this.#value = undefined;
      throw error;
    });
    return this.#value;
  }

  async #read(): Promise<string> {
    const lease = await this.#pool.acquire();
    const { patienceMs } = this.#pool;
    try {
      const made = randomBytes(32).toString("base64url");
      await lease.ask(
        "insert into identity.secrets (name, value) values ($1, $2) on conflict (name) do nothing",
        [NAME, made],
        patienceMs,
      );
      const [row] = await lease.ask<{ value: string }>(
        "select value from identity.secrets where name = $1",
        [NAME],
        patienceMs,
      );
      lease.release();
      if (!row) throw new Error("identity.secrets does not keep what is written into it");
      return row.value;
    } catch (error) {
      lease.release(true);
      throw error;
    }
  }
}
