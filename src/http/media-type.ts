/** The media types of answers; the first is for clients that take any. */
export const responseTypes = ["application/json", "application/graphql-response+json"] as const;

export type ResponseType = (typeof responseTypes)[number];

/** A media type with its parameters, in lower case. */
export interface MediaType {
  type: string;
  parameters: ReadonlyMap<string, string>;
}

/** What `text/plain; charset="UTF-8"` consists of; undefined when it is no media type. */
export function parseMediaType(text: string): MediaType | undefined {
  const [type = "", ...rest] = splitUnquoted(text, ";");
  if (!/^[^\s/]+\/[^\s/]+$/.test(type)) return undefined;
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const [, name, value] = /^([^=\s]+)\s*=\s*(.*)$/.exec(parameter) ?? [];
    if (name === undefined || value === undefined) continue;
    parameters.set(name.toLowerCase(), value.replace(/^"(.*)"$/, "$1").toLowerCase());
  }
  return { type: type.toLowerCase(), parameters };
}

/** Whether text of this media type is UTF-8, which it is unless told. */
export const isUtf8 = ({ parameters }: MediaType) =>
  /^utf-?8$/.test(parameters.get("charset") ?? "utf-8");

/**
 * The media type that the client likes best: by quality, then as it lists them. Undefined when it
 * accepts none.
 */
export function negotiate(accept: string | undefined): ResponseType | undefined {
  if (!accept?.trim()) return responseTypes[0];
  const known = negotiated.get(accept);
  if (known) return known;
  const best = choose(accept);
  if (best && negotiated.size < MOST_NEGOTIATED) negotiated.set(accept, best);
  return best;
}

/** Clients send the same few headers with every request. */
const negotiated = new Map<string, ResponseType>();
const MOST_NEGOTIATED = 100;

function choose(accept: string): ResponseType | undefined {
  const ranges = splitUnquoted(accept, ",")
    .map(parseMediaType)
    .filter((range) => range !== undefined);
  let best: { type: ResponseType; quality: number; index: number } | undefined;
  for (const type of responseTypes) {
    const offer = { type, ...preference(type, ranges) };
    if (offer.quality === 0) continue;
    const ahead = best && (best.quality - offer.quality || offer.index - best.index);
    if (ahead === undefined || ahead < 0) best = offer;
  }
  return best?.type;
}

/** How much the ranges want a type: the range that names it most closely decides. */
function preference(type: ResponseType, ranges: readonly MediaType[]) {
  for (const name of [type, "application/*", "*/*"]) {
    const index = ranges.findIndex((range) => range.type === name && isUtf8(range));
    const range = ranges[index];
    if (range) return { index, quality: qualityOf(range) };
  }
  return { index: -1, quality: 0 };
}

function qualityOf({ parameters }: MediaType): number {
  const quality = Number(parameters.get("q") ?? "1");
  return quality >= 0 && quality <= 1 ? quality : 1;
}

/** The parts between separators that do not stand in quotes, without space around them. */
function splitUnquoted(text: string, separator: "," | ";"): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let index = 0; index <= text.length; index += 1) {
    const character = text[index];
    if (character === '"') quoted = !quoted;
    if (character === undefined || (character === separator && !quoted)) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  return parts;
}
