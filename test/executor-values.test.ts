import {
  buildSchema,
  GraphQLError,
  isEnumType,
  parse,
  validate,
  type GraphQLScalarType,
} from "graphql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createExecutor } from "./support/executor.ts";
import { buildLeafSchema, leafCases, type LeafCase } from "./support/odd-leaves.ts";
import { buildOddSchema, type Mood, type OddContext } from "./support/odd-schema.ts";
import { Duel } from "./support/parity.ts";
import { generateOperation, type Target } from "./support/parity-documents.ts";
import { seeded } from "./support/random.ts";

// What resolvers may answer with, and clients may send, whether or not anything of SocialHub does so: values
// of the wrong form, promises of all kinds, types that are not known at once. No database is needed.

const schema = buildOddSchema();

const SENT: Record<string, unknown[]> = {
  Int: [0, -1, 7, 2_147_483_647],
  Float: [0.5, 3, 1e21],
  Boolean: [true, false],
  String: ["", "x", "throw", '\u0000"\\ \u2028'],
  ID: ["a", 7],
  Picky: [1, "x", 13, true],
};

const target: Target = {
  schema,
  leaf(random, type) {
    const values = isEnumType(type) ? type.getValues().map(({ name }) => name) : SENT[type.name];
    return values?.[random(0, values.length - 1)];
  },
  percent: () => 30,
  weight: (coordinate) => (coordinate.includes("equired") ? 1 : 2),
};

/** Most can be told: an error sends the whole operation to graphql-js. */
const MOODS: readonly Mood[] = [0, 0, 0, 2, 2, 12];

const DOCUMENTS = 550;

const { stackTraceLimit } = Error;
const listeners = process.listeners("unhandledRejection");
const unhandled: unknown[] = [];

// Where an item of a list throws, graphql-js forgets the promises of those before it.
const listen = (reason: unknown) => {
  if (!(reason instanceof GraphQLError && reason.path)) unhandled.push(reason);
};

beforeAll(() => {
  // Of thousands of errors nobody reads the stacks.
  Error.stackTraceLimit = 0;
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", listen);
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
  process.off("unhandledRejection", listen);
  for (const listener of listeners) process.on("unhandledRejection", listener);
});

it("writes every leaf as graphql-js does, or leaves it to graphql-js", async () => {
  const duel = new Duel<LeafCase>({ schema: buildLeafSchema() });
  for (const { text, make } of leafCases()) {
    await duel.ask({ text, document: parse(text) }, () => ({ text, make }));
  }
  expect(duel.count.failed).toBeGreaterThan(100);
  expect(duel.count.written).toBeGreaterThan(200);
});

it("answers as graphql-js does, whatever resolvers give", async () => {
  const duel = new Duel<OddContext>({ schema });
  for (let seed = 0; seed < DOCUMENTS; seed += 1) {
    const random = seeded(seed);
    const kind = seed % 12 === 0 ? "mutation" : "query";
    const { text, operationName, variables } = generateOperation(target, random, kind);
    const mood = MOODS[random(0, MOODS.length - 1)]!;
    const document = parse(text);
    if (seed % 20 === 0) expect(validate(schema, document), text).toEqual([]);
    for (const each of variables) {
      const question = { text, document, operationName, variables: each };
      await duel.ask(question, () => ({ seed, mood, done: [] }), { seed, mood });
    }
  }
  const { asked, failed, written } = duel.count;
  // If all went to graphql-js, or all failed, nothing would have been compared.
  expect(written).toBeGreaterThan(asked * 0.3);
  expect(failed).toBeGreaterThan(asked * 0.1);
  expect(unhandled).toEqual([]);
});

it("writes long answers byte for byte, wherever they are cut into pieces", async () => {
  const long = buildSchema(
    "type Query { items: [Item!] } type Item { text: String items: [Item!] }",
  );
  const duel = new Duel<{ items: unknown[] }>({ schema: long });
  const items = long.getQueryType()!.getFields()["items"]!;
  items.resolve = (_, __, context: { items: unknown[] }) => context.items;
  const text = "{ items { text items { text } } }";
  for (const size of [100, 1_000, 10_000]) {
    const random = seeded(size);
    // Of one, two, three and four bytes, and what must be escaped.
    const some = () => ["a", "é", "漢", "🎈", "\ud800", '"'][random(0, 5)]!.repeat(random(0, 40));
    const one = () => ({ text: some(), items: [{ text: some() }] });
    const contextValue = { items: Array.from({ length: size }, one) };
    await duel.ask({ text, document: parse(text) }, () => contextValue);
  }
  expect(duel.count).toEqual({ asked: 3, failed: 0, written: 3 });
});

it("does not read variables to their end of which too many are wrong", async () => {
  const counting = buildSchema("scalar Counted type Query { all(of: [Counted]): Int }");
  let read = 0;
  const counted = counting.getType("Counted") as GraphQLScalarType;
  counted.parseValue = () => {
    read += 1;
    throw new Error("none of them is right");
  };
  const { errors } = await createExecutor(counting)({
    document: parse("query ($of: [Counted]) { all(of: $of) }"),
    variables: { of: Array(1_000).fill(0) },
    contextValue: {},
  });
  expect(errors?.at(-1)?.message).toMatch(/^Too many errors processing variables/);
  expect(read).toBeLessThan(100);
});
