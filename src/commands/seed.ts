import { readConfig } from "../config.ts";
import { CompareError, compareWithCopy, describeComparison } from "../data/compare.ts";
import { seedDemo, type SeedSummary } from "../data/demo/seed.ts";
import { showProgress } from "../data/progress.ts";
import { CommandError } from "./command-error.ts";
import { openDatabase, withMigratedDatabase } from "./database.ts";

export interface SeedOptions {
  scale: number;
  compare?: number | true;
}

/** `socialhub seed`. */
export async function seed({ scale, compare: rows }: SeedOptions): Promise<void> {
  if (rows !== undefined) await compare(rows === true ? 1_000_000 : rows);
  else await withMigratedDatabase(readConfig(), ({ ownerUrl }) => load(ownerUrl, scale));
}

async function load(ownerUrl: string, scale: number) {
  const start = performance.now();
  const progress = showProgress("seeding", "posts");
  let summary: SeedSummary;
  try {
    summary = await seedDemo({
      ownerUrl,
      scale,
      onProgress: ({ done, total }) => progress.update(done, total),
    });
  } finally {
    progress.stop();
  }
  const seconds = (performance.now() - start) / 1000;
  const { layers, rows, workspaces } = summary;
  if (layers.added === 0) {
    console.log(`The demo data is there already (scale ${scale} or more); nothing was changed.`);
  } else {
    const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
    const counts = Object.entries(rows).map(([table, count]) => `${count} ${table}`);
    console.log(
      `Loaded ${total} rows in ${seconds.toFixed(1)} s (${Math.round(total / seconds)} rows/s): ` +
        `${counts.join(", ")}.`,
    );
  }
  for (const workspace of workspaces) console.log(`${workspace.id}  ${workspace.name}`);
}

/** Handles signals itself: its scratch databases are dropped before the server is left. */
async function compare(rows: number) {
  const database = await openDatabase(readConfig());
  const progress = showProgress("comparing", "rows");
  const stop = new AbortController();
  const interrupt = () =>
    stop.abort(new CommandError("interrupted; the scratch databases are dropped"));
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    const comparison = await compareWithCopy({
      ownerUrl: database.ownerUrl,
      rows,
      signal: stop.signal,
      onProgress: ({ done, total }) => progress.update(done, total),
    });
    progress.stop();
    for (const line of describeComparison(comparison)) console.log(line);
  } catch (error) {
    throw error instanceof CompareError ? new CommandError(error.message) : error;
  } finally {
    progress.stop();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    await database.close();
  }
}
