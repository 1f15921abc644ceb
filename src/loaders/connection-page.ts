import type { BatchCursors } from "./batch-cursors.ts";

/** A row and its place. The cursor is made only when asked for. */
export class Edge<Row> {
  readonly node: Row;
  readonly #page: Connection<Row>;
  readonly #index: number;

  constructor(node: Row, page: Connection<Row>, index: number) {
    this.node = node;
    this.#page = page;
    this.#index = index;
  }

  get cursor(): string | undefined {
    return this.#page.cursors[this.#index];
  }
}

/** A page, in the shape of the schema's connection types: no resolver has to be written for it. */
export class Connection<Row> {
  readonly nodes: readonly Row[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Counts in a batch with its siblings, and only when called. */
  readonly totalCount: () => Promise<number>;
  readonly #batch: BatchCursors<Row>;
  readonly #place: number;

  constructor(page: {
    nodes: readonly Row[];
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    totalCount: () => Promise<number>;
    /** The cursors of the batch that the page came with, and its place there. */
    batch: BatchCursors<Row>;
    place: number;
  }) {
    this.nodes = page.nodes;
    this.hasNextPage = page.hasNextPage;
    this.hasPreviousPage = page.hasPreviousPage;
    this.totalCount = page.totalCount;
    this.#batch = page.batch;
    this.#place = page.place;
  }

  /** Those of the nodes. */
  get cursors(): readonly string[] {
    return this.#batch.ofRows(this.#place);
  }

  get edges(): Edge<Row>[] {
    return this.nodes.map((node, index) => new Edge(node, this, index));
  }

  get pageInfo() {
    return this;
  }

  get startCursor(): string | null {
    return this.#batch.ofFirst(this.#place);
  }

  get endCursor(): string | null {
    return this.#batch.ofLast(this.#place);
  }
}
