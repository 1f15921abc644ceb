import {
  isEnumType,
  isListType,
  isNonNullType,
  isScalarType,
  type GraphQLLeafType,
  type GraphQLOutputType,
} from "graphql";
import { isPromise } from "./promise.ts";
import { Surprise } from "./surprise.ts";

/** Writes a value of a leaf field as JSON. Throws {@link Surprise} for what graphql-js would refuse. */
export type Write = (value: unknown) => string;

/** How values of a field whose type is a scalar, an enum, or a list of such are written. */
export function writerOf(type: GraphQLOutputType): Write {
  if (!isNonNullType(type)) {
    const write = presentWriterOf(type);
    return (value) => (value === null || value === undefined ? "null" : write(value));
  }
  const write = presentWriterOf(type.ofType);
  return (value) => {
    if (value === null || value === undefined)
      throw new Surprise("null where there must be a value");
    return write(value);
  };
}

function presentWriterOf(type: GraphQLOutputType): Write {
  if (isListType(type)) return listWriter(writerOf(type.ofType));
  if (isEnumType(type)) {
    const words = new Map<unknown, string>();
    for (const { name, value } of type.getValues()) words.set(value, JSON.stringify(name));
    return (value) => words.get(value) ?? generalWriter(type, value);
  }
  if (!isScalarType(type)) throw new Surprise("objects are no leaves");
  const isPlain = PLAIN.get(type.name);
  return (value) => isPlain?.(value) ?? generalWriter(type, value);
}

function listWriter(write: Write): Write {
  return (value) => {
    if (!Array.isArray(value)) throw new Surprise("a list that is no array");
    let text = "[";
    for (let index = 0; index < value.length; index++) {
      if (index > 0) text += ",";
      text += write(value[index]);
    }
    return `${text}]`;
  };
}

const isText = (value: unknown) => (typeof value === "string" ? quote(value) : undefined);

/** The built-in scalars' values in the form in which they nearly always come; undefined for all others. */
const PLAIN: ReadonlyMap<string, (value: unknown) => string | undefined> = new Map([
  ["String", isText],
  ["ID", isText],
  ["Boolean", (value) => (typeof value === "boolean" ? String(value) : undefined)],
  [
    "Int",
    (value) => (typeof value === "number" && (value | 0) === value ? String(value) : undefined),
  ],
]);

/** As graphql-js does it. */
function generalWriter(type: GraphQLLeafType, value: unknown): string {
  if (value instanceof Error) throw value;
  // A property may be a method, or have to be waited for: a scalar of one's own may take either for a value.
  if (typeof value === "function" || isPromise(value))
    throw new Surprise("a leaf that comes later");
  const serialized: unknown = type.serialize(value);
  if (typeof serialized === "string") return quote(serialized);
  if (serialized === null || serialized === undefined) throw new Surprise("a leaf without value");
  // It may be waited for as well, or want to know the name of its field.
  if (typeof serialized === "object" && ("then" in serialized || "toJSON" in serialized)) {
    throw new Surprise("a leaf that writes itself");
  }
  const text: string | undefined = JSON.stringify(serialized);
  if (text === undefined) throw new Surprise("a leaf that JSON cannot write");
  return text;
}

/** What cannot stand in a JSON string as it is. */
// oxlint-disable-next-line no-control-regex -- these are the characters that JSON forbids
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A JSON string. */
export const quote = (text: string) => (ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`);
