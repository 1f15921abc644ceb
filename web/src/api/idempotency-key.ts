/** A new key for a change, so that it is done once however often it is sent. (randomUUID wants HTTPS.) */
export const newIdempotencyKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");

/**
 * Keys for a form: an input that is sent again before it was answered has the key that it had, and whatever
 * comes after has another one.
 */
export function idempotencyKeys() {
  let attempt: { input: string; key: string } | undefined;
  return {
    keyFor(input: object): string {
      const text = JSON.stringify(input);
      if (attempt?.input !== text) attempt = { input: text, key: newIdempotencyKey() };
      return attempt.key;
    },
    answered() {
      attempt = undefined;
    },
  };
}
