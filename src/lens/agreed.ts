import { readFileSync } from "node:fs";
import type { SqlRecord } from "../insight/sql-record.ts";
import { documentHash } from "./document.ts";
import type { AgreedBudget } from "./wire.ts";

/** What sql-budget.lock.json has of an operation. */
interface LockedOperation {
  name: string;
  loaders: ReadonlyMap<string, number>;
}

const LOCK = new URL("../../sql-budget.lock.json", import.meta.url);

/** So many documents' hashes are remembered. */
const MOST_REMEMBERED = 1_000;

/** The SQL budget that was agreed to, by document. Where there is no lock file, nothing was. */
export class Agreed {
  readonly #operations: ReadonlyMap<string, LockedOperation>;
  /** By the hash of the text as it is sent. */
  readonly #known = new Map<string, LockedOperation | undefined>();

  constructor(lock: URL | string = LOCK) {
    this.#operations = readLock(lock);
  }

  /** What was agreed to for a document, beside what an operation sent; undefined for one that the lock has not. */
  compare(
    { source, hash }: { source: string | undefined; hash: string | undefined },
    record: SqlRecord,
  ): AgreedBudget | undefined {
    const locked = this.#find(source, hash);
    if (!locked) return undefined;
    const sent = new Map<string, number>();
    for (const { loader } of record.batches) sent.set(loader, (sent.get(loader) ?? 0) + 1);
    const loaders = [...new Set([...locked.loaders.keys(), ...sent.keys()])].map((loader) => ({
      loader,
      agreed: locked.loaders.get(loader) ?? 0,
      sent: sent.get(loader) ?? 0,
    }));
    return { name: locked.name, loaders };
  }

  #find(source: string | undefined, hash: string | undefined): LockedOperation | undefined {
    if (source === undefined || hash === undefined || this.#operations.size === 0) return undefined;
    if (this.#known.has(hash)) return this.#known.get(hash);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MOST_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    const found = this.#operations.get(documentHash(source) ?? "");
    this.#known.set(hash, found);
    return found;
  }
}

/** Whether a loader sent more than was agreed to. */
export const isBeyond = ({ loaders }: AgreedBudget) =>
  loaders.some(({ agreed, sent }) => sent > agreed);

interface Lock {
  documents?: Record<string, string>;
  operations: Record<string, { loader: string; times?: number }[]>;
}

function readLock(file: URL | string): Map<string, LockedOperation> {
  const operations = new Map<string, LockedOperation>();
  let lock: Lock;
  try {
    lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
  } catch {
    return operations;
  }
  for (const [name, hash] of Object.entries(lock.documents ?? {})) {
    // One document with several sets of variables: what any of them may.
    const loaders = new Map(operations.get(hash)?.loaders);
    const own = new Map<string, number>();
    for (const { loader, times = 1 } of lock.operations[name] ?? []) {
      own.set(loader, (own.get(loader) ?? 0) + times);
    }
    for (const [loader, times] of own) {
      loaders.set(loader, Math.max(loaders.get(loader) ?? 0, times));
    }
    operations.set(hash, { name: operations.get(hash)?.name ?? name, loaders });
  }
  return operations;
}
