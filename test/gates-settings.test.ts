import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEEPEST_DOCUMENT, settings } from "../src/settings.ts";
import { createTestApp, type TestApp } from "./support/app.ts";
import { gateServer } from "./support/gate-server.ts";
import { codeOf, send } from "./support/http.ts";

const repeat = (times: number, text: (index: number) => string) =>
  Array.from({ length: times }, (_, index) => text(index)).join(" ");

/** Braces or brackets within each other, in each place of a document that can have them. */
const nested: Record<string, (levels: number) => string> = {
  fields: (levels) => `${"{ a".repeat(levels)} ${"}".repeat(levels)}`,
  "inline fragments": (levels) =>
    `{ ${"... { ".repeat(levels - 1)} __typename ${"}".repeat(levels)}`,
  lists: (levels) => `{ a(b: ${"[".repeat(levels)}${"]".repeat(levels)}) }`,
  objects: (levels) => `{ a(b: ${"{ c: ".repeat(levels)} 1 ${"}".repeat(levels)}) }`,
  types: (levels) =>
    `query ($a: ${"[".repeat(levels)} Int ${"]".repeat(levels)}) { __typename @skip(if: $a) }`,
};

describe("a bound of documents", () => {
  it.each<[string, string, (count: number) => string]>([
    [
      "MAX_DEFINITIONS",
      "definitions",
      (count) => repeat(count, (index) => `query Q${index} { __typename }`),
    ],
    ["MAX_LEVELS", "levels", nested["inline fragments"]!],
    ["MAX_LEVELS", "levels", nested["fields"]!],
    ["MAX_LEVELS", "levels", nested["lists"]!],
    // A name four times is sixteen comparisons.
    ["MAX_COMPARISONS", "comparisons", (count) => `{ ${repeat(count, () => "__typename")} }`],
  ])("is set: %s (%s)", async (name, what, document) => {
    const squared = what === "comparisons";
    const ask = gateServer({ [name]: squared ? "25" : "5" });
    const passed = await ask(document(5));
    expect(passed.extensions["what"]).toBeUndefined();
    expect((await ask(document(6))).extensions).toMatchObject({
      code: "DOCUMENT_LIMIT_EXCEEDED",
      what,
      measured: squared ? 36 : 6,
      limit: squared ? 25 : 5,
    });
  });

  it.each([
    ["of fields that are not there", (index: number) => `nothing${index}`, ""],
    [
      "of fragments in a circle",
      (index: number) => `...F${index}`,
      repeat(5, (index) => `fragment F${index} on Query { ...F${index} }`),
    ],
  ])("is set: MAX_VALIDATION_ERRORS, %s", async (_, field, fragments) => {
    const document = `{ ${repeat(5, field)} } ${fragments}`;
    for (const most of [1, 3]) {
      const { errors } = await gateServer({ MAX_VALIDATION_ERRORS: String(most) })(document);
      const told = errors.filter(({ message }) => !message.startsWith("Too many validation"));
      expect(told).toHaveLength(most);
    }
    expect((await gateServer()(document)).errors).toHaveLength(5);
  });

  it.each(Object.entries(nested))("may be what the process can take: %s", async (_, document) => {
    const ask = gateServer({
      MAX_LEVELS: String(DEEPEST_DOCUMENT),
      MAX_TOKENS: "100000",
      MAX_SELECTIONS: "100000",
    });
    // Neither throws: that would be a 500.
    const passed = await ask(document(DEEPEST_DOCUMENT));
    expect(passed.extensions["what"]).toBeUndefined();
    const refused = await ask(document(DEEPEST_DOCUMENT + 1));
    expect(refused.extensions).toMatchObject({ what: "levels", measured: DEEPEST_DOCUMENT + 1 });
    const beyond = await ask(document(DEEPEST_DOCUMENT + 400));
    expect(beyond.extensions).toMatchObject({ what: "levels", measured: DEEPEST_DOCUMENT + 1 });
  });
});

describe("docs/api/limits-and-cost.md", () => {
  it("has every bound of documents and of JSON with its default", () => {
    const page = readFileSync("docs/api/limits-and-cost.md", "utf8");
    const rows = [...page.matchAll(/^\| .*? +\| ([\d,]+) +\| `(MAX_[A-Z_]+)` +\|$/gm)];
    const documented = rows.map(([, most, name]) => [name, most?.replaceAll(",", "")]);
    const names = Object.keys(settings) as (keyof typeof settings)[];
    const inOrder = names.slice(
      names.indexOf("MAX_BODY_BYTES"),
      names.indexOf("COMPRESSION_THRESHOLD_BYTES"),
    );
    const measures = new Set(["MAX_DEPTH", "MAX_COMPLEXITY", "MAX_NODES"]);
    expect(documented).toEqual(
      inOrder.filter((name) => !measures.has(name)).map((name) => [name, settings[name].default]),
    );
  });
});

let app: TestApp;
beforeAll(async () => {
  const settings = { MAX_JSON_VALUES: "5", MAX_JSON_LEVELS: "3", MAX_TOKENS: "100000" };
  app = await createTestApp({ settings });
});
afterAll(() => app.close());

describe("so many tokens that braces overflow the parser", () => {
  it("are a mistake in the syntax", async () => {
    const { status, errors } = await send(app, { body: { query: nested["objects"]!(20_000) } });
    expect({ status, errors }).toEqual({
      status: 400,
      errors: [
        {
          message: "Syntax Error: Too many braces or brackets within each other.",
          extensions: { code: "GRAPHQL_PARSE_FAILED" },
        },
      ],
    });
  });
});

describe("a bound of JSON", () => {
  const ask = (variables: string) =>
    send(app, { body: `{ "query": "{ __typename }", "variables": ${variables} }` });
  const askByUrl = (variables: string) =>
    send(app, {
      method: "GET",
      url: `/graphql?query=${encodeURIComponent("{ __typename }")}&variables=${encodeURIComponent(variables)}`,
      headers: { "apollo-require-preflight": "1" },
    });

  it("is set: MAX_JSON_VALUES", async () => {
    expect((await ask('{ "a": [1] }')).status).toBe(200);
    const refused = await ask('{ "a": [1, 2, 3] }');
    expect({ status: refused.status, code: codeOf(refused) }).toEqual({
      status: 400,
      code: "BAD_REQUEST",
    });
    expect(refused.errors[0]!.message).toBe("The body has more than 5 values; send fewer at once");
    expect((await askByUrl('{ "a": [1, 2, 3, 4, 5] }')).errors[0]!.message).toBe(
      "variables in the URL has more than 5 values; send fewer at once",
    );
  });

  it("is set: MAX_JSON_LEVELS", async () => {
    expect((await ask('{ "a": {} }')).status).toBe(200);
    expect((await ask('{ "a": { "b": [] } }')).errors[0]!.message).toBe(
      "The body is nested more than 3 levels; send fewer at once",
    );
    expect((await askByUrl("[[[]]]")).errors[0]!.message).toMatch(/variables is a list/);
    expect((await askByUrl("[[[[]]]]")).errors[0]!.message).toMatch(/nested more than 3 levels/);
  });
});
