/** Text is held back up to so many characters, then goes out as bytes. */
const CHUNK_CHARACTERS = 16_384;

/** A UTF-16 unit takes at most so many bytes in UTF-8. */
const MOST_BYTES = 3;

/** What an answer of usual size needs; more is given back when the answer is written. */
const USUAL_BYTES = 1024 * 1024;

/** Where text becomes bytes: one for all answers, because each is written without a break. */
let scratch = Buffer.allocUnsafeSlow(USUAL_BYTES);

/**
 * JSON on its way out. What is short stays a string; what is long becomes bytes piece by piece: as one
 * string it would be copied whole three times, twice with two bytes a character.
 */
export class JsonText {
  #text = "";
  #bytes = 0;

  add(text: string) {
    this.#text += text;
    if (this.#text.length > CHUNK_CHARACTERS) this.#flush();
  }

  end(): string | Buffer {
    if (this.#bytes === 0) return this.#text;
    this.#flush();
    const bytes = Buffer.from(scratch.subarray(0, this.#bytes));
    if (scratch.length > USUAL_BYTES) scratch = Buffer.allocUnsafeSlow(USUAL_BYTES);
    return bytes;
  }

  #flush() {
    const needed = this.#bytes + this.#text.length * MOST_BYTES;
    if (needed > scratch.length) {
      const larger = Buffer.allocUnsafeSlow(needed * 2);
      scratch.copy(larger, 0, 0, this.#bytes);
      scratch = larger;
    }
    this.#bytes += scratch.write(this.#text, this.#bytes);
    this.#text = "";
  }
}
