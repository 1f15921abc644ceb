/** What makes a text's length a multiple of three, by what remains when it is divided by three. */
const FILLED_UP_BY = ["", "\0\0", "\0"];

const one = (text: string) => Buffer.from(text).toString("base64url");

/**
 * Base64url of each text. All are encoded at once, which takes a third of the time: each is filled up to
 * whole groups of three bytes, so that its characters are its own.
 */
export function base64urlOfAll(texts: readonly string[]): string[] {
  if (texts.length < 2) return texts.map(one);
  let all = "";
  for (const text of texts) all += text + FILLED_UP_BY[text.length % 3];
  const bytes = Buffer.from(all);
  // Where a character takes several bytes, groups begin elsewhere.
  if (bytes.length !== all.length) return texts.map(one);
  const encoded = bytes.toString("base64url");
  let next = 0;
  return texts.map(({ length }) => {
    const begin = next;
    next += 4 * Math.ceil(length / 3);
    return encoded.slice(begin, begin + Math.ceil((4 * length) / 3));
  });
}
