import { access, constants, mkdtemp, readdir, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../src/db/client.ts";
import { startEmbedded } from "../../src/db/embedded.ts";
import { findBinaries } from "../../src/db/embedded/binaries.ts";
import { stopServer } from "../../src/db/embedded/postmaster.ts";
import { birthOf } from "../../src/db/embedded/processes.ts";

/** A PostgreSQL server that goes with what is in it. */
export interface ThrowawayServer {
  /** A login that may create databases. */
  url: string;
  stop(): Promise<void>;
}

/** Starts an embedded PostgreSQL in a folder of its own, with settings over those of any throwaway one. */
export async function startThrowawayServer(
  settings: Record<string, string> = {},
): Promise<ThrowawayServer> {
  const root = await scratchRoot();
  await removeAbandoned(root);
  const folder = await mkdtemp(join(root, `${NAME}${process.pid}-`));
  const embedded = await startEmbedded({
    dataDir: join(folder, "postgres"),
    // Nothing here must survive a power cut, and nobody follows along.
    settings: {
      fsync: "off",
      synchronous_commit: "off",
      full_page_writes: "off",
      max_wal_size: "256MB",
      wal_level: "minimal",
      max_wal_senders: "0",
      ...settings,
    },
  });
  await makeLoginsCheap(embedded.url);
  return {
    url: embedded.url,
    async stop() {
      await embedded.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const NAME = "socialhub-test-";
const PATTERN = /^socialhub-test-(\d+)-/;

const MEMORY = "/dev/shm";
/** Several times what a run of the tests takes. */
const ROOM_BYTES = 4 * 1024 ** 3;

/** In memory where there is room: most of what a run writes are copies of databases. */
async function scratchRoot(): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(MEMORY);
    await access(MEMORY, constants.W_OK);
    return bavail * bsize >= ROOM_BYTES ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** What runs that were killed have left: it would stay in memory for good. */
async function removeAbandoned(root: string) {
  const { pg_ctl } = await findBinaries();
  for (const name of await readdir(root)) {
    const [, pid] = PATTERN.exec(name) ?? [];
    if (pid === undefined || (await birthOf(Number(pid))) !== null) continue;
    await stopServer(join(root, name, "postgres"), pg_ctl);
    await rm(join(root, name), { recursive: true, force: true });
  }
}

/** A client hashes the password four thousand times at each of five hundred connections. */
async function makeLoginsCheap(url: string) {
  const admin = connect(url, { max: 1 });
  const { password } = new URL(url);
  await admin.unsafe(`set scram_iterations = 1; alter role current_user password '${password}'`);
  await admin.end({ timeout: 5 });
}

/** The address of another database of a server. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
