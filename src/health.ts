import type { FastifyInstance } from "fastify";
import { appliedMigrations, migrationNames } from "./db/migrate.ts";
import type { Pool } from "./db/pool.ts";
import { PoolError } from "./db/pool-error.ts";

/** How long `/readyz` waits for an answer of the database. */
const PATIENCE_MS = 2_000;

/** `/healthz`: the process answers. `/readyz`: the database does, and has this version's migrations. */
export function healthRoutes(server: FastifyInstance, pool: Pool) {
  const needed = migrationNames().length;
  let checking: Promise<number> | undefined;

  server.get("/healthz", async () => ({ status: "ok" }));

  server.get("/readyz", async (request, reply) => {
    try {
      // Whoever asks at the same time gets the same answer: this needs no credential.
      checking ??= countMigrations(pool).finally(() => (checking = undefined));
      const applied = await checking;
      if (applied >= needed) return { status: "ok", migrations: applied };
      return await reply.code(503).send({
        status: "not ready",
        reason: `${needed - applied} migrations are not applied; run socialhub migrate`,
      });
    } catch (error) {
      request.log.warn({ requestId: request.id, err: error }, "not ready");
      const reason = error instanceof PoolError ? error.message : "the database refused";
      return await reply.code(503).send({ status: "not ready", reason });
    }
  });
}

async function countMigrations(pool: Pool) {
  const lease = await pool.acquire();
  try {
    const applied = await appliedMigrations((text) => lease.ask(text, undefined, PATIENCE_MS));
    lease.release();
    return applied;
  } catch (error) {
    lease.release(true);
    throw error;
  }
}
