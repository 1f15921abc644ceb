import { createHash } from "node:crypto";

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");

/**
 * Numbers that look random and follow from a name alone (sfc32, seeded by SHA-256).
 * Only operations that are exact everywhere: no pow, log or exp, whose last bit differs between engines,
 * so that two machines make the same rows.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(name: string) {
    const seed = createHash("sha256").update(name).digest();
    this.#a = seed.readInt32LE(0);
    this.#b = seed.readInt32LE(4);
    this.#c = seed.readInt32LE(8);
    this.#counter = seed.readInt32LE(12);
  }

  /** A whole number below 2^32. */
  next(): number {
    const result = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + result;
    this.#c |= 0;
    return result >>> 0;
  }

  /** From 0 up to but not including 1. */
  unit(): number {
    return this.next() / 4_294_967_296;
  }

  /** A whole number from 0 up to but not including the limit. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit);
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new Error("nothing to pick from");
    return items[this.below(items.length)] as Item;
  }

  /** At least 1, mostly near it, seldom very large: the shape of likes and views. */
  heavy(limit: number): number {
    return Math.min(limit, 1 / Math.sqrt(1 - this.unit()) / (1 - this.unit() / 2));
  }

  /** A UUIDv7 of this moment (milliseconds since 1970). */
  uuid(moment: number): string {
    const time = hex(moment, 12);
    const high = this.next();
    const low = `${hex(this.next(), 8)}${hex(this.next() & 0xffff, 4)}`;
    return [
      time.slice(0, 8),
      time.slice(8),
      `7${hex(high >>> 20, 3)}`,
      hex((high & 0x3fff) | 0x8000, 4),
      low,
    ].join("-");
  }
}
