import type { Pool } from "./pool.ts";

/** Means of one statement over all that the server's role has sent. */
export interface StatementMeans {
  text: string;
  meanMs: number;
  meanRows: number;
  hitRatio: number | null;
}

/** What pg_stat_statements knows of the server's own role, or what is missing for that. */
export type StatementStatistics = { means: StatementMeans[] } | { missing: string };

const MOST = 5_000;

const TURN_ON =
  "set shared_preload_libraries = 'pg_stat_statements' in postgresql.conf, restart PostgreSQL, and run CREATE " +
  "EXTENSION pg_stat_statements in the database, as a superuser";

/** Reads the extension's view, wherever it is installed. Throws PoolError without a connection. */
export async function readStatementStatistics(pool: Pool): Promise<StatementStatistics> {
  const lease = await pool.acquire();
  let isBroken = true;
  const ask = <Row>(text: string) => lease.ask<Row>(text, undefined, pool.patienceMs);
  try {
    const [extension] = await ask<{ schema: string }>(
      `select quote_ident(nspname) as schema from pg_extension
        join pg_namespace on pg_namespace.oid = extnamespace where extname = 'pg_stat_statements'`,
    );
    isBroken = false;
    if (!extension) {
      return { missing: `The extension pg_stat_statements is not installed; ${TURN_ON}.` };
    }
    const { schema } = extension;
    try {
      return { means: await ask<StatementMeans>(meansFrom(schema)) };
    } catch (error) {
      const missing = NOT_READABLE.get((error as { code?: string }).code ?? "");
      if (missing === undefined) throw error;
      return { missing: missing(schema) };
    }
  } finally {
    lease.release(isBroken);
  }
}

/** Its own statements are all that a role without pg_read_all_stats sees the text of. */
const meansFrom = (schema: string) =>
  `select query as text, mean_exec_time as "meanMs", (rows / greatest(calls, 1)::float8) as "meanRows",
      (shared_blks_hit / nullif(shared_blks_hit + shared_blks_read, 0)::float8) as "hitRatio"
    from ${schema}.pg_stat_statements
    where userid = current_user::regrole::oid
      and dbid = (select oid from pg_database where datname = current_database())
    order by calls desc limit ${MOST}`;

/** By the codes of PostgreSQL: not loaded, no right, no such schema or column. */
const NOT_READABLE: ReadonlyMap<string, (schema: string) => string> = new Map([
  ["55000", () => `pg_stat_statements is installed but not loaded; ${TURN_ON}.`],
  [
    "42501",
    (schema: string) =>
      `The server may not read pg_stat_statements; run GRANT USAGE ON SCHEMA ${schema} TO socialhub_app and ` +
      `GRANT SELECT ON ${schema}.pg_stat_statements TO socialhub_app.`,
  ],
]);
