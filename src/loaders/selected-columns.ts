import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { RequestContext } from "../context.ts";
import { namedColumns, type Statement } from "../db/statement.ts";
import { remember } from "./remember.ts";

/** Which columns a loader reads: all, or what {@link selected} says. */
export type Reads = "all" | { type: string; besides: readonly PgColumn[] };

/**
 * A loader reads the columns whose fields the operation selects of a type (`body` for `body`, `accountId`
 * for `account`), the id, and those given. Only for types whose resolvers read nothing else of a row: what is
 * left out is undefined there, whatever the row's type says. test/selected-columns.test.ts tries each field.
 */
export const selected = (type: string, ...besides: PgColumn[]): Reads => ({ type, besides });

/** The names of columns that an operation does without. */
export type LeftOut = ReadonlySet<string>;

/** What the operations of one selection do without. */
interface Without {
  leftOut: LeftOut;
  /** Ends the key of its statements. */
  key: string;
}

const without = (leftOut: LeftOut): Without => ({
  leftOut,
  key: ` without ${[...leftOut].join(" ")}`,
});

const NOTHING = without(new Set());

/** So many statements of a loader are kept; the oldest goes first. */
const MOST_STATEMENTS = 256;

/** The statements of one loader, made when they are first needed. */
export class SelectingStatements<Row> {
  /** The columns that may be left out, with the fields of which one needs it. */
  readonly #optional: readonly (readonly [column: string, ...fields: string[]])[];
  readonly #statements = new Map<string, Statement<Row>>();
  /** By the fields of an operation, which are one object for all its requests. */
  readonly #without = new WeakMap<ReadonlySet<string>, Without>();

  /** `needed` are the columns that the loader itself reads. */
  constructor(table: PgTable, reads: Reads = "all", needed: readonly PgColumn[] = []) {
    this.#optional =
      reads === "all"
        ? []
        : namedColumns(table)
            .filter(([, column]) => !needed.includes(column) && !reads.besides.includes(column))
            .map(([name]) => [name, `${reads.type}.${name}`, `${reads.type}.${relationOf(name)}`]);
  }

  /** How many are kept. */
  get size(): number {
    return this.#statements.size;
  }

  /** The statement for an operation. `shapeKey` is equal for what is equal but for its columns. */
  of(
    { measured: { fields } }: RequestContext,
    shapeKey: string,
    make: (leftOut: LeftOut) => Statement<Row>,
  ): Statement<Row> {
    const { leftOut, key } = fields ? this.#withoutBy(fields) : NOTHING;
    return remember(this.#statements, shapeKey + key, () => {
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined && this.size >= MOST_STATEMENTS) this.#statements.delete(oldest);
      return make(leftOut);
    });
  }

  #withoutBy(fields: ReadonlySet<string>): Without {
    return remember(this.#without, fields, () => {
      const unasked = this.#optional.filter(
        ([, ...needing]) => !needing.some((field) => fields.has(field)),
      );
      return without(new Set(unasked.map(([name]) => name)));
    });
  }
}

/** `account` for `accountId`. */
const relationOf = (column: string) => column.replace(/Id$/, "");
