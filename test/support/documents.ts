import type fc from "fast-check";
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isRequiredArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
} from "graphql";
import { toGlobalId } from "../../src/loaders/global-id.ts";
import { generated, type Random } from "./random.ts";

/** A valid operation with its variables. */
export interface GeneratedDocument {
  text: string;
  variables: Record<string, number | boolean | null>;
}

const ID = toGlobalId("Account", "00000000-0000-7000-8000-000000000000");

/** Names that are something else in JavaScript. */
const HOSTILE = ["__proto__", "constructor", "toString", "hasOwnProperty", "length", "name"];

/**
 * Valid documents over every field of a schema: deep and wide, with aliases, fragments that are
 * spread again, inline fragments, page sizes as literals and as variables, @skip and @include.
 */
export function documents(schema: GraphQLSchema): fc.Arbitrary<GeneratedDocument> {
  return generated((random) => new Generator(schema, random).document());
}

interface Fields {
  leaves: GraphQLField<unknown, unknown>[];
  relations: GraphQLField<unknown, unknown>[];
}

const fieldsByType = new WeakMap<GraphQLCompositeType, Fields>();

/** Sorted out once a type: doing so for each field takes longer than what is tested. */
function fieldsOf(type: GraphQLCompositeType): Fields {
  const known = fieldsByType.get(type);
  if (known) return known;
  const all = "getFields" in type ? Object.values(type.getFields()) : [];
  const isRelation = (field: GraphQLField<unknown, unknown>) =>
    isCompositeType(getNamedType(field.type));
  const fields = {
    leaves: all.filter((field) => !isRelation(field)),
    relations: all.filter(isRelation),
  };
  fieldsByType.set(type, fields);
  return fields;
}

class Generator {
  readonly #schema: GraphQLSchema;
  readonly #number: Random;
  readonly #fragments = new Map<string, { type: string; text: string }>();
  readonly #variables = new Map<string, { type: string; value: number | boolean | null }>();
  readonly #mostSelections: number;
  #fields = 0;

  constructor(schema: GraphQLSchema, random: Random) {
    this.#schema = schema;
    this.#number = random;
    // Few are wide, and few of those deep: most are quick.
    this.#mostSelections = random(0, 4) === 0 ? 3 : 2;
  }

  document(): GeneratedDocument {
    const query = this.#schema.getQueryType();
    if (!query) throw new Error("no query type");
    const deepest = this.#mostSelections === 3 ? 9 : 5;
    const set = this.#set(query, Math.min(this.#number(1, 9), this.#number(1, deepest)));
    const declared = [...this.#variables].map(([name, { type }]) => `$${name}: ${type}`);
    const operation = `query ${this.#pick([...HOSTILE, "Some"])} ${declared.length > 0 ? `(${declared.join(", ")})` : ""} ${set}`;
    const fragments = [...this.#fragments].map(
      ([name, { type, text }]) => `fragment ${name} on ${type} ${text}`,
    );
    return {
      text: [operation, ...fragments].join("\n"),
      variables: Object.fromEntries([...this.#variables].map(([name, { value }]) => [name, value])),
    };
  }

  #set(type: GraphQLCompositeType, levels: number): string {
    const count = this.#number(1, this.#mostSelections);
    const selections = Array.from({ length: count }, () => this.#selection(type, levels));
    return `{ ${selections.join(" ")} }`;
  }

  #selection(type: GraphQLCompositeType, levels: number): string {
    const way = this.#number(0, 9);
    if (way === 0 && !isAbstractType(type)) {
      return `...${this.#condition(type.name)} ${this.#directive()} ${this.#set(type, levels - 1)}`;
    }
    if (way <= 2 && levels > 0) {
      const on = isAbstractType(type) ? this.#pick(this.#schema.getPossibleTypes(type)) : type;
      return `...${this.#fragment(on, levels - 1)} ${this.#directive()}`;
    }
    if (way <= 6 && isAbstractType(type)) {
      const on = this.#pick(this.#schema.getPossibleTypes(type));
      return `... on ${on.name} ${this.#set(on, levels - 1)}`;
    }
    return this.#field(type, levels);
  }

  #condition(type: string) {
    return this.#number(0, 1) === 0 ? ` on ${type}` : "";
  }

  #fragment(type: GraphQLCompositeType, levels: number): string {
    const known = [...this.#fragments].filter(([, fragment]) => fragment.type === type.name);
    if (known.length > 0 && this.#number(0, 2) > 0) return this.#pick(known)[0];
    // Made before it is known, so that no fragment spreads itself.
    const text = this.#set(type, levels);
    const hostile = HOSTILE[this.#fragments.size];
    const name = hostile ?? `F${this.#fragments.size}`;
    this.#fragments.set(name, { type: type.name, text });
    return name;
  }

  #field(type: GraphQLCompositeType, levels: number): string {
    const { leaves, relations } = fieldsOf(type);
    const alias = `a${(this.#fields += 1)}`;
    if (levels > 0 && relations.length > 0 && this.#number(0, 3) > 0) {
      const field = this.#pick(relations);
      const below = getNamedType(field.type) as GraphQLCompositeType;
      return `${alias}: ${field.name}${this.#arguments(field)} ${this.#directive()} ${this.#set(below, levels - 1)}`;
    }
    const leaf = leaves.length > 0 ? this.#pick(leaves).name : "__typename";
    return `${alias}: ${leaf} ${this.#directive()}`;
  }

  #arguments(field: GraphQLField<unknown, unknown>): string {
    const given: string[] = [];
    for (const argument of field.args) {
      if (isRequiredArgument(argument)) {
        given.push(`${argument.name}: ${argument.name === "ids" ? `["${ID}"]` : `"${ID}"`}`);
      }
      const isSize = argument.name === "first" || argument.name === "last";
      if (isSize && this.#number(0, 2) === 0) given.push(`${argument.name}: ${this.#size()}`);
    }
    return given.length > 0 ? `(${given.join(", ")})` : "";
  }

  #size(): string {
    const size = this.#pick([null, -1, 0, 1, 20, 100, 101, 2_147_483_647, -2_147_483_648]);
    return this.#number(0, 1) === 0 ? String(size) : this.#variable("Int", size);
  }

  #directive(): string {
    if (this.#number(0, 5) > 0) return "";
    const condition = this.#number(0, 1) === 0;
    const value =
      this.#number(0, 1) === 0 ? String(condition) : this.#variable("Boolean!", condition);
    return `@${this.#pick(["skip", "include"])}(if: ${value})`;
  }

  #variable(type: string, value: number | boolean | null): string {
    const name = `v${this.#variables.size}`;
    this.#variables.set(name, { type, value });
    return `$${name}`;
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[this.#number(0, items.length - 1)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }
}
