import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { extname } from "node:path";
import { v7 as uuidv7 } from "uuid";
import { connectForLoad } from "../../db/copy.ts";
import { refreshStatistics } from "../../db/statistics.ts";
import { inWorkspace, type WorkspaceTransaction } from "../../db/workspace-transaction.ts";
import { checkLine } from "./check-line.ts";
import { ImportError } from "./import-error.ts";
import { importKinds, type ImportKind } from "./kinds.ts";
import { loadKind, type Loaded } from "./load.ts";
import { readCsv } from "./read-csv.ts";
import { readNdjson, type ReadLine } from "./read-ndjson.ts";
import { rejectLostReplies, rejectMoved, rejectRepeated, rejectUnknown } from "./reject.ts";
import { forgetRejected, rejectedFiles, setAside, type Problem } from "./set-aside.ts";
import { createStaging, REJECTED, Staging } from "./staging.ts";

/** How many problems are told; all of them are in the file of reasons. */
const TOLD = 20;

export interface ImportOptions {
  ownerUrl: string;
  workspaceId: string;
  file: string;
  /** The kind of lines that do not say one. */
  type?: ImportKind;
  /** Imports the good lines of a file that has bad ones; otherwise nothing of it is imported. */
  skipBad?: boolean;
  /** Does everything, and then takes it back. */
  dryRun?: boolean;
  onProgress?: (progress: { bytes: number; size: number }) => void;
}

/** Lines of one kind: what was read and what became of it. `kind` is null for lines that do not say one. */
export interface KindSummary extends Loaded {
  kind: ImportKind | null;
  read: number;
  rejected: number;
}

export interface ImportSummary {
  /** Whether the file's good lines are in the database now. */
  applied: boolean;
  kinds: KindSummary[];
  rejected: number;
  /** The first bad lines. */
  problems: Problem[];
  /** Where bad lines were set aside, when there were any. */
  setAside?: { lines: string; reasons: string };
}

/** Rows from which on an import changes what the planner should know. */
const MANY = 1000;

const nothing: Loaded = { inserted: 0, updated: 0, unchanged: 0 };

/** Thrown to roll back what must not stay. */
class TakeBack extends Error {}

/**
 * Imports one file in one transaction: all its good lines or, when there are bad ones and they are not to
 * be skipped, nothing. Rows are found by the ids of the system they come from, so that the same file
 * imported again changes nothing. Throws {@link ImportError} for a file that cannot be read as a whole.
 */
export async function importFile(options: ImportOptions): Promise<ImportSummary> {
  const source = await openSource(options);
  const client = connectForLoad(options.ownerUrl, "socialhub import");
  let summary: ImportSummary | undefined;
  try {
    await inWorkspace(client, options.workspaceId, async (transaction) => {
      await prepare(transaction, options.workspaceId);
      const staging = new Staging(transaction, () => uuidv7());
      for await (const lines of source.lines()) {
        for (const line of lines) {
          staging.add(
            line,
            line.fields
              ? checkLine(line.fields, options.type)
              : { kind: options.type ?? null, name: null, reason: line.problem ?? "not readable" },
          );
        }
        await staging.flush(false);
      }
      await staging.flush(true);
      const loaded = await loadAll(transaction, options.workspaceId, staging.read);
      summary = await summarise(transaction, staging.read, loaded);
      const refused = summary.rejected > 0 && !options.skipBad;
      if (refused) for (const kind of summary.kinds) Object.assign(kind, nothing);
      summary.applied = !options.dryRun && !refused;
      if (summary.rejected > 0) {
        await setAside(transaction, options.file, source.headerEnd());
        summary.setAside = rejectedFiles(options.file);
      }
      if (!summary.applied) throw new TakeBack();
    });
    if (summary?.kinds.some(({ inserted }) => inserted >= MANY)) await refreshStatistics(client);
  } catch (error) {
    if (!(error instanceof TakeBack)) throw source.explain(error);
  } finally {
    source.close();
    await client.end({ timeout: 5 });
  }
  if (!summary) throw new Error("an import ended without a summary");
  if (summary.rejected === 0) await forgetRejected(options.file);
  return summary;
}

async function prepare(transaction: WorkspaceTransaction, workspaceId: string) {
  const found = await transaction`
    select 1 from workspaces where workspace_id = ${workspaceId}::uuid`;
  if (found.length === 0) throw new ImportError(`there is no workspace ${workspaceId}`);
  // Imports into one workspace follow each other: each sees what the one before has made.
  await transaction`select pg_advisory_xact_lock(hashtextextended(${`import ${workspaceId}`}, 0))`;
  await createStaging(transaction);
}

