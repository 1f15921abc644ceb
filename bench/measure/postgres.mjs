import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../dist/db/client.js";
import { cpuOf } from "./processes.mjs";

/** What opens and ends a transaction, or says in whose name: the rest is what data costs. */
const OVERHEAD =
  "^\\s*(begin|start transaction|commit|rollback|savepoint|release|set|reset|discard|deallocate|select set_config)\\M";

/** Looks at what PostgreSQL does for whoever is being measured; logs in as the superuser, whom nobody counts. */
export async function watchPostgres(adminUrl) {
  const client = connect(adminUrl, { max: 1, idleTimeoutMs: 3_600_000 });
  const [{ file }] = await client`
    select pg_read_file('postmaster.pid') as file`;
  const postmaster = Number.parseInt(file, 10);
  return {
    cpu: () => cpuOf(postmaster),
    async resetStatements() {
      await client`select pg_stat_statements_reset()`;
    },
    /**
     * Waits until nobody is in a transaction: a statement is counted when it is left, and the last one of
     * a request may be left by a COMMIT that comes after the answer.
     */
    async untilIdle() {
      for (let tries = 0; tries < 100; tries++) {
        const [{ busy }] = await client`
          select count(*)::int as busy from pg_stat_activity
          where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`;
        if (busy === 0) return;
        await sleep(10);
      }
    },
    /** Statements since the reset: of data, and of transactions around it. */
    async statements() {
      const [row] = await client`
        select coalesce(sum(calls) filter (where query !~* ${OVERHEAD}), 0)::float8 as data,
          coalesce(sum(calls) filter (where query ~* ${OVERHEAD}), 0)::float8 as overhead
        from pg_stat_statements
        where userid <> (select oid from pg_roles where rolname = current_user)`;
      return row;
    },
    close: () => client.end({ timeout: 5 }),
  };
}
