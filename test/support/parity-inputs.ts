import {
  getNullableType,
  GraphQLNonNull,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLScalarType,
} from "graphql";
import type { Random } from "./random.ts";

/** What a generated operation knows about the schema that it is for. */
export interface InputValues {
  /** A value, as JSON has it, of an argument (`Query.node.id`) or an input's field (`PostFilter.statuses`). */
  leaf(random: Random, type: GraphQLScalarType | GraphQLEnumType, place: string): unknown;
  /** In how many of a hundred cases something that may be left out is given. */
  percent(place: string): number;
}

interface Variable {
  type: GraphQLInputType;
  place: string;
  text: string;
  hasDefault: boolean;
}

/** Names that are something else in JavaScript. */
export const HOSTILE = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "length",
  "then",
  "toJSON",
];

/** What a variable is, where it may be nothing of the kind. */
const MISTAKES = [{}, [[]], "\u0000", 1e30, true, null, { unknown: 1 }, ["", 7]];

/** Literals and variables of one document: everything that stands in brackets. */
export class Inputs {
  readonly #random: Random;
  readonly #values: InputValues;
  readonly #variables = new Map<string, Variable>();
  /** The variables that are used in what is being written. */
  uses = new Set<string>();

  constructor(random: Random, values: InputValues) {
    this.#random = random;
    this.#values = values;
  }

