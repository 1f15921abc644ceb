import type { FastifyInstance } from "fastify";
import { appliedMigrations, migrationNames } from "./db/migrate.ts";
import type { Pool } from "./db/pool.ts";
import { PoolError } from "./db/pool-error.ts";

/** `/healthz`: the process answers. `/readyz`: the database does, and has this version's migrations. */
export function healthRoutes(server: FastifyInstance, pool: Pool) {
  const needed = migrationNames().length;

  server.get("/healthz", async () => ({ status: "ok" }));

  server.get("/readyz", async (_, reply) => {
    try {
      const applied = await withLease(pool);
      if (applied >= needed) return { status: "ok", migrations: applied };
      return await reply.code(503).send({
        status: "not ready",
        reason: `${needed - applied} migrations are not applied; run socialhub migrate`,
      });
    } catch (error) {
      const reason = error instanceof PoolError ? error.message : "the database refused";
      return await reply.code(503).send({ status: "not ready", reason });
    }
  });
}

async function withLease(pool: Pool) {
  const lease = await pool.acquire();
  try {
    const applied = await appliedMigrations(lease.sql);
    lease.release();
    return applied;
  } catch (error) {
    lease.release(true);
    throw error;
  }
}
