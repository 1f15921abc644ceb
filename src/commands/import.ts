import { readConfig, type Config } from "../config.ts";
import { ImportError } from "../data/import/import-error.ts";
import { importFile, type ImportSummary } from "../data/import/import-file.ts";
import type { ImportKind } from "../data/import/import-kinds.ts";
import { showProgress } from "../data/progress.ts";
import { CommandError } from "./command-error.ts";
import { withMigratedDatabase } from "./database.ts";

export interface ImportOptions {
  workspace?: string;
  type?: ImportKind;
  skipBad?: boolean;
  dryRun?: boolean;
}

/** `socialhub import`: a workspace's own data from NDJSON or CSV files. */
export async function importFiles(files: string[], options: ImportOptions): Promise<void> {
  const config = readConfig();
  const workspaceId = options.workspace ?? needWorkspace(config);
  await withMigratedDatabase(config, ({ ownerUrl }) =>
    importAll(ownerUrl, workspaceId, files, options),
  );
}

function needWorkspace({ dataDir }: Config): string {
  throw new CommandError(
    "import needs --workspace ID; " +
      `the demo workspaces' ids are in ${dataDir}/demo.json, and \`socialhub seed\` prints them`,
  );
}

async function importAll(
  ownerUrl: string,
  workspaceId: string,
  files: string[],
  options: ImportOptions,
) {
  let failed = 0;
  for (const file of files) {
    const progress = showProgress(`reading ${file}`, "bytes");
    let summary: ImportSummary;
    try {
      summary = await importFile({
        ownerUrl,
        workspaceId,
        file,
        ...(options.type ? { type: options.type } : {}),
        skipBad: options.skipBad ?? false,
        dryRun: options.dryRun ?? false,
        onProgress: ({ bytes, size }) => progress.update(bytes, size),
      });
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      // One file that cannot be read does not keep the others out.
      progress.stop();
      console.error(`${file}: ${error.message}`);
      failed += 1;
      continue;
    } finally {
      progress.stop();
    }
    report(file, summary, options);
    if (!summary.applied && summary.rejected > 0) failed += 1;
  }
  if (failed > 0) {
    const what = options.dryRun ? "cannot be imported" : "not imported";
    throw new CommandError(
      `${failed} of ${files.length} ${files.length === 1 ? "file" : "files"} ${what}`,
    );
  }
}

function report(file: string, summary: ImportSummary, options: ImportOptions) {
  console.log(`${file}: ${headline(summary, options)}`);
  const head = ["type", "read", "inserted", "updated", "unchanged", "rejected"];
  const rows = summary.kinds.map((each) => [
    each.kind ?? "(none)",
    ...[each.read, each.inserted, each.updated, each.unchanged, each.rejected].map(String),
  ]);
  for (const row of [head, ...rows]) {
    console.log(
      `  ${row.map((cell, index) => (index ? cell.padStart(11) : cell.padEnd(9))).join("")}`,
    );
  }
  for (const { line, reason } of summary.problems) console.error(`  line ${line}: ${reason}`);
  const more = summary.rejected - summary.problems.length;
  if (more > 0) console.error(`  and ${more} more bad lines`);
  if (summary.setAside) {
    console.error(
      `  bad lines are set aside in ${summary.setAside.lines}, all reasons in ${summary.setAside.reasons}`,
    );
  }
}

function headline({ applied, rejected }: ImportSummary, { dryRun, skipBad }: ImportOptions) {
  if (applied) return rejected > 0 ? "imported, but for bad lines" : "imported";
  if (dryRun) {
    return rejected > 0 && !skipBad
      ? "dry run; it has bad lines and would not be imported"
      : "dry run; this is what an import would do";
  }
  return "nothing imported, because of bad lines (--skip-bad imports the others)";
}
