/** A new key for a change, so that it is done once however often it is sent. (randomUUID wants HTTPS.) */
export const newIdempotencyKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
