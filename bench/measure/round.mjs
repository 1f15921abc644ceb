import { startContender } from "../contenders/start.mjs";
import { askerOf, mixedRequests, spelled, workloads } from "../workloads.mjs";
import { askOnce, load } from "./load.mjs";

/** With how many in flight the mixed load goes on until its p99 passes the limit. */
export const LEVELS = [1, 2, 4, 8, 16, 32, 64, 128];
export const P99_LIMIT_MS = 400;

/** A running contender with everything that measuring it needs; `close` stops it. */
export async function openContender(contender, database, postgres, options) {
  const server = await startContender(contender, database);
  const ask = askerOf(contender, server.target);
  const spell = (requests) => requests.map((request) => spelled(contender, request));
  const run = (requests, concurrency, ms, fewest = 0) =>
    load(server.target, requests, { concurrency, ms, fewest });

  return {
    ask,
    close: () => server.stop(),

    /** The requests of the mixed load, with this contender's cursors. */
    makeMixed: () => mixedRequests(ask, database.workspaces),

    /** The first answer of a server that has just become ready. */
    async firstAnswer() {
      const [request] = spell(await workloads.dashboard(ask, database.workspaces));
      const sent = performance.now();
      await askOnce(server.target, request);
      return { workload: "cold", p50: performance.now() - sent, readyMs: server.readyMs };
    },

    /**
     * Every workload for a while, before any is measured: V8 compiles what is hot, and goes on with that for
     * one or two thousand requests. A server runs for days; how it begins is the workload `cold`.
     */
    async warmUp(workloadsRequests) {
      for (const requests of workloadsRequests) {
        await run(spell(requests), options.concurrency, options.hotMs);
      }
    },

    /** One workload, or a share of it, after a warm-up: latencies, and what server and database spent on each request. */
    async measure(workload, requests, share = 1) {
      const asked = spell(requests);
      const { concurrency, ms, warmUpMs, fewest } = options;
      await run(asked, concurrency, share * warmUpMs);
      await postgres.untilIdle();
      await postgres.resetStatements();
      const before = await server.usage();
      const postgresBefore = postgres.cpu();
      const result = await run(asked, concurrency, share * ms, Math.ceil(share * fewest));
      const { cpuMs, rssMb } = await server.usage();
      const postgresMs = postgresBefore === null ? null : postgres.cpu() - postgresBefore;
      await postgres.untilIdle();
      const statements = await postgres.statements();
      return {
        workload,
        ...figuresOf(result),
        serverCpuMs: (cpuMs - before.cpuMs) / result.count,
        postgresCpuMs: postgresMs === null ? null : postgresMs / result.count,
        sql: statements.data / result.count,
        sqlOverhead: statements.overhead / result.count,
        rssMb,
      };
    },

    /**
     * All workspaces at once, more and more in flight: the last level whose p99 is within the limit. When
     * not even the first one is, there is no throughput, only how slow that was.
     */
    async measureMixed(requests) {
      const asked = spell(requests);
      await run(asked, options.concurrency, options.warmUpMs);
      let last;
      for (const concurrency of LEVELS) {
        const tryIt = () => run(asked, concurrency, options.levelMs, options.fewest);
        let result = await tryIt();
        // Once more: one pause of anybody is enough to spoil a p99.
        if (result.p99 > P99_LIMIT_MS && result.errors === 0) result = await tryIt();
        const isWithin = result.p99 <= P99_LIMIT_MS;
        if (!last && !isWithin) {
          const { p50, p95, p99, errors } = result;
          return { workload: "mixed", p50, p95, p99, errors, concurrency: 0 };
        }
        if (!isWithin || result.errors > 0) break;
        const { rssMb } = await server.usage();
        last = { workload: "mixed", ...figuresOf(result), concurrency, rssMb };
      }
      return last;
    },
  };
}

const figuresOf = ({ rps, p50, p95, p99, errors, bytes }) => ({
  rps,
  p50,
  p95,
  p99,
  errors,
  bytes,
});
