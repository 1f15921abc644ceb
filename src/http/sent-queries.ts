import { hash } from "node:crypto";
import type { GraphQLParameters } from "./parameters.ts";

/** As many characters as the texts may have together, about. */
const MOST_CHARACTERS = 1_000_000;

/** No client can name a text so: what it calls a hash is one. */
const SENT = ".sent";
const NAME_LENGTH = 64 + SENT.length;

/**
 * Texts that clients send again and again. Apollo hashes the text of every request to find its document,
 * unless it is named like a persisted query: so each is hashed once, and named.
 */
export class SentQueries {
  readonly #names = new Map<string, string>();
  readonly #texts = new Map<string, string>();
  readonly #most: number;
  #characters = 0;

  constructor(mostCharacters = MOST_CHARACTERS) {
    this.#most = mostCharacters;
  }

  /** The same request, with its text as a persisted query; as it is when it has none or is one. */
  named(parameters: GraphQLParameters): GraphQLParameters {
    const { query, extensions, ...rest } = parameters;
    if (query === undefined || extensions?.["persistedQuery"] !== undefined) return parameters;
    const sha256Hash = this.#names.get(query) ?? this.#add(query);
    return { ...rest, extensions: { ...extensions, persistedQuery: { version: 1, sha256Hash } } };
  }

  /** The text that has this name, with whatever Apollo puts before it. */
  textOf(key: string): string | undefined {
    return key.endsWith(SENT) ? this.#texts.get(key.slice(-NAME_LENGTH)) : undefined;
  }

  #add(text: string): string {
    const name = hash("sha256", text, "hex") + SENT;
    this.#names.set(text, name);
    this.#texts.set(name, text);
    this.#characters += text.length;
    // Apollo asks for the text in the same turn: until then none may go.
    if (this.#characters > this.#most) setImmediate(() => this.#begin());
    return name;
  }

  #begin() {
    this.#names.clear();
    this.#texts.clear();
    this.#characters = 0;
  }
}
