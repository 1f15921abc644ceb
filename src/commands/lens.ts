import { localUrl, readConfig } from "../config.ts";
import { follow, LensRefusedError } from "../lens/follow.ts";
import type { OperationSummary } from "../lens/wire.ts";
import { CommandError } from "./command-error.ts";
import { readDemoFile } from "./demo.ts";

export interface LensOptions {
  key?: string;
  /** In milliseconds. */
  slow?: number;
  op?: string;
  json?: true;
}

/** `socialhub lens`: until a signal ends it, or nobody reads its output any more. */
export async function lens(url: string | undefined, options: LensOptions): Promise<void> {
  const server = await serverOf(url, options.key);
  const ending = new AbortController();
  const stop = () => ending.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  // Whoever reads has read enough, as `head` does.
  process.stdout.once("error", stop);
  try {
    await follow({
      ...server,
      filters: {
        ...(options.slow === undefined ? {} : { minMs: String(options.slow) }),
        ...(options.op === undefined ? {} : { name: options.op }),
      },
      signal: ending.signal,
      tell: (operation) =>
        console.log(options.json ? JSON.stringify(operation) : lineOf(operation)),
      // Not among the operations.
      say: (words) => console.error(words),
    });
  } catch (error) {
    if (error instanceof LensRefusedError) throw new CommandError(error.message);
    throw error;
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
    process.stdout.off("error", stop);
  }
}

/** The demo's key is for the demo's server alone. */
async function serverOf(given: string | undefined, key: string | undefined) {
  const config = readConfig();
  const demo = await readDemoFile(config);
  const url = given ?? demo?.url ?? localUrl(config.http.host, config.http.port);
  const known = demo?.url === url ? demo.keys[0]?.key : undefined;
  const shown = key ?? known;
  if (shown !== undefined) return { url, key: shown };
  throw new CommandError(
    "there is no API key; give one that has the scope insight by --key or in SOCIALHUB_KEY",
  );
}

const NAME_WIDTH = 28;

/** One operation: when, which, statements, time in the database, time in all, points, depth, marks. */
export function lineOf(operation: OperationSummary): string {
  const { at, name, kind, statements, sqlMs, ms, cost, complexity, depth, codes, marks } =
    operation;
  const called = name ?? (kind === null ? "(not understood)" : `(${kind} without a name)`);
  const points = cost?.requested ?? complexity;
  const cells = [
    // In the time of whoever reads.
    new Date(at).toTimeString().slice(0, 8),
    called.length > NAME_WIDTH ? `${called.slice(0, NAME_WIDTH - 1)}…` : called.padEnd(NAME_WIDTH),
    `${statements} stmt`.padStart(8),
    `${sqlMs.toFixed(1)} ms sql`.padStart(14),
    `${ms.toFixed(1)} ms`.padStart(11),
    `${points ?? "-"} pt`.padStart(7),
    `depth ${depth ?? "-"}`,
    ...marks.filter((mark) => mark !== "error").map((mark) => mark.toUpperCase()),
    ...codes,
  ];
  return cells.join("  ").trimEnd();
}
