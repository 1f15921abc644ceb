import {
  doTypesOverlap,
  getNamedType,
  GraphQLBoolean,
  isAbstractType,
  isCompositeType,
  isUnionType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";
import { HOSTILE, Inputs, type InputValues } from "./parity-inputs.ts";
import type { Random } from "./random.ts";

/** A valid document, which of its operations is meant, and some sets of variables for it. */
export interface GeneratedOperation {
  text: string;
  operationName: string | undefined;
  variables: Record<string, unknown>[];
}

/** What the generated operations are for. */
export interface Target extends InputValues {
  schema: GraphQLSchema;
  /** How often a field is chosen; once unless told. */
  weight(coordinate: string): number;
}

type Field = GraphQLField<unknown, unknown>;

/** One way to ask for a field. Wherever its key stands, it stands for the same field and arguments, so that it merges. */
interface Call {
  key: string;
  name: string;
  args: string;
  uses: ReadonlySet<string>;
}

interface Fragment {
  name: string;
  type: GraphQLCompositeType;
  text: string;
  uses: ReadonlySet<string>;
}

/** About as many selections a document has at most. */
const MOST_SELECTIONS = 32;

/** What the types of a schema have, sorted out once: doing so for each field takes longer than what is tested. */
interface Shape {
  /** Each as often as it weighs. */
  relations: Field[];
  leaves: Field[];
  /** Types of which an object may be that is of this type: itself more often than others. */
  overlapping: GraphQLCompositeType[];
}

const shapes = new WeakMap<Target, Map<GraphQLCompositeType, Shape>>();

function shapeOf(target: Target, type: GraphQLCompositeType): Shape {
  let ofTarget = shapes.get(target);
  if (!ofTarget) shapes.set(target, (ofTarget = new Map()));
  const known = ofTarget.get(type);
  if (known) return known;
  const { schema } = target;
  const all = "getFields" in type ? Object.values(type.getFields()) : [];
  const weighed = all.flatMap((field) =>
    Array.from({ length: target.weight(`${type.name}.${field.name}`) }, () => field),
  );
  const isRelation = (field: Field) => isCompositeType(getNamedType(field.type));
  const wider = Object.values(schema.getTypeMap()).filter(
    (each) => isAbstractType(each) && schema.isSubType(each, type as GraphQLObjectType),
  ) as GraphQLCompositeType[];
  const shape = {
    relations: weighed.filter(isRelation),
    leaves: weighed.filter((field) => !isRelation(field)),
    overlapping: isAbstractType(type)
      ? [type, ...schema.getPossibleTypes(type), ...wider]
      : [type, type, ...wider],
  };
  ofTarget.set(type, shape);
  return shape;
}

/** Makes a document from random numbers. */
export function generateOperation(
  target: Target,
  random: Random,
  kind: "query" | "mutation" = "query",
): GeneratedOperation {
  return new Generator(target, random).document(kind);
}

class Generator {
  readonly #target: Target;
  readonly #random: Random;
  readonly #inputs: Inputs;
  readonly #fragments: Fragment[] = [];
  readonly #calls = new Map<string, Call[]>();
  /** What each response key stands for. */
  readonly #keys = new Map<string, string>();
  #left: number;

  constructor(target: Target, random: Random) {
    this.#target = target;
    this.#random = random;
    this.#inputs = new Inputs(random, target);
    this.#left = random(4, MOST_SELECTIONS);
  }

  document(kind: "query" | "mutation"): GeneratedOperation {
    const { schema } = this.#target;
    const root = kind === "query" ? schema.getQueryType() : schema.getMutationType();
    if (!root) throw new Error(`the schema has no ${kind}`);
    const operations = [this.#operation(kind, "Meant", root)];
    const others = this.#chance(15) ? this.#random(1, 2) : 0;
    for (let index = 1; index <= others; index += 1) {
      this.#left = 3;
      operations.push(this.#operation(kind, `Other${index}`, root));
    }
    const fragments = this.#fragments.map(
      ({ name, type, text }) => `fragment ${name} on ${type.name} ${text}`,
    );
    const isNamed = others > 0 || this.#chance(30);
    if (!isNamed && this.#chance(30)) {
      operations[0] = operations[0]!.replace(`${kind} Meant`, kind);
      return this.#made([...fragments, ...operations], undefined);
    }
    const parts = this.#chance(50)
      ? [...operations, ...fragments]
      : [...fragments, ...operations.reverse()];
    return this.#made(parts, isNamed ? "Meant" : undefined);
  }

  #made(parts: string[], operationName: string | undefined): GeneratedOperation {
    const first = this.#inputs.draw();
    // The same document again, with other values: what is remembered about it must not depend on the first.
    const again = Object.keys(first).length > 0 && this.#chance(85) ? 2 : 0;
    const variables = [first, ...Array.from({ length: again }, () => this.#inputs.draw())];
    return { text: parts.join("\n"), operationName, variables };
  }

  #operation(kind: string, name: string, root: GraphQLCompositeType): string {
    this.#inputs.uses = new Set();
    const set = this.#set(root, this.#random(1, 30) === 1 ? 0 : this.#random(3, 9));
    return `${kind} ${name}${this.#inputs.declare(this.#inputs.uses)} ${set}`;
  }

  #set(type: GraphQLCompositeType, levels: number): string {
    const isNarrow = levels <= 0 || !(isAbstractType(type) || type.name === "Query");
    const count = this.#random(isNarrow ? 1 : 2, 5);
    const selections = [this.#selection(type, levels)];
    while (selections.length < count && this.#left > 0) {
      const another = this.#selection(type, levels);
      // Now and then the same again.
      if (!selections.includes(another) || this.#chance(10)) selections.push(another);
    }
    return `{ ${selections.join(" ")} }`;
  }

  #selection(type: GraphQLCompositeType, levels: number): string {
    this.#left -= 1;
    const way = this.#random(1, 100);
    if (levels > 0 && way <= (isAbstractType(type) ? 60 : 12)) {
      return this.#inlineFragment(type, levels - 1);
    }
    if (levels > 0 && way >= 86) return this.#spread(type, levels - 1);
    if (isUnionType(type) || (way > 12 && way <= 20)) return this.#typename(type);
    return this.#field(type, levels);
  }

  #typename(type: GraphQLCompositeType): string {
    const alias = this.#chance(20) ? this.#keyFor("__typename", "", "String!") : "__typename";
    const prefix = alias === "__typename" ? "" : `${alias}: `;
    return `${prefix}__typename${this.#directives(type)}`;
  }

  #inlineFragment(type: GraphQLCompositeType, levels: number): string {
    const on = this.#chance(25) ? undefined : this.#pick(shapeOf(this.#target, type).overlapping);
    const condition = on ? ` on ${on.name}` : "";
    return `...${condition}${this.#directives(type)} ${this.#set(on ?? type, levels)}`;
  }

  #spread(type: GraphQLCompositeType, levels: number): string {
    const { schema } = this.#target;
    const known = this.#fragments.filter((each) => doTypesOverlap(schema, each.type, type));
    const isAgain = known.length > 0 && this.#chance(50);
    const fragment = isAgain ? this.#pick(known) : this.#fragment(type, levels);
    for (const name of fragment.uses) this.#inputs.uses.add(name);
    return `...${fragment.name}${this.#directives(type)}`;
  }

  /** Made before it is known, so that no fragment spreads itself. */
  #fragment(type: GraphQLCompositeType, levels: number): Fragment {
    const on = this.#pick(shapeOf(this.#target, type).overlapping);
    const { uses } = this.#inputs;
    this.#inputs.uses = new Set();
    const text = this.#set(on, levels);
    const own = this.#inputs.uses;
    this.#inputs.uses = uses;
    const name = HOSTILE[this.#fragments.length] ?? `F${this.#fragments.length}`;
    const fragment = { name, type: on, text, uses: own };
    this.#fragments.push(fragment);
    return fragment;
  }

  #field(type: GraphQLCompositeType, levels: number): string {
    const { relations, leaves } = shapeOf(this.#target, type);
    const isRoot = type === this.#target.schema.getQueryType();
    if (isRoot && this.#chance(2)) return this.#pick(INTROSPECTION);
    const percent = [100, 90][leaves.length] ?? 60;
    const deeper = relations.length > 0 && levels > 0 && this.#chance(percent);
    const candidates = deeper ? relations : leaves;
    if (candidates.length === 0) return this.#typename(type);
    const field = this.#pick(candidates);
    const { key, args, uses } = this.#call(type, field);
    for (const name of uses) this.#inputs.uses.add(name);
    const alias = key === field.name ? "" : `${key}: `;
    const below = getNamedType(field.type);
    const set = isCompositeType(below) ? ` ${this.#set(below, levels - 1)}` : "";
    return `${alias}${field.name}${args}${this.#directives(type)}${set}`;
  }

  /** A field again as it was asked for, so that two selections merge, or in a new way. */
  #call(type: GraphQLCompositeType, field: Field): Call {
    const coordinate = `${type.name}.${field.name}`;
    const known = this.#calls.get(coordinate) ?? [];
    if (known.length > 0 && this.#chance(55)) return this.#pick(known);
    const { uses } = this.#inputs;
    this.#inputs.uses = new Set();
    const args = this.#inputs.arguments(type.name, field);
    const own = this.#inputs.uses;
    this.#inputs.uses = uses;
    const key = this.#keyFor(field.name, args, String(field.type));
    const call = { key, name: field.name, args, uses: own };
    this.#calls.set(coordinate, [...known, call]);
    return call;
  }

  #keyFor(name: string, args: string, type: string): string {
    const meaning = `${name}${args}: ${type}`;
    const hostile = this.#chance(4) ? [this.#pick(HOSTILE)] : [];
    const plain = this.#chance(85) ? [name] : [];
    const candidates = [...hostile, ...plain, `a${this.#keys.size}`];
    const key = candidates.find((each) => (this.#keys.get(each) ?? meaning) === meaning)!;
    this.#keys.set(key, meaning);
    return key;
  }

  #directives(type: GraphQLCompositeType): string {
    // What is left out at the root takes everything with it.
    const isRoot = type === this.#target.schema.getQueryType();
    if (!this.#chance(isRoot ? 3 : 10)) return "";
    const names = this.#chance(12) ? ["skip", "include"] : [this.#pick(["skip", "include"])];
    return names.map((name) => ` @${name}(if: ${this.#inputs.condition(GraphQLBoolean)})`).join("");
  }

  #chance(percent: number): boolean {
    return this.#random(1, 100) <= percent;
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#random(0, items.length - 1)]!;
  }
}

/** Each key stands for one selection. */
const INTROSPECTION = [
  "__schema { queryType { name } }",
  "directives: __schema { directives { name isRepeatable args { name defaultValue } } }",
  '__type(name: "Query") { kind name description fields { name type { ...on __Type { name kind } } } }',
  'missing: __type(name: "Nothing") { name }',
];
