import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { inject } from "vitest";
import { connect } from "../../src/db/client.ts";

/** A database of one test file's own. */
export interface TestDatabase {
  /** Where the server logs in. */
  url: string;
  /** Where the owner logs in: migrations, seeds, imports. */
  ownerUrl: string;
  /** Drops it. */
  close(): Promise<void>;
}

/**
 * Clones a migrated template: empty, or with the demo data set. Its files are copied as they are:
 * the other strategy writes every page into the write-ahead log first.
 */
export async function createTestDatabase(
  template: "empty" | "demo" = "empty",
): Promise<TestDatabase> {
  const name = `socialhub_test_${randomBytes(6).toString("hex")}`;
  const admin = connect(inject("adminUrl"), { max: 1 });
  // The kernel copies the files, for half of what reading and writing them costs; PostgreSQL 18 can, not everywhere.
  await admin.unsafe("set file_copy_method = clone").catch(() => undefined);
  await retryWhileBusy(() =>
    admin.unsafe(
      `create database ${name} template ${inject("templates")[template]} strategy file_copy`,
    ),
  );
  const url = new URL(inject("adminUrl"));
  url.pathname = `/${name}`;
  return {
    url: url.href,
    ownerUrl: url.href,
    async close() {
      await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.end({ timeout: 5 });
    },
  };
}

/**
 * Two test files may clone the same template at the same moment: PostgreSQL lets one wait only so long
 * (55006). And the template with the demo data set is made while the first files run (3D000).
 */
async function retryWhileBusy(work: () => Promise<unknown>) {
  for (const start = performance.now(); ; await sleep(50)) {
    try {
      await work();
      return;
    } catch (error) {
      const { code = "" } = error as { code?: string };
      if (!["55006", "3D000"].includes(code) || performance.now() - start > 200_000) throw error;
    }
  }
}
