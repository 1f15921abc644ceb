import {
  GraphQLID,
  GraphQLString,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  type GraphQLLeafType,
  type GraphQLOutputType,
} from "graphql";
import { isPromise } from "./promise.ts";
import { Surprise } from "./surprise.ts";

/** Writes a value of a leaf field as JSON. Throws {@link Surprise} for what graphql-js would refuse. */
export type Write = (value: unknown) => string;

/**
 * How values of a field whose type is a scalar, an enum, or a list of such are written. What nearly always
 * comes is looked for first, and by as few calls as can be: there are thousands of them in an answer.
 */
export function writerOf(type: GraphQLOutputType): Write {
  const present = isNonNullType(type) ? type.ofType : type;
  const ofNothing = isNonNullType(type) ? refuseNothing : () => "null";
  if (isListType(present)) return listWriter(writerOf(present.ofType), ofNothing);
  if (!isLeafType(present)) throw new Surprise("objects are no leaves");
  const others: Write = (value) =>
    value === null || value === undefined ? ofNothing() : writeAny(present, value);

  if (isEnumType(present)) {
    const words = new Map<unknown, string>();
    for (const { name, value } of present.getValues()) words.set(value, JSON.stringify(name));
    return (value) => words.get(value) ?? others(value);
  }
  switch (present.name) {
    case "String":
    case "ID":
      return (value) => (typeof value === "string" ? quote(value) : others(value));
    case "Int":
      return (value) =>
        typeof value === "number" && (value | 0) === value ? String(value) : others(value);
    case "Boolean":
      return (value) => (typeof value === "boolean" ? String(value) : others(value));
    default:
      return scalarWriter(present.extensions, others);
  }
}

/** A scalar of our own may know the JSON of what nearly always comes. */
function scalarWriter({ writeJson }: Readonly<Record<string, unknown>>, others: Write): Write {
  if (typeof writeJson !== "function") return others;
  const write = writeJson as (value: unknown) => string | undefined;
  return (value) => write(value) ?? others(value);
}

function refuseNothing(): never {
  throw new Surprise("null where there must be a value");
}

function listWriter(write: Write, ofNothing: () => string): Write {
  return (value) => {
    if (value === null || value === undefined) return ofNothing();
    if (!Array.isArray(value)) throw new Surprise("a list that is no array");
    let text = "[";
    for (let index = 0; index < value.length; index++) {
      if (index > 0) text += ",";
      text += write(value[index]);
    }
    return `${text}]`;
  };
}

/** As graphql-js does it. */
function writeAny(type: GraphQLLeafType, value: unknown): string {
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

/**
 * What can stand in a JSON string as it is. It looks at all there is: to look for what must not be there
 * takes half as long again.
 */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** Whether the text is its own JSON but for the quotation marks. */
export const isPlain = (text: string) => PLAIN.test(text);

/** A JSON string. */
export const quote = (text: string) => (isPlain(text) ? `"${text}"` : JSON.stringify(text));

/** Whether values of the type nearly always are strings that are written as they are. */
export function isText(type: GraphQLOutputType): boolean {
  const present = isNonNullType(type) ? type.ofType : type;
  return present === GraphQLString || present === GraphQLID;
}
