import { copyInto, copyLine, type CopyValue } from "../../db/copy.ts";
import type { WorkspaceTransaction } from "../../db/workspace-transaction.ts";
import type { CheckedLine } from "./check-line.ts";
import { importKinds, kinds, type ImportKind } from "./kinds.ts";
import type { ReadLine } from "./read-ndjson.ts";

/** Text that is held before it is sent. */
const HELD = 2 * 1024 * 1024;

/** The temporary table with a kind's lines. */
export const stagingOf = (kind: ImportKind) => `pg_temp.import_${kind}`;

/** The temporary table with the bad lines. */
export const REJECTED = "pg_temp.import_rejected";

/** Makes the temporary tables of an import; they go with the transaction. */
export async function createStaging(transaction: WorkspaceTransaction): Promise<void> {
  const tables = importKinds.map((kind) => {
    const fields = Object.entries(kinds[kind].fields).map(([name, type]) => `"${name}" ${type}`);
    const id = kind === "metrics" ? "" : "id uuid not null, ";
    return (
      `create temporary table import_${kind} (line bigint not null, start bigint not null, ` +
      `length bigint not null, ${id}${fields.join(", ")}) on commit drop`
    );
  });
  tables.push(
    "create temporary table import_rejected (line bigint not null, start bigint not null, " +
      "length bigint not null, kind text, name text, reason text not null) on commit drop",
    "create index import_rejected_by_name on import_rejected (kind, name, line)",
  );
  await transaction.unsafe(tables.join(";\n")).simple();
}

/** Collects checked lines and sends them to the temporary tables, a piece at a time. */
export class Staging {
  readonly #transaction: WorkspaceTransaction;
  readonly #makeId: () => string;
  readonly #held = new Map<string, string[]>();
  #size = 0;
  /** Lines read, by kind; null for those that do not say one. */
  readonly read = new Map<ImportKind | null, number>();

  constructor(transaction: WorkspaceTransaction, makeId: () => string) {
    this.#transaction = transaction;
    this.#makeId = makeId;
  }

  /** Takes a line; send it with {@link flush}. */
  add({ line, start, length }: ReadLine, checked: CheckedLine): void {
    const place = [line, start, length];
    this.read.set(checked.kind, (this.read.get(checked.kind) ?? 0) + 1);
    if ("reason" in checked) {
      this.#hold("rejected", [...place, checked.kind, checked.name, checked.reason]);
    } else {
      const id = checked.kind === "metrics" ? [] : [this.#makeId()];
      this.#hold(checked.kind, [...place, ...id, ...checked.values]);
    }
  }

  #hold(table: string, row: CopyValue[]) {
    const lines = this.#held.get(table) ?? [];
    if (lines.length === 0) this.#held.set(table, lines);
    const text = copyLine(row);
    lines.push(text);
    this.#size += text.length;
  }

  /** Sends what has come together: all of it, or only once it is enough to be worth it. */
  async flush(all: boolean): Promise<void> {
    if (!all && this.#size < HELD) return;
    for (const [table, lines] of this.#held) {
      await copyInto(this.#transaction, `pg_temp.import_${table}`, [lines.join("")]);
    }
    this.#held.clear();
    this.#size = 0;
  }
}
