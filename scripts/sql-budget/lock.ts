import type { Asked, Measured } from "./measure.ts";

/** The file at the root of the project that holds what was agreed on. */
export const LOCK_FILE = "sql-budget.lock.json";

/** What an operation may ask. `times` is left out when it is 1. */
export interface Locked {
  loader: string;
  times?: number;
  /** On N rows and on 4N; not there for what writes. */
  buffers?: [number, number];
  plan: readonly string[];
}

export interface Lock {
  about: string;
  /** Plans depend on the version: this is the embedded one. */
  postgresql: string;
  /** The hash of each operation's document, however it is indented: what the lens goes by. */
  documents: Record<string, string>;
  operations: Record<string, readonly Locked[]>;
}

const ABOUT =
  "Written by npm run budget -- --write: for each operation who sends statements, the buffers that each touches on N rows and on 4N, and its plan on 4N; see docs/decisions/sql-budget.md";

/** The lock that holds what was measured. */
export function lockOf({
  figures,
  documents,
  postgresql,
}: Pick<Measured, "figures" | "documents" | "postgresql">): Lock {
  return {
    about: ABOUT,
    postgresql,
    documents: Object.fromEntries(Object.entries(documents).sort()),
    operations: Object.fromEntries(
      Object.keys(figures)
        .sort()
        .map((name) => [name, figures[name]!.map(lockedOf)]),
    ),
  };
}

const lockedOf = ({ loader, times: [, times], buffers, plan }: Asked): Locked => ({
  loader,
  ...(times === 1 ? {} : { times }),
  ...(buffers ? { buffers } : {}),
  plan,
});

/** As it stands in the file: sorted, a node of a plan a line. */
export const writeLock = (lock: Lock): string =>
  `${JSON.stringify(lock, undefined, 2).replace(/\[\s+(\d+),\s+(\d+)\s+\]/g, "[$1, $2]")}\n`;

export const readLock = (text: string): Lock => JSON.parse(text) as Lock;
