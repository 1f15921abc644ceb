import type { Statement, Values } from "../db/statement.ts";

/** One statement of a request: which loader asked, for how many keys, how many rows, how long. */
export interface Batch {
  loader: string;
  /** What the loader was asked with besides its keys; equal arguments belong into one batch. */
  arguments: string;
  keys: number;
  rows: number;
  ms: number;
  /** When it was sent, as `performance.now()` tells time. It may have waited for others of its connection. */
  sentAt: number;
  /** When the database turned to it. */
  startedAt: number;
  /** The constant text, with the names of its parameters. */
  statement: Statement<unknown>;
  /**
   * What a read was bound to, as JSON: never to be shown. Undefined for a write. Text of its own, because an id
   * that was read is a part of its result's text, and would keep all of that in memory for as long as the lens
   * remembers the id.
   */
  bound: string | undefined;
  /** What the database refused it with; undefined when it did not. */
  failure: unknown;
}

/** What a read was bound to; undefined for a write. */
export const valuesOf = ({ bound }: Batch): Values | undefined =>
  bound === undefined ? undefined : (JSON.parse(bound) as Values);

/** What a request did to the database. */
export class SqlRecord {
  readonly batches: Batch[] = [];
  /** BEGIN, SET LOCAL, COMMIT and the look-up of a key: what a request costs besides its data. */
  overhead = 0;

  get statements(): number {
    return this.batches.length;
  }

  /** Without the statements that write. */
  get loaderBatches(): number {
    return this.batches.filter(({ bound }) => bound !== undefined).length;
  }

  get rows(): number {
    return this.batches.reduce((sum, batch) => sum + batch.rows, 0);
  }

  /** Milliseconds that the database took, as seen from here. */
  get ms(): number {
    return this.batches.reduce((sum, batch) => sum + batch.ms, 0);
  }

  /** Loaders that ran more than one batch for equal arguments: one batch that split. */
  get splits(): string[] {
    if (this.batches.length < 2) return [];
    const seen = new Set<string>();
    const split = new Set<string>();
    for (const batch of this.batches) {
      const key = `${batch.loader} ${batch.arguments}`;
      if (seen.has(key)) split.add(batch.loader);
      seen.add(key);
    }
    return [...split];
  }

  /** The form that goes out in `extensions.sql`. */
  toJSON() {
    return {
      statements: this.statements,
      overhead: this.overhead,
      ms: round(this.ms),
      batches: this.batches.map(({ loader, keys, rows, ms }) => ({
        loader,
        keys,
        rows,
        ms: round(ms),
      })),
    };
  }
}

/** Milliseconds to two digits: more is noise. */
export const round = (ms: number) => Math.round(ms * 100) / 100;
