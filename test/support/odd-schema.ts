import {
  buildSchema,
  getNullableType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from "graphql";
import { ODD_LEAVES, withOddLeaves } from "./odd-leaves.ts";
import { BAD, FAILURES, GOOD, listOf, NO_LISTS, rejected, thenable } from "./odd-values.ts";
import { seeded, type Random } from "./random.ts";

/** How many of a hundred values cannot be told. */
export type Mood = 0 | 2 | 12;

export interface OddContext {
  seed: number;
  mood: Mood;
  /** What mutations have done so far. */
  done: string[];
}

const FIELDS = `string: String  stringRequired: String!  int: Int  intRequired: Int!  float: Float
  boolean: Boolean!  id: ID  color: Color  any: Any  anyRequired: Any!  picky: Picky
  strings: [String]  ints: [Int!]!  matrix: [[Float!]]!  anys: [Any]  colors: [Color!]
  plain: Plain  plainRequired: Plain!  plains: [Plain]  plainsRequired: [Plain!]!  grid: [[Plain!]]
  other: Other  checked: Checked  named: Named  nameds: [Named!]  either: Either  eithers: [[Either]!]!`;

/** The same fields once more, with resolvers. */
const ASKED = FIELDS.replaceAll(/(\w+):/g, "$1Asked:");

const sdl = `${ODD_LEAVES}
  input Wish { color: Color = GREEN  picky: Picky  wishes: [Wish!]  text: String! = "itself"  id: ID }
  interface Named { string: String  named: Named  stringAsked: String }
  union Either = Plain | Other | Checked
  type Plain implements Named { ${FIELDS} ${ASKED}
    echo(int: Int = 3, strings: [String!], color: Color! = BLUE, wish: Wish, picky: Picky = 7,
      ids: [[ID]], float: Float): String!
    about: String!  path: String!  toString: String }
  type Other implements Named { ${FIELDS} stringAsked: String  echo(wish: Wish!): String! }
  type Checked { string: String  plain: Plain  checkedAsked: Checked }
  type Query { ${ASKED} again: Query  nothing: Nothing  echo(int: Int = 3, wish: Wish): String! }
  type Nothing { string: String  plain: Plain! }
  type Mutation { note(text: String = "x"): Noted  noteRequired(text: String!): Noted! }
  type Noted { before: [String!]!  plain: Plain  plainRequired: Plain! }`;

/** A schema whose fields answer with anything, the same every time for equal contexts. */
export function buildOddSchema(): GraphQLSchema {
  const schema = withOddLeaves(buildSchema(sdl));
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInterfaceType(type)) type.resolveType = (thing: Thing) => thing.tellType() as string;
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    if (type.name === "Checked") type.isTypeOf = (thing: Thing) => thing.tellIsChecked();
    for (const field of Object.values(type.getFields())) attach(type.name, field);
  }
  return schema;
}

type Resolver = GraphQLFieldResolver<unknown, OddContext>;

/** Gives a field its resolver, or every object a property for it. */
function attach(parent: string, field: GraphQLField<unknown, unknown>): void {
  const { name, type } = field;
  const own: Record<string, Resolver> = {
    echo: (_, args) => JSON.stringify(args),
    again: () => ({}),
    nothing: () => new Date(0),
    about: (_, args, context, info) => about(args, context, info),
    path: (_, __, ___, { path }) => JSON.stringify(path),
    note,
    noteRequired: note,
  };
  const resolve = own[name];
  if (resolve) field.resolve = resolve as GraphQLFieldResolver<unknown, unknown>;
  else if (name.endsWith("Asked") || name === "before") {
    if (name === "before") return;
    field.resolve = ((source, _, { seed, mood }) => {
      const thing = source instanceof Thing ? source : new Thing(`${seed}`, mood, "Query");
      return thing.value(name, type, false);
    }) satisfies Resolver as GraphQLFieldResolver<unknown, unknown>;
  } else if (parent !== "Nothing" && name !== "toString") {
    Object.defineProperty(Thing.prototype, name, {
      configurable: true,
      get(this: Thing) {
        return this.value(name, type, true);
      },
    });
  }
}

const note: Resolver = async (_, { text }: { text?: string | null }, { seed, mood, done }) => {
  const before = [...done];
  await Promise.resolve();
  done.push(String(text));
  if (text === "throw") throw new Error("not noted");
  return Object.assign(new Thing(`${seed} ${text}`, mood, "Noted"), { before });
};

