import { open, rm, type FileHandle } from "node:fs/promises";
import { extname } from "node:path";
import type { WorkspaceTransaction } from "../../db/workspace-transaction.ts";
import { ImportError } from "./import-error.ts";
import { REJECTED } from "./staging.ts";

/** A bad line and what is wrong with it. */
export interface Problem {
  line: number;
  reason: string;
}

/** The files that bad lines are set aside in: the lines as they were, and the reasons. */
export function rejectedFiles(file: string): { lines: string; reasons: string } {
  return { lines: `${file}.rejected${extname(file)}`, reasons: `${file}.rejected.txt` };
}

/** Removes what an earlier import of the file has set aside. */
export async function forgetRejected(file: string): Promise<void> {
  const { lines, reasons } = rejectedFiles(file);
  await rm(lines, { force: true });
  await rm(reasons, { force: true });
}

interface Row extends Problem {
  start: number;
  length: number;
}

/**
 * Copies the bad lines byte for byte into a file beside the imported one, so that they can be mended and
 * imported from there, and their reasons into another. `headerEnd` is where a CSV file's header row ends.
 */
export async function setAside(
  transaction: WorkspaceTransaction,
  file: string,
  headerEnd: number,
): Promise<void> {
  const names = rejectedFiles(file);
  const handles: FileHandle[] = [];
  const openFile = async (path: string, flags: string) => {
    const handle = await open(path, flags);
    handles.push(handle);
    return handle;
  };
  try {
    const source = await openFile(file, "r");
    const lines = await openFile(names.lines, "w");
    const reasons = await openFile(names.reasons, "w");
    await copyRange(source, lines, 0, headerEnd);
    const rows = transaction
      .unsafe<Row[]>(`select line, start, length, reason from ${REJECTED} order by line`)
      .cursor(500);
    for await (const batch of rows) {
      for (const { start, length } of runs(batch)) await copyRange(source, lines, start, length);
      await reasons.write(batch.map(({ line, reason }) => `line ${line}: ${reason}\n`).join(""));
    }
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    throw new ImportError(`bad lines cannot be set aside: ${error.message}`);
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}

/** Lines that follow each other as one range. */
function runs(rows: readonly Row[]): { start: number; length: number }[] {
  const found: { start: number; length: number }[] = [];
  for (const { start, length } of rows) {
    const last = found.at(-1);
    if (last && last.start + last.length === start) last.length += length;
    else found.push({ start, length });
  }
  return found;
}

/** Copies a range; the last line of a file gets the line end that it lacks. */
async function copyRange(source: FileHandle, target: FileHandle, start: number, length: number) {
  const buffer = Buffer.allocUnsafe(Math.min(length, 256 * 1024));
  let last = 0x0a;
  for (let copied = 0; copied < length;) {
    const { bytesRead } = await source.read(
      buffer,
      0,
      Math.min(buffer.length, length - copied),
      start + copied,
    );
    if (bytesRead === 0) break;
    await target.write(buffer, 0, bytesRead);
    last = buffer[bytesRead - 1] ?? last;
    copied += bytesRead;
  }
  if (last !== 0x0a) await target.write("\n");
}
