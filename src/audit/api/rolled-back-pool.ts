import { Pool, type Lease } from "../../db/pool.ts";

/** A pool on whose connections nothing is ever committed: what was to be is rolled back instead. */
export class RolledBackPool extends Pool {
  /** All go the other way. */
  override tryAcquire(): undefined {}

  override async acquire(signal?: () => AbortSignal): Promise<Lease> {
    const lease = await super.acquire(signal);
    return {
      ...lease,
      ask: (text, values, patienceMs) =>
        lease.ask(text.replace(/\bcommit\b/gi, "rollback"), values, patienceMs),
    };
  }
}
