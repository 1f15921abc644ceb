import type { SentQueries } from "./sent-queries.ts";

/** As many characters as the texts may have together. */
const MOST_CHARACTERS = 8 * 1024 * 1024;

/**
 * Texts of persisted queries by their SHA-256, for Apollo. It is a cache and no permission: whoever
 * knows a hash may run its operation as if the text had been sent. Apollo compares text and hash
 * before it keeps them, and keeps none that was refused. The one not asked for longest makes room.
 */
export class QueryCache {
  readonly #texts = new Map<string, string>();
  readonly #sent: SentQueries | undefined;
  readonly #most: number;
  #characters = 0;

  /** `sent`: has texts of its own, which only the server can name. */
  constructor(sent?: SentQueries, mostCharacters = MOST_CHARACTERS) {
    this.#sent = sent;
    this.#most = mostCharacters;
  }

  get characters(): number {
    return this.#characters;
  }

  async get(key: string): Promise<string | undefined> {
    const sent = this.#sent?.textOf(key);
    if (sent !== undefined) return sent;
    const text = this.#texts.get(key);
    if (text === undefined) return undefined;
    this.#texts.delete(key);
    this.#texts.set(key, text);
    return text;
  }

  async set(key: string, text: string): Promise<void> {
    this.#remove(key);
    this.#texts.set(key, text);
    this.#characters += text.length;
    for (const oldest of this.#texts.keys()) {
      if (this.#characters <= this.#most) break;
      this.#remove(oldest);
    }
  }

  async delete(key: string): Promise<boolean> {
    return this.#remove(key);
  }

  #remove(key: string): boolean {
    this.#characters -= this.#texts.get(key)?.length ?? 0;
    return this.#texts.delete(key);
  }
}
