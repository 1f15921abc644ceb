import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../src/db/client.ts";
import { startEmbedded } from "../../src/db/embedded.ts";

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
  const folder = await mkdtemp(join(tmpdir(), "socialhub-test-"));
  const embedded = await startEmbedded({
    dataDir: join(folder, "postgres"),
    // Nothing here must survive a power cut, and nobody follows along.
    settings: {
      fsync: "off",
      synchronous_commit: "off",
      full_page_writes: "off",
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
