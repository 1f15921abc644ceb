import type { DocumentNode } from "graphql";

/** A parsed document takes about forty times its text in memory, and never less than this many characters' worth. */
const LEAST_CHARACTERS = 200;

/**
 * The parsed and validated documents, the least recently used of which goes first. What is kept is
 * bounded by the documents' text: Apollo's own store counts their JSON, a quarter of what they take,
 * and lets strangers fill a hundred megabytes.
 */
export class DocumentStore {
  readonly #documents = new Map<string, DocumentNode>();
  readonly #mostCharacters: number;
  #characters = 0;

  constructor(mostCharacters: number) {
    this.#mostCharacters = mostCharacters;
  }

  /** How many documents it keeps. */
  get size(): number {
    return this.#documents.size;
  }

  async get(key: string): Promise<DocumentNode | undefined> {
    const document = this.#documents.get(key);
    if (!document) return undefined;
    this.#documents.delete(key);
    this.#documents.set(key, document);
    return document;
  }

  async set(key: string, document: DocumentNode): Promise<void> {
    await this.delete(key);
    this.#documents.set(key, document);
    this.#characters += weigh(document);
    for (const oldest of this.#documents.keys()) {
      if (this.#characters <= this.#mostCharacters) return;
      await this.delete(oldest);
    }
  }

  async delete(key: string): Promise<boolean> {
    const document = this.#documents.get(key);
    if (!document) return false;
    this.#characters -= weigh(document);
    return this.#documents.delete(key);
  }
}

const weigh = ({ loc }: DocumentNode) =>
  Math.max(LEAST_CHARACTERS, loc?.source.body.length ?? LEAST_CHARACTERS);
