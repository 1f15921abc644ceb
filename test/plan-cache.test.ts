import { buildSchema, getOperationAST, parse } from "graphql";
import { expect, it } from "vitest";
import { load } from "../src/execution/load.ts";
import { PlanCache } from "../src/execution/plan-cache.ts";

const schema = buildSchema("type Query { me: Query a: Int b: Int c: Int }");
const root: object = { me: () => root };
Object.assign(schema.getQueryType()?.getFields()["me"] ?? {}, { resolve: () => root });

const operationOf = (text: string) => {
  const document = parse(text);
  return { document, operation: getOperationAST(document)! };
};

async function use(
  cache: PlanCache,
  { document, operation }: ReturnType<typeof operationOf>,
  variables = {},
) {
  const compiled = cache.of(document, operation);
  const run = compiled.run({ variables, contextValue: undefined });
  if (run) await load(run);
  cache.count(compiled);
  return compiled;
}

it("keeps so many fields of plans, and forgets the operation that was not used for longest", async () => {
  const cache = new PlanCache(schema, 100);
  // Four fields each.
  const operations = Array.from({ length: 50 }, (_, n) =>
    operationOf(`query O${n} { me { a b c } }`),
  );
  const [first, second] = [operations[0]!, operations[1]!];
  const [one, two] = [await use(cache, first), await use(cache, second)];
  for (const operation of operations.slice(2)) {
    await use(cache, operation);
    expect(await use(cache, first)).toBe(one);
    expect(cache.fields).toBeLessThanOrEqual(100);
  }
  expect(cache.fields).toBe(100);
  expect(await use(cache, second)).not.toBe(two);
});

it("counts each combination of what is left out, of which it keeps sixteen", async () => {
  const cache = new PlanCache(schema, 10_000);
  const names = ["a", "b", "c", "d", "e", "f"];
  const declared = names.map((name) => `$${name}: Boolean!`).join(" ");
  const fields = names.map((name) => `${name}: a @include(if: $${name})`).join(" ");
  const operation = operationOf(`query Switched(${declared}) { ${fields} x: b }`);
  for (let bits = 0; bits < 64; bits++) {
    const variables = Object.fromEntries(
      names.map((name, place) => [name, Boolean(bits & (1 << place))]),
    );
    await use(cache, operation, variables);
    expect(cache.fields).toBeLessThanOrEqual(16 * 7);
  }
});

it("keeps the one that is in use, however large it is", async () => {
  const cache = new PlanCache(schema, 3);
  const large = operationOf("{ me { me { a b c } } }");
  expect(await use(cache, large)).toBe(await use(cache, large));
  await use(cache, operationOf("{ a b }"));
  expect(cache.fields).toBe(2);
});
