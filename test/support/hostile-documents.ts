import type fc from "fast-check";
import { generated, type Random } from "./random.ts";

/** A document as a stranger may send it, with variables that need not fit. */
export interface HostileDocument {
  text: string;
  variables: Record<string, unknown>;
}

/** Names that are something else in JavaScript, names of the schema and names that nothing has. */
const NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "length",
  "__typename",
  "__schema",
  "__type",
  "id",
  "node",
  "nodes",
  "edges",
  "pageInfo",
  "accounts",
  "account",
  "posts",
  "post",
  "comments",
  "author",
  "totalCount",
  "viewer",
  "accountz",
  "x",
];
const TYPES = [
  "Query",
  "Account",
  "Post",
  "Node",
  "PostConnection",
  "__Schema",
  "__proto__",
  "constructor",
  "Pozt",
];
const DIRECTIVES = ["include", "skip", "deprecated", "defer", "__proto__", "constructor", "x"];
const VALUES = [
  "null",
  "0",
  "-1",
  "100",
  "2147483648",
  "1e400",
  "1.5",
  "true",
  '"x"',
  '"""x"""',
  "NEWEST_FIRST",
  "[]",
  "{}",
  "[[[[1]]]]",
  '{ first: { __proto__: [null, "x"] } }',
  "$x",
  "$__proto__",
  "$first",
];
const SOUP = [
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  ":",
  "!",
  "...",
  "on",
  "fragment",
  "query",
  "@",
  "$",
  "&",
];
const JSON_VALUES: unknown[] = [
  null,
  0,
  -1,
  101,
  2 ** 31,
  1e308,
  1.5,
  "",
  "10",
  true,
  [],
  {},
  [[1]],
  { __proto__: null, a: { b: [] } },
  Array.from({ length: 200 }, () => ({})),
];

/** Deep, wide, aliased, fragment-heavy and cyclic documents, and what is none at all. */
export function hostileDocuments(): fc.Arbitrary<HostileDocument> {
  return generated((number) => {
    const generator = new Generator(number);
    return { text: generator.document(), variables: generator.variables() };
  });
}

class Generator {
  readonly #number: Random;
  readonly #isLarge: boolean;
  /** How much is left to be written. */
  #budget: number;

  constructor(number: Random) {
    this.#number = number;
    // Few are large: most are quick.
    this.#isLarge = number(0, 3) === 0;
    this.#budget = this.#isLarge ? 100 : 10;
  }

  document(): string {
    const shapes = [
      () => this.#wide(),
      () => this.#deep(),
      () => this.#fragments(),
      () => this.#random(),
      () => this.#random(),
      () => this.#soup(),
    ];
    return this.#pick(shapes)();
  }