function about(args: unknown, { seed }: OddContext, info: GraphQLResolveInfo): string {
  return JSON.stringify({
    args,
    seed,
    field: info.fieldName,
    keys: info.fieldNodes.map(({ alias, name }) => (alias ?? name).value),
    parent: info.parentType,
    returns: info.returnType,
    fragments: Object.keys(info.fragments),
    operation: info.operation.name?.value,
    variables: info.variableValues,
    root: String(info.rootValue),
    types: Object.keys(info.schema.getTypeMap()).length,
  });
}

/** An object of the answer. What it says depends on its key alone. */
class Thing {
  readonly #key: string;
  readonly #mood: Mood;
  readonly #kind: string;
  /** Most tell their type in the way that graphql-js looks for. */
  declare readonly __typename?: string;

  constructor(key: string, mood: Mood, kind: string) {
    this.#key = key;
    this.#mood = mood;
    this.#kind = kind;
    if (kind !== "Checked" || this.#random("typename")(0, 1) === 0) this.__typename = kind;
  }

  /** Of an interface's object. */
  tellType(): unknown {
    const random = this.#random("type");
    if (random(1, 100) <= this.#mood) {
      return pick(random, [
        () => undefined,
        () => "Nobody",
        () => "Checked",
        () => "Named",
        () => rejected(new Error("no type")),
        () => {
          throw new Error("no type at once");
        },
      ])();
    }
    return random(0, 4) === 0 ? Promise.resolve(this.#kind) : this.#kind;
  }

  tellIsChecked(): boolean | Promise<boolean> {
    const random = this.#random("checked");
    const isChecked = this.#kind === "Checked";
    if (random(1, 100) <= this.#mood) {
      if (random(0, 1) === 0) throw new Error("not to be checked");
      return rejected(new Error("not to be checked later"));
    }
    return random(0, 3) === 0 ? Promise.resolve(isChecked) : isChecked;
  }

  /** What a field is, if it is not something that cannot be told. A property may be a method. */
  value(name: string, type: GraphQLOutputType, isProperty: boolean): unknown {
    const random = this.#random(name);
    const isBad = random(1, 100) <= this.#mood;
    if (isBad && random(0, 2) === 0) throw pick(random, FAILURES)();
    const value = isBad ? bad(random, type) : this.#good(random, name, type);
    const way = random(0, 60);
    if (isProperty && way <= 1) return () => value;
    if (way <= 7) return Promise.resolve(value);
    if (way === 8) return new Promise((resolve) => setImmediate(() => resolve(value)));
    return way === 9 ? thenable(value) : value;
  }

  #good(random: Random, path: string, type: GraphQLOutputType): unknown {
    if (!isNonNullType(type) && random(0, 9) === 0) return random(0, 1) === 0 ? null : undefined;
    const inner = getNullableType(type);
    if (isListType(inner)) {
      const items = Array.from({ length: random(0, 3) }, (_, index) =>
        this.#item(random, `${path}${index}`, inner.ofType),
      );
      return listOf(random, items);
    }
    if (isLeafType(inner)) {
      const makes = GOOD[inner.name] ?? [];
      return makes[random(0, 2) === 0 ? random(0, makes.length - 1) : 0]!();
    }
    const kinds: Record<string, string[]> = {
      Named: ["Plain", "Other"],
      Either: ["Plain", "Other", "Checked"],
    };
    const kind = pick(random, kinds[inner.name] ?? [inner.name]);
    return new Thing(`${this.#key}.${path}`, this.#mood, kind);
  }

  #item(random: Random, path: string, type: GraphQLOutputType): unknown {
    const isBad = random(1, 100) <= this.#mood;
    return isBad ? bad(random, type) : this.#good(random, path, type);
  }

  #random(about: string): Random {
    return seeded(hash(`${this.#key}/${about}`));
  }
}

/** What a type does not allow. */
function bad(random: Random, type: GraphQLOutputType): unknown {
  const inner = getNullableType(type);
  const leaves = isLeafType(inner) ? (BAD[inner.name] ?? []) : [];
  const lists = isListType(inner) ? NO_LISTS : [];
  const lot = random(0, 4);
  if (lot === 0) return pick(random, FAILURES)() instanceof Error ? new Error("as a value") : null;
  if (lot === 1) return rejected(pick(random, FAILURES)());
  const made = [...leaves, ...lists];
  return made.length > 0 && lot < 4
    ? pick(random, made)()
    : pick(random, [null, undefined, 5, "x"]);
}

const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[random(0, values.length - 1)]!;

/** FNV-1a. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  return state;
}
