/** A message begins with a letter and its length, which counts itself but not the letter. */
export const HEAD_BYTES = 5;

/** The letter of a row. */
export const ROW = "D".charCodeAt(0);

/** A length in PostgreSQL's protocol. `readInt32BE` does the same, and takes twice as long. */
export const lengthAt = (bytes: Buffer, at: number) =>
  ((bytes[at] ?? 0) << 24) |
  ((bytes[at + 1] ?? 0) << 16) |
  ((bytes[at + 2] ?? 0) << 8) |
  (bytes[at + 3] ?? 0);

/** The rows of a usual result. What a larger one takes is given back when it has been read. */
const USUAL_BYTES = 256 * 1024;

/** Whoever the messages are for. The bytes are theirs for as long as the call takes. */
interface Receiver {
  /** All rows of a result, one after the other, when the message behind them has come. */
  rows(bytes: Buffer): void;
  /** Whole messages of any other kind. */
  others(bytes: Buffer): void;
}

/** Tells the rows in what PostgreSQL sends from the rest. */
export class Incoming {
  readonly #receiver: Receiver;
  #bytes = Buffer.allocUnsafeSlow(USUAL_BYTES);
  #length = 0;
  /** Where the messages begin that have not been handed on, all of one kind. */
  #from = 0;
  #areRows = false;
  /** Where the first message begins that is not known yet. */
  #to = 0;

  constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  add(chunk: Uint8Array): void {
    this.#append(chunk);
    while (this.#length - this.#to >= HEAD_BYTES) {
      // What is no PostgreSQL may send a length with the highest bit set; nobody goes back for it.
      const next = this.#to + 1 + (lengthAt(this.#bytes, this.#to + 1) >>> 0);
      if (next > this.#length) break;
      const isRow = this.#bytes[this.#to] === ROW;
      if (isRow !== this.#areRows) this.#handOn(isRow);
      this.#to = next;
    }
    // There may be more rows.
    if (this.#areRows) return;
    this.#handOn(false);
    this.#bytes.copyWithin(0, this.#to, this.#length);
    this.#length -= this.#to;
    this.#from = this.#to = 0;
  }

  #handOn(nextAreRows: boolean) {
    const bytes = this.#bytes.subarray(this.#from, this.#to);
    const areRows = this.#areRows;
    this.#from = this.#to;
    this.#areRows = nextAreRows;
    if (bytes.length === 0) return;
    if (areRows) this.#receiver.rows(bytes);
    else this.#receiver.others(bytes);
  }

  #append(chunk: Uint8Array) {
    const length = this.#length + chunk.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(length * 2);
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    } else if (this.#length === 0 && this.#bytes.length > USUAL_BYTES) {
      this.#bytes = Buffer.allocUnsafeSlow(USUAL_BYTES);
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
  }
}