  variables(): Record<string, unknown> {
    const given = ["x", "first", "constructor"].filter(() => this.#number(0, 1) === 0);
    return Object.fromEntries(given.map((name) => [name, this.#pick(JSON_VALUES)]));
  }

  /** The same again and again: fields, aliases, arguments, directives, spreads, lines. */
  #wide(): string {
    const times = this.#times();
    const [name, other, value] = [this.#pick(NAMES), this.#pick(NAMES), this.#pick(VALUES)];
    const one = this.#pick<(index: number) => string>([
      () => name,
      (index) => `${name}${index}`,
      (index) => `a${index}: ${name}`,
      (index) => `${name}: ${other} @include(if: ${value}) x${index}`,
      () => `${name} { ${other} }`,
      () => `${name}(first: ${value}) { ${other} }`,
      (index) => `${name}(first: ${index}) { ${other} { id } }`,
      () => `... on ${this.#pick(TYPES)} { ${name} }`,
      (index) => `...F${index}`,
      (index) => `${name}(a${index}: ${value})`,
      (index) => `${name} @d${index} @skip(if: true)`,
      () => `\n\r\n\r# comment\n ${name}`,
    ]);
    return `query ($x: Int) { ${this.#repeat(times, one)} } fragment F0 on Query { ${name} }`;
  }

  #deep(): string {
    const times = this.#times();
    const name = this.#pick(NAMES);
    const [open, close] = this.#pick([
      [`{ ${name} `, "}"],
      [`{ ... `, "}"],
      [`{ ... on ${this.#pick(TYPES)} `, "}"],
      [`{ accounts(first: 1) { nodes { posts { nodes `, "} } } }"],
      ["{ nodes(ids: [", "]) { id } }"],
      ["{ posts(filter: { a: ", "}) { id } }"],
    ] as const);
    return `${open.repeat(times)}{ ${name} }${close.repeat(times)}`;
  }

  /** Fragments that spread each other: chains, doublings, cycles, unknown ones. */
  #fragments(): string {
    const count = this.#number(1, this.#isLarge ? 30 : 8);
    const mostSpreads = this.#number(1, 3);
    const fragments = Array.from({ length: count }, (_, index) => {
      const spreads = this.#repeat(this.#number(0, mostSpreads), () => {
        const isCycle = this.#number(0, 60) === 0;
        return `...${this.#fragmentName(isCycle ? this.#number(0, count) : index + 1)}`;
      });
      return `fragment ${this.#fragmentName(index)} on ${this.#number(0, 40) === 0 ? this.#pick(TYPES) : "Query"} { ${spreads} ${this.#number(0, 1) === 0 ? "a: __typename" : "viewer { name }"} }`;
    });
    const last = `fragment ${this.#fragmentName(count)} on Query { __typename }`;
    return `{ ...${this.#fragmentName(0)} } ${fragments.join("\n")} ${last}`;
  }

  #fragmentName = (index: number) => ["__proto__", "constructor", "toString"][index] ?? `F${index}`;

  #random(): string {
    const operations = this.#repeat(this.#number(1, 2), (index) => {
      const variables = `($x: ${this.#pick(["Int", "Boolean", "[ID!]!", "X"])} = ${this.#pick(VALUES)}, $first: Int)`;
      return `query ${index === 0 ? "" : this.#pick(NAMES)} ${this.#number(0, 1) === 0 ? variables : ""} ${this.#set(6)}`;
    });
    return `${operations} fragment __proto__ on ${this.#pick(TYPES)} ${this.#set(3)}`;
  }

  #set(levels: number): string {
    return `{ ${this.#repeat(this.#number(1, 4), () => this.#selection(levels))} }`;
  }

  #selection(levels: number): string {
    this.#budget -= 1;
    const way = this.#number(0, 9);
    const directive = this.#number(0, 5) === 0 ? this.#directive() : "";
    const isEnd = levels === 0 || this.#budget < 0;
    if (way === 0) return `...${this.#pick(NAMES)} ${directive}`;
    if (way === 1 && !isEnd)
      return `... on ${this.#pick(TYPES)} ${directive} ${this.#set(levels - 1)}`;
    const alias = way < 5 ? `${this.#pick(NAMES)}: ` : "";
    const given =
      way > 7
        ? `(${this.#pick(["first", "last", "ids", "__proto__"])}: ${this.#pick(VALUES)})`
        : "";
    const below = isEnd || way === 6 ? "" : this.#set(levels - 1);
    return `${alias}${this.#pick(NAMES)} ${given} ${directive} ${below}`;
  }

  #directive = () => `@${this.#pick(DIRECTIVES)}(if: ${this.#pick(VALUES)})`;

  /** How often something is there again. */
  #times(): number {
    const times = this.#number(1, 10) * this.#number(1, 10);
    return this.#isLarge ? times * this.#pick([1, 3, 10]) : Math.ceil(times / 4);
  }

  #soup(): string {
    const words = [...SOUP, ...NAMES, ...VALUES];
    return `{ ${this.#repeat(this.#number(0, 30), () => this.#pick(words))} }`;
  }

  #repeat(times: number, make: (index: number) => string): string {
    return Array.from({ length: times }, (_, index) => make(index)).join(" ");
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#number(0, items.length - 1)] as Item;
  }
}
