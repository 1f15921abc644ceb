import type { Pool } from "../db/pool.ts";
import { ReadSession, type Asking } from "../db/session.ts";
import type { Statement, Values } from "../db/statement.ts";

/** A statement that would have been sent. */
export interface DryStatement {
  statement: Statement<unknown>;
  values: Values;
  asking: Asking;
  /** 1 for what waits for no other statement, 2 for what comes after one of these … */
  level: number;
}

/**
 * A session that asks nothing of the database: every statement is answered with rows that are made up, one for each
 * key or parent, whose references all lead to something. What is sent on them is the most that can be.
 */
export class DrySession extends ReadSession {
  readonly #told: (sent: DryStatement) => void;
  #level = 0;
  #answering: Promise<void> | undefined;
  #made = 0;

  constructor(pool: Pool, workspaceId: string, told: (sent: DryStatement) => void) {
    super(pool, workspaceId);
    this.#told = told;
  }

  override async run<Row>(
    statement: Statement<Row>,
    values: Values,
    asking: Asking,
  ): Promise<Row[]> {
    this.#answering ??= this.#answer();
    this.#told({ statement, values, asking, level: this.#level });
    // As rows come: not in the tick in which they were asked for, so that batches gather as they do.
    await this.#answering;
    return this.#rowsOf(statement.text, values) as Row[];
  }

  /** All that is sent before anything is answered is on one level. */
  async #answer() {
    this.#level += 1;
    await new Promise((resolve) => setImmediate(resolve));
    this.#answering = undefined;
  }

  #rowsOf(text: string, values: Values): object[] {
    const { key, keys, parents, limit } = values;
    const wanted = key === undefined ? keys : [String(key)];
    if (Array.isArray(wanted)) {
      const [, column = "id"] = KEY_COLUMN.exec(text) ?? [];
      return wanted.map((each: string) => ({ ...this.#rowOf(text), [camelCase(column)]: each }));
    }
    // A total counts nothing.
    if (limit === undefined) return [];
    const count = Array.isArray(parents) ? parents.length : 1;
    return Array.from({ length: count }, (_, index) => ({
      ...this.#rowOf(text),
      parentPlace: index + 1,
    }));
  }

  /** A row with the statement's columns: ids are new ones, the rest is null. */
  #rowOf(text: string): Record<string, string | null> {
    const names = [...text.matchAll(COLUMN)].map(([, name = ""]) => name);
    return Object.fromEntries(names.map((name) => [name, ID.test(name) ? this.#newId() : null]));
  }

  #newId(): string {
    this.#made += 1;
    return `ffffffff-ffff-7fff-8fff-${this.#made.toString(16).padStart(12, "0")}`;
  }
}

/** As `columnsOf` writes them, and the key of `byId`. */
const COLUMN = / as "(\w+)"/g;
const KEY_COLUMN = /"(\w+)" = (?:wanted\.key|\$\d+::uuid$)/;
const ID = /^id$|Id$/;

const camelCase = (name: string) =>
  name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
