/** How long a look-up is remembered: what was revoked is refused after this at the latest. */
const REMEMBERED_MS = 5_000;
const MOST_REMEMBERED = 10_000;

/** What a look-up brought, and how many SQL statements it took: none when it was remembered. */
export interface LookUp<Found> {
  found: Found | undefined;
  statements: number;
}

interface Entry<Found> {
  until: number;
  /** What the last look-up that ended found: undefined during the first, null for nothing. */
  last: Found | null | undefined;
  looking: Promise<LookUp<Found>>;
  hasEnded: boolean;
}

/**
 * Look-ups of credentials, remembered for five seconds: many requests that bring the same credential
 * share one, and using a credential does not keep it alive.
 */
export class Remembered<Found> {
  readonly #entries = new Map<string, Entry<Found>>();

  /**
   * Whether the credential was valid when it was last looked up, however long ago, or is being looked up
   * for another request.
   */
  knows(name: string): boolean {
    const entry = this.#entries.get(name);
    return entry !== undefined && entry.last !== null;
  }

  /** What was found under the name within these seconds, for whoever need not wait for anything. */
  recall(name: string): Found | undefined {
    const entry = this.#entries.get(name);
    return entry?.hasEnded && entry.until > Date.now() ? (entry.last ?? undefined) : undefined;
  }

  /** What is remembered under the name, or what looking it up brings. A look-up that fails is forgotten. */
  async get(name: string, lookUp: () => Promise<LookUp<Found>>): Promise<LookUp<Found>> {
    const entry = this.#entries.get(name);
    const isFresh = entry !== undefined && entry.until > Date.now();
    try {
      const { found, statements } = await (isFresh ? entry.looking : this.#add(name, lookUp()));
      return { found, statements: isFresh ? 0 : statements };
    } catch (error) {
      this.#entries.delete(name);
      throw error;
    }
  }

  forget(name: string): void {
    this.#entries.delete(name);
  }

  /** Forgets everything that was found and is so. */
  forgetWhere(isSo: (found: Found) => boolean): void {
    for (const [name, { last }] of this.#entries) if (last && isSo(last)) this.forget(name);
  }

  #add(name: string, looking: Promise<LookUp<Found>>) {
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= MOST_REMEMBERED && !oldest.done) this.#entries.delete(oldest.value);
    const last = this.#entries.get(name)?.last;
    const until = Date.now() + REMEMBERED_MS;
    const entry: Entry<Found> = { until, last, looking, hasEnded: false };
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    looking.then(
      ({ found }) => {
        entry.last = found ?? null;
        entry.hasEnded = true;
      },
      () => undefined,
    );
    return looking;
  }
}
