import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from "graphql";
import { CompiledOperation } from "./compiled-operation.ts";

/** A field of a plan takes about a kilobyte, with its part of the document: that is 20 MB, or 600 dashboards. */
const MOST_FIELDS = 20_000;

/** The operations that are compiled, the least recently used of which goes first. */
export class PlanCache {
  readonly #schema: GraphQLSchema;
  readonly #mostFields: number;
  /** With how many of its fields it is counted. */
  readonly #counted = new Map<CompiledOperation, number>();
  readonly #byOperation = new WeakMap<OperationDefinitionNode, CompiledOperation>();
  #fields = 0;

  constructor(schema: GraphQLSchema, mostFields = MOST_FIELDS) {
    this.#schema = schema;
    this.#mostFields = mostFields;
  }

  /** How many fields the plans have that are kept. */
  get fields(): number {
    return this.#fields;
  }

  of(document: DocumentNode, operation: OperationDefinitionNode): CompiledOperation {
    let found = this.#byOperation.get(operation);
    if (!found) {
      found = new CompiledOperation(this.#schema, document, operation);
      this.#byOperation.set(operation, found);
    }
    return found;
  }

  /** To be told after each use: what is below a field is compiled when there is an object for it. */
  count(used: CompiledOperation) {
    this.#fields += used.fields - (this.#counted.get(used) ?? 0);
    this.#counted.delete(used);
    this.#counted.set(used, used.fields);
    for (const [oldest, fields] of this.#counted) {
      if (this.#fields <= this.#mostFields || oldest === used) return;
      this.#counted.delete(oldest);
      this.#byOperation.delete(oldest.operation);
      this.#fields -= fields;
    }
  }
}
