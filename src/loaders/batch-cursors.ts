/**
 * The cursors of the pages of a batch. Those of all pages are made when the first is asked for, because
 * together they take a third of the time; nothing is made of what nobody asks for.
 */
export class BatchCursors<Row> {
  readonly #pages: readonly (readonly Row[])[];
  readonly #encode: (rows: readonly Row[]) => string[];
  #rows: string[][] | undefined;
  #firsts: (string | null)[] | undefined;
  #lasts: (string | null)[] | undefined;

  constructor(pages: readonly (readonly Row[])[], encode: (rows: readonly Row[]) => string[]) {
    this.#pages = pages;
    this.#encode = encode;
  }

  /** Of the rows of the page in this place. */
  ofRows(place: number): readonly string[] {
    this.#rows ??= this.#ofAllRows();
    return this.#rows[place] ?? [];
  }

  /** Of a page's first row; null when there is none. */
  ofFirst(place: number): string | null {
    this.#firsts ??= this.#ofOneEach((page) => page[0]);
    return this.#firsts[place] ?? null;
  }

  ofLast(place: number): string | null {
    this.#lasts ??= this.#ofOneEach((page) => page.at(-1));
    return this.#lasts[place] ?? null;
  }

  #ofAllRows(): string[][] {
    const cursors = this.#encode(this.#pages.flat());
    let next = 0;
    return this.#pages.map(({ length }) => cursors.slice(next, (next += length)));
  }

  #ofOneEach(rowOf: (page: readonly Row[]) => Row | undefined): (string | null)[] {
    const rows = this.#pages.map(rowOf);
    const cursors = this.#encode(rows.filter((row) => row !== undefined));
    let next = 0;
    return rows.map((row) => (row === undefined ? null : (cursors[next++] ?? null)));
  }
}
