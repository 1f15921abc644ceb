import { open, rename, stat, type FileHandle } from "node:fs/promises";

const largest = 10_000_000;

/** The log file opened for one program, which appends to it; `tail` reads what has come since. */
export interface LogFile {
  handle: FileHandle;
  tail(): Promise<string>;
}

/** Opens the log for appending; a large one is set aside as `.old` first. */
export async function openLog(path: string): Promise<LogFile> {
  const size = await stat(path).then(
    (status) => status.size,
    () => 0,
  );
  if (size > largest) await rename(path, `${path}.old`);
  const start = size > largest ? 0 : size;
  return { handle: await open(path, "a", 0o600), tail: () => readFrom(path, start) };
}

/** The last lines of a log text, with the path: the end of an error message. */
export function lastLines(text: string, path: string): string {
  const lines = text.trimEnd().split("\n").slice(-20).join("\n");
  return `The end of ${path}:\n${lines || "(nothing was logged)"}`;
}

async function readFrom(path: string, start: number): Promise<string> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const from = Math.max(start, size - 64_000);
    const buffer = Buffer.alloc(Math.max(0, size - from));
    await handle.read(buffer, 0, buffer.length, from);
    return buffer.toString("utf8");
  } finally {
    await handle.close();
  }
}
