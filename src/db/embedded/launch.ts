import type { ChildProcess } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Binaries } from "./binaries.ts";
import { lastLines, openLog } from "./log-file.ts";
import type { Places } from "./places.ts";
import { readPidFile } from "./postmaster.ts";
import { explainSpawnError, spawnAs, type RunAs } from "./run-as.ts";

/** What is needed to start the server in a data folder. */
export interface Launch {
  places: Places;
  binaries: Binaries;
  as: RunAs;
  port: number | undefined;
  settings: Record<string, string>;
  /** the pid in a postmaster.pid that has been found stale */
  stalePid: number | null;
}

const patience = 120_000;
const patienceForOrphans = 15_000;

/** For a demo or a developer's machine; synchronous_commit stays on, so kill -9 loses nothing. */
const defaults: Record<string, string> = {
  shared_buffers: "256MB",
  effective_cache_size: "1GB",
  maintenance_work_mem: "128MB",
  work_mem: "16MB",
  max_connections: "100",
  shared_preload_libraries: "pg_stat_statements",
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
  random_page_cost: "1.1",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_min_messages: "warning",
  log_checkpoints: "off",
  unix_socket_directories: "",
};

/** Starts PostgreSQL, detached from us, and waits until it is ready. Null: another one was quicker. */
export async function launchServer(launch: Launch): Promise<number | null> {
  const deadlineForOrphans = Date.now() + patienceForOrphans;
  let preferred = launch.port ?? 0;
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(preferred);
    const complaint = await launchOn(port, launch);
    if (complaint === null) return port;
    if (/lock file "postmaster.pid" already exists/.test(complaint)) return null;
    if (/could not bind|could not create any TCP/.test(complaint) && attempt < 10) {
      preferred = 0;
    } else if (
      // Backends of a killed server that have not noticed its end yet.
      /pre-existing shared memory block/.test(complaint) &&
      Date.now() < deadlineForOrphans
    ) {
      await sleep(250);
    } else {
      throw new Error(`PostgreSQL did not start. ${lastLines(complaint, launch.places.log)}`);
    }
  }
}

/** Null when the server is ready, else what it logged before it gave up. */
async function launchOn(port: number, launch: Launch): Promise<string | null> {
  const { places, binaries, as } = launch;
  const log = await openLog(places.log);
  try {
    const child = spawnAs(as, binaries.postgres, parametersFor(port, launch), {
      stdio: ["ignore", log.handle.fd, log.handle.fd],
      // The pid in a stale file may belong to an unrelated process by now, or to a zombie, and postgres
      // would take either for a running server. So it is told, as pg_ctl tells it, to look past that
      // pid; its other check, for shared memory still in use, stays in force.
      ...(launch.stalePid && { environment: { PG_GRANDPARENT_PID: String(launch.stalePid) } }),
    });
    const ended = new Promise<"ended">((done, fail) => {
      child.once("error", (error) => fail(explainSpawnError(as, binaries.postgres, error)));
      child.once("exit", () => done("ended"));
    });
    const watch = new AbortController();
    try {
      const outcome = await Promise.race([ended, untilReady(child, places, watch.signal)]);
      return outcome === "ready" ? null : await log.tail();
    } finally {
      watch.abort();
      child.unref();
    }
  } finally {
    await log.handle.close();
  }
}

async function untilReady(
  child: ChildProcess,
  places: Places,
  signal: AbortSignal,
): Promise<"ready" | null> {
  for (const deadline = Date.now() + patience; Date.now() < deadline;) {
    const file = await readPidFile(places.data);
    const isIt = file !== null && file !== "garbled" && file.pid === child.pid;
    if (isIt && file.status === "ready") return "ready";
    if (signal.aborted) return null;
    await sleep(20);
  }
  throw new Error(
    `PostgreSQL has not become ready in ${patience / 1000} s; it may be recovering, see ${places.log}.`,
  );
}

function parametersFor(port: number, { places, settings }: Launch): string[] {
  const all = {
    ...defaults,
    ...settings,
    port: String(port),
    listen_addresses: "127.0.0.1",
  };
  const pairs = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ["-D", places.data, ...pairs];
}

/** The preferred port if it can be had on 127.0.0.1, else one the system picks. */
async function freePort(preferred: number): Promise<number> {
  const server = createServer();
  const taken = await new Promise<NodeJS.ErrnoException | null>((done) => {
    server.once("error", done);
    server.listen({ host: "127.0.0.1", port: preferred, exclusive: true }, () => done(null));
  });
  if (taken) {
    if (preferred === 0) throw taken;
    return freePort(0);
  }
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