  /** The arguments of a field, in brackets; nothing for none. */
  arguments(parent: string, field: GraphQLField<unknown, unknown>): string {
    const given = field.args
      .filter((argument) => {
        const place = `${parent}.${field.name}.${argument.name}`;
        return isRequiredArgument(argument) || this.#chance(this.#values.percent(place));
      })
      .map((argument) => this.#named(argument, `${parent}.${field.name}.${argument.name}`));
    return given.length > 0 ? `(${this.#shuffled(given).join(", ")})` : "";
  }

  /** A Boolean, for a directive; variables come back, so that the parts of a document hang together. */
  condition(type: GraphQLScalarType): string {
    if (this.#chance(40)) return String(this.#chance(50));
    return this.#variable(new GraphQLNonNull(type), "@if", false);
  }

  /** `($a: Int = 3, $b: ID!)` for the variables that an operation uses. */
  declare(uses: ReadonlySet<string>): string {
    const declared = [...uses].map((name) => `$${name}: ${this.#variables.get(name)?.text}`);
    return declared.length > 0 ? `(${declared.join(", ")})` : "";
  }

  /** Values of the variables: given, null, left out where that is allowed, now and then a mistake. */
  draw(): Record<string, unknown> {
    const drawn = new Map<string, unknown>();
    for (const [name, { type, place, hasDefault }] of this.#variables) {
      const mayBeAbsent = hasDefault || !isNonNullType(type);
      if (mayBeAbsent && this.#chance(25)) continue;
      drawn.set(name, this.#json(type, place));
    }
    const names = [...this.#variables.keys()];
    if (names.length > 0 && this.#chance(3)) drawn.set(this.#pick(names), this.#pick(MISTAKES));
    if (names.length > 0 && this.#chance(1)) drawn.delete(this.#pick(names));
    if (this.#chance(2)) drawn.set("nobodyAsked", 1);
    // As JSON gives it: `__proto__` is a name like any other.
    return Object.fromEntries(drawn);
  }

  #named({ name, type, defaultValue }: GraphQLArgument | GraphQLInputField, place: string) {
    return `${name}: ${this.#text(type, place, defaultValue !== undefined)}`;
  }

  /** A literal, or a variable, or one with others inside. */
  #text(type: GraphQLInputType, place: string, hasDefault = false): string {
    if (this.#chance(25)) return this.#variable(type, place, hasDefault);
    if (!isNonNullType(type) && this.#chance(8)) return "null";
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      const item = nullable.ofType;
      // One stands for a list of it, but not as a variable.
      if (!isListType(getNullableType(item)) && this.#chance(15)) return this.#literal(item, place);
      return `[${this.#times(() => this.#text(item, place)).join(", ")}]`;
    }
    return this.#literal(nullable, place);
  }

  #literal(type: GraphQLInputType, place: string): string {
    const nullable = getNullableType(type);
    if (isInputObjectType(nullable)) {
      const fields = this.#fieldsOf(nullable.getFields(), nullable.name);
      return `{ ${fields.map(([field, at]) => this.#named(field, at)).join(", ")} }`;
    }
    if (isListType(nullable)) return this.#text(new GraphQLNonNull(nullable), place);
    const value = this.#values.leaf(this.#random, nullable, place);
    return isEnumType(nullable) ? String(value) : JSON.stringify(value);
  }

  #json(type: GraphQLInputType, place: string): unknown {
    if (!isNonNullType(type) && this.#chance(15)) return null;
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      const item = nullable.ofType;
      if (this.#chance(15)) return this.#json(new GraphQLNonNull(getNullableType(item)), place);
      return this.#times(() => this.#json(item, place));
    }
    if (isInputObjectType(nullable)) {
      const fields = this.#fieldsOf(nullable.getFields(), nullable.name);
      return Object.fromEntries(
        fields.map(([field, at]) => [field.name, this.#json(field.type, at)]),
      );
    }
    return this.#values.leaf(this.#random, nullable, place);
  }

  #fieldsOf(
    fields: Record<string, GraphQLInputField>,
    parent: string,
  ): [field: GraphQLInputField, place: string][] {
    const given = Object.values(fields)
      .map((field): [GraphQLInputField, string] => [field, `${parent}.${field.name}`])
      .filter(
        ([field, place]) =>
          isRequiredInputField(field) || this.#chance(this.#values.percent(place)),
      );
    return this.#shuffled(given);
  }

  /** One that stands elsewhere as well, or a new one, in any way that the place allows for. */
  #variable(wanted: GraphQLInputType, place: string, hasDefault: boolean): string {
    const known = [...this.#variables].filter(
      ([, variable]) => variable.place === place && String(variable.type) === String(wanted),
    );
    if (known.length > 0 && this.#chance(50)) return this.#use(this.#pick(known)[0]);
    const nullable = getNullableType(wanted);
    const mayBeNull = hasDefault || !isNonNullType(wanted);
    // Where null is not allowed, a variable that may be null needs a default; null itself is an error then.
    const isOptional = this.#chance(mayBeNull ? 70 : 12);
    const withDefault = (isOptional && !mayBeNull) || this.#chance(25);
    const type = isOptional ? nullable : new GraphQLNonNull(nullable);
    const literal = withDefault ? ` = ${this.#constant(nullable, place)}` : "";
    const hostile = HOSTILE[this.#random(0, 100)];
    const isFree = hostile !== undefined && !this.#variables.has(hostile);
    const name = isFree ? hostile : `v${this.#variables.size}`;
    const text = `${String(type)}${literal}`;
    this.#variables.set(name, { type, place, text, hasDefault: withDefault });
    return this.#use(name);
  }

  #use(name: string): string {
    this.uses.add(name);
    return `$${name}`;
  }

  /** A literal without variables. */
  #constant(type: GraphQLInputType, place: string): string {
    return printed(type, this.#json(new GraphQLNonNull(getNullableType(type)), place));
  }

  #times<Value>(make: () => Value): Value[] {
    return Array.from({ length: this.#chance(8) ? 0 : this.#random(1, 4) }, make);
  }

  #chance(percent: number): boolean {
    return this.#random(1, 100) <= percent;
  }

  #shuffled<Value>(values: Value[]): Value[] {
    return this.#chance(80) ? values : values.toReversed();
  }

  #pick<Value>(values: readonly Value[]): Value {
    return values[this.#random(0, values.length - 1)]!;
  }
}

/** A value as a literal of its type. */
function printed(type: GraphQLInputType, value: unknown): string {
  const nullable = getNullableType(type);
  if (value === null) return "null";
  if (isListType(nullable)) {
    const item = nullable.ofType;
    if (!Array.isArray(value)) return printed(item, value);
    return `[${value.map((each) => printed(item, each)).join(", ")}]`;
  }
  if (isInputObjectType(nullable)) {
    const fields = nullable.getFields();
    const given = Object.entries(value as object).map(
      ([name, each]) => `${name}: ${printed(fields[name]!.type, each)}`,
    );
    return `{ ${given.join(", ")} }`;
  }
  return isEnumType(nullable) ? (value as string) : JSON.stringify(value);
}
