/** A row and its place. The cursor is made only when asked for. */
export class Edge<Row> {
  readonly node: Row;
  readonly #cursorOf: (row: Row) => string;

  constructor(node: Row, cursorOf: (row: Row) => string) {
    this.node = node;
    this.#cursorOf = cursorOf;
  }

  get cursor(): string {
    return this.#cursorOf(this.node);
  }
}

/** A page, in the shape of the schema's connection types: no resolver has to be written for it. */
export class Connection<Row> {
  readonly nodes: readonly Row[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Counts in a batch with its siblings, and only when called. */
  readonly totalCount: () => Promise<number>;
  readonly #cursorOf: (row: Row) => string;

  constructor(page: {
    nodes: readonly Row[];
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    cursorOf: (row: Row) => string;
    totalCount: () => Promise<number>;
  }) {
    this.nodes = page.nodes;
    this.hasNextPage = page.hasNextPage;
    this.hasPreviousPage = page.hasPreviousPage;
    this.totalCount = page.totalCount;
    this.#cursorOf = page.cursorOf;
  }

  get edges(): Edge<Row>[] {
    return this.nodes.map((node) => new Edge(node, this.#cursorOf));
  }

  get pageInfo() {
    return this;
  }

  get startCursor(): string | null {
    const first = this.nodes[0];
    return first ? this.#cursorOf(first) : null;
  }

  get endCursor(): string | null {
    const last = this.nodes.at(-1);
    return last ? this.#cursorOf(last) : null;
  }
}