/** Sorts out what cannot be and loads the rest, kind after kind: references point to kinds before. */
async function loadAll(
  transaction: WorkspaceTransaction,
  workspaceId: string,
  read: ReadonlyMap<ImportKind | null, number>,
) {
  const loaded = new Map<ImportKind, Loaded>();
  for (const kind of importKinds) {
    if (!read.has(kind)) continue;
    await rejectRepeated(transaction, kind);
    if (kind === "post") await rejectUnknown(transaction, workspaceId, kind, "account");
    if (kind === "metrics" || kind === "comment") {
      await rejectUnknown(transaction, workspaceId, kind, "post");
    }
    if (kind === "comment") await rejectUnknown(transaction, workspaceId, kind, "contact");
    if (kind === "post" || kind === "comment") await rejectMoved(transaction, workspaceId, kind);
    if (kind === "comment") await rejectLostReplies(transaction, workspaceId);
    loaded.set(kind, await loadKind(transaction, workspaceId, kind));
  }
  return loaded;
}

async function summarise(
  transaction: WorkspaceTransaction,
  read: ReadonlyMap<ImportKind | null, number>,
  loaded: ReadonlyMap<ImportKind, Loaded>,
): Promise<ImportSummary> {
  const counts = await transaction.unsafe<{ kind: ImportKind | null; count: number }[]>(
    `select kind, count(*)::int as count from ${REJECTED} group by kind`,
  );
  const rejected = new Map(counts.map(({ kind, count }) => [kind, count]));
  const problems = await transaction.unsafe<(Problem & object)[]>(
    `select line, reason from ${REJECTED} order by line limit ${TOLD}`,
  );
  const kinds = [...importKinds, null].filter((kind) => read.has(kind));
  return {
    applied: false,
    kinds: kinds.map((kind) => ({
      kind,
      read: read.get(kind) ?? 0,
      ...((kind && loaded.get(kind)) ?? nothing),
      rejected: rejected.get(kind) ?? 0,
    })),
    rejected: counts.reduce((sum, { count }) => sum + count, 0),
    problems: problems.map(({ line, reason }) => ({ line, reason })),
  };
}

interface Source {
  lines(): AsyncGenerator<ReadLine[]>;
  /** Where a CSV file's header row ends; 0 for other files. */
  headerEnd(): number;
  /** The error to report: in words when the disk has failed, and otherwise the one that is given. */
  explain(error: unknown): unknown;
  close(): void;
}

async function openSource({ file, type, onProgress }: ImportOptions): Promise<Source> {
  const size = await checkFile(file);
  const extension = extname(file).toLowerCase();
  const csv = extension === ".csv";
  if (!csv && extension !== ".ndjson" && extension !== ".jsonl") {
    throw new ImportError("the file's name must end in .ndjson, .jsonl or .csv");
  }
  const stream = createReadStream(file, { highWaterMark: 256 * 1024 });
  let bytes = 0;
  stream.on("data", (chunk) => {
    bytes += chunk.length;
    onProgress?.({ bytes, size });
  });
  // A stream with a listener for data flows at once; its reader starts it again.
  stream.pause();
  let failure: Error | undefined;
  stream.on("error", (error) => (failure = error));
  let headerEnd = 0;
  return {
    lines: () => (csv ? readCsv(stream, type, (end) => (headerEnd = end)) : readNdjson(stream)),
    headerEnd: () => headerEnd,
    explain: (error) => (failure ? new ImportError(`cannot be read: ${failure.message}`) : error),
    close: () => stream.destroy(),
  };
}

/** Refuses what is no text file, before anything is read of it. Returns its size. */
async function checkFile(file: string): Promise<number> {
  const info = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw new ImportError("there is no such file");
    throw new ImportError(`cannot be read: ${error.message}`);
  });
  if (!info.isFile()) throw new ImportError("is not a file");
  if (info.size === 0) throw new ImportError("is empty");
  const handle = await open(file, "r").catch((error: Error) => {
    throw new ImportError(`cannot be read: ${error.message}`);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    const start = buffer.subarray(0, bytesRead);
    if (start[0] === 0x1f && start[1] === 0x8b) {
      throw new ImportError("is compressed (gzip); unpack it first");
    }
    if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) {
      throw new ImportError("is in UTF-16; save it as UTF-8");
    }
    if (start.includes(0)) throw new ImportError("is not a text file");
  } finally {
    await handle.close();
  }
  return info.size;
}
