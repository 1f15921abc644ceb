import type { Random } from "./random.ts";

/** A value of a leaf, made anew for each who asks. */
type Make = () => unknown;

/** Characters that JSON, JavaScript or UTF-8 treat in ways of their own. */
const TEXTS = [
  "text",
  "",
  'a "quoted" \\ text / with slashes',
  "\u0000\u0001\b\t\n\f\r\u001f\u007f\u0080",
  "\u2028\u2029\ufeff\ufffe\uffff",
  "\ud800",
  "x\udfff\ud83d",
  "🎈 漢字 Zoë e\u0301",
  "</script><!--",
  "__proto__",
  "x".repeat(1_000),
  `${"y".repeat(1_000)}"`,
];

const numberText = { valueOf: () => "a value" };
const writesItself = { toJSON: () => "its JSON" };

/** Values that graphql-js takes, by the names of their types: an ordinary one first, many that nobody would send. */
export const GOOD: Readonly<Record<string, readonly Make[]>> = {
  String: [
    ...TEXTS.map((text) => () => text),
    ...[0, -0, 12.5, 1e21, 1e-7, true, false].map((value) => () => value),
    () => numberText,
    () => writesItself,
    () => new String("boxed"),
    () => new Date(0),
  ],
  Int: [
    ...[1, 0, -0, -1, 2_147_483_647, -2_147_483_648, 1e3].map((value) => () => value),
    ...["12", " 7 ", "0x10", "-0", true, false].map((value) => () => value),
    () => ({ valueOf: () => 3 }),
    () => new Number(4),
  ],
  Float: [
    ...[
      1.5,
      0,
      -0,
      1e21,
      -1e21,
      5e-324,
      1.7976931348623157e308,
      0.1 + 0.2,
      123456789012345680000,
    ].map((value) => () => value),
    ...["1.25", "1e3", true].map((value) => () => value),
    () => new Date(7),
  ],
  Boolean: [true, false, 1, 0, -0, 2.5, -1]
    .map(
      (value): Make =>
        () =>
          value,
    )
    .concat(() => new Boolean(false)),
  ID: [
    ...TEXTS.map((text) => () => text),
    ...[0, -0, 7, 1e21, Number.MAX_SAFE_INTEGER].map((value) => () => value),
    () => ({ valueOf: () => 8 }),
  ],
  Color: [() => 0, () => -0, () => GREEN, () => "b", () => Number.NaN],
  Any: [
    ...TEXTS.map((text) => () => text),
    ...[0, -0, 1e21, Number.NaN, Number.POSITIVE_INFINITY, true].map((value) => () => value),
    () => [1, [2, undefined, [Number.NaN]], "x"],
    () => Object.assign([], { 2: "after two holes" }),
    () => ({ b: 1, a: undefined, c: () => 1, [Symbol("d")]: 2, 1: "\ud800", nested: { e: [{}] } }),
    () => JSON.parse('{"__proto__":{"x":1},"toJSON":1,"constructor":null,"then":2}') as unknown,
    () => Object.assign(Object.create(null) as object, { bare: true }),
    () => new Date(0),
    () => new Map([[1, 2]]),
    () => new Uint8Array([1, 2]),
    () => ({ toJSON: (key: string) => `under ${key}` }),
    () => ({ toJSON: () => undefined }),
    () => ({ inside: { toJSON: (key: string) => key }, promise: Promise.resolve(1) }),
    () => [Promise.resolve(1)],
    () => new String("\udc00"),
    () => new Number(5),
    () => Symbol("is left out"),
    () => /x/,
  ],
  Picky: [1, 2, 3].map((value) => () => value),
};

/** What is the internal value of an enum's word. */
export const GREEN = { internal: "green" };

/** Values that graphql-js refuses. */
export const BAD: Readonly<Record<string, readonly Make[]>> = {
  String: [Number.NaN, Number.NEGATIVE_INFINITY, 7n, Symbol("s")]
    .map(
      (value): Make =>
        () =>
          value,
    )
    .concat(
      () => ({}),
      () => ["text"],
      () => Object.create(null) as unknown,
      () => ({
        valueOf() {
          throw new Error("no value");
        },
      }),
    ),
  Int: [2 ** 31, -(2 ** 31) - 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "", "x", 10n].map(
    (value) => () => value,
  ),
  Float: [Number.NaN, Number.POSITIVE_INFINITY, "", "x", 3n, Symbol("s")].map(
    (value) => () => value,
  ),
  Boolean: [Number.NaN, "true", "", 1n].map((value) => () => value),
  ID: [1.5, true, 7n, Symbol("s")]
    .map(
      (value): Make =>
        () =>
          value,
    )
    .concat(() => ({})),
  Color: ["RED", "GREEN", 7, true, ""]
    .map(
      (value): Make =>
        () =>
          value,
    )
    .concat(() => ({ internal: "green" })),
  Any: [() => new Error("as a value")],
  Picky: ["throw", "null", "undefined", "error"].map((value) => () => value),
};

/** Failures: thrown, or what a promise rejects with. */
export const FAILURES: readonly Make[] = [
  () => new Error("an error"),
  () => new TypeError("\u0000 \ud800 a message"),
  () => "a string",
  () => undefined,
  () => null,
  () => Object.assign(new Error("with extensions"), { extensions: { code: "ODD", nested: [1] } }),
  () => Object.freeze(new Error("frozen")),
  () => ({ message: "like an error" }),
];

/** A list of items in one of the forms that graphql-js takes. */
export function listOf(random: Random, items: readonly unknown[]): unknown {
  switch (random(0, 40)) {
    case 0:
      return new Set(items);
    case 1:
      return (function* () {
        yield* items;
      })();
    case 2:
      return items.map((item) => Promise.resolve(item));
    case 3:
      return Promise.resolve(
        items.map((item, index) => (index === 0 ? Promise.resolve(item) : item)),
      );
    case 4:
      return new Map(items.map((item, index) => [index, item])).values();
    case 5:
      return { [Symbol.iterator]: () => items[Symbol.iterator]() };
    case 6:
      return items.length === 1 ? thenable(items) : items;
    default:
      return items;
  }
}

/** What is no list. */
export const NO_LISTS: readonly Make[] = [
  () => "text",
  () => ({ length: 1, 0: "x" }),
  () => 5,
  () =>
    (function* () {
      yield null;
      throw new Error("in the middle");
    })(),
];

/** Not a promise, but waited for like one. */
export const thenable = (value: unknown): unknown => ({
  // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
  then: (resolve: (value: unknown) => void) => resolve(value),
});

/** A promise that nobody has to wait for: who is asked later may have been answered by then. */
export function rejected(reason: unknown): Promise<never> {
  const promise = Promise.reject(reason);
  promise.catch(() => undefined);
  return promise;
}
