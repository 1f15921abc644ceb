// Runs every example of README.md and docs/api/*.md, each page on a server with the demo data.
//
//   ```sh        run by sh, all of a page in one shell, with `curl` or its stand-in. What calls npm is
//                not run (other tests start servers); the scripts that it names must exist.
//   ```graphql   sent with a key of the demo's owner and `x-insight: sql`. Type definitions are parsed.
//   ```ts        type-checked, and run: all of a page are one module, beside clients/apollo/*.
//   ```json      after one of these: its answer. After ```graphql, JSON without data, errors and
//                extensions is the variables. Without an answer, no error may come.
//   ```http      after ```sh: what `curl -i` prints; headers that are not listed may be anything.
//   ```text      after ```sh or ```ts: what it prints.
//
// In an answer `…` stands for any text, "…" for any value and for further items of a list, and the
// field "…": "…" for further fields; measured figures may be any (test/support/ellipsis.ts).
// `http://localhost:4000` stands for the server, `$SOCIALHUB_KEY` holds a key, and so does
// `.data/demo.json`. A comment `<!-- settings: NAME=value -->` gives a page's server settings of its own;
// `<!-- run by: test/<name>.test.ts -->` leaves the whole page to another test.
import { buildSchema as parseSchema, isTypeSystemDefinitionNode, parse } from "graphql";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoPeople } from "../src/commands/demo-people.ts";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { createTestApp, makeKey, type TestApp } from "./support/app.ts";
import { conventions } from "./support/conventions.ts";
import { fillIn } from "./support/ellipsis.ts";
import {
  parseJson,
  readPage,
  readPages,
  root,
  type Example,
  type Page,
} from "./support/examples.ts";
import { asOwnerOf } from "./support/people.ts";
import {
  compile,
  isNpm,
  runModule,
  runShell,
  type Place,
  type Printed,
} from "./support/run-examples.ts";

const pages = readPages().map((page) => ({
  ...page,
  shell: page.examples.filter((example) => example.kind === "sh" && !isNpm(example)),
  modules: page.examples.filter(({ kind }) => kind === "ts"),
}));
const temporary = mkdtempSync(join(tmpdir(), "socialhub-examples-"));
const folder = (name: string) => mkdtempSync(join(temporary, name));
const moduleFolder = folder("modules");
const apps = new Map<string, { app: TestApp; url: string }>();
/** While the first pages run. */
let compiling: Promise<string>;

beforeAll(() => {
  compiling = compile(
    pages
      .filter(({ modules }) => modules.length > 0)
      .map(({ name, modules }) => ({ name, examples: modules })),
    moduleFolder,
  );
});
afterAll(async () => {
  for (const { app } of apps.values()) await app.close();
  await compiling;
  rmSync(temporary, { recursive: true, force: true });
});

/** The server with these settings, made when it is first needed. */
async function serverWith(settings: Record<string, string>) {
  const name = JSON.stringify(settings);
  const found = apps.get(name);
  if (found) return found;
  const app = await createTestApp({ settings });
  const made = { app, url: await app.server.listen({ host: "127.0.0.1", port: 0 }) };
  apps.set(name, made);
  return made;
}

/** A place to run a page's examples, with a key of its own. */
async function placeFor({
  settings,
  examples,
}: Pick<Page, "settings" | "examples">): Promise<Place> {
  const { app, url } = await serverWith(settings);
  const key = await makeKey(app.database, demoWorkspaceList()[0]!.id);
  const namesPeople = examples.some(({ text }) => text.includes(".people"));
  const people = namesPeople ? await asOwnerOf(app.database, demoPeople) : [];
  return { folder: folder("page"), url, key, people };
}

/** Fails when an example did not print what its page says. */
function expectPrinted({ answer, place }: Example, printed: Printed | undefined) {
  const { output, code } = printed ?? { output: "", code: 1 };
  expect(code, output).toBe(0);
  const [head = "", body = ""] = output
    .replaceAll("\r\n", "\n")
    .trim()
    .split(/\n\n([^]*)/);
  switch (answer?.kind) {
    case undefined:
      expect(output, "an error that the page does not tell of").not.toContain('"errors"');
      return;
    case "json":
      expectAnswer(parseJson(answer.text, place), parseJson(output, place));
      return;
    case "text":
      expect(output.trim()).toBe(fillIn(answer.text.trim(), output.trim()));
      return;
    case "http": {
      const [expectedHead = "", expectedBody = ""] = answer.text.trim().split(/\n\n([^]*)/);
      const listed = headersOf(expectedHead);
      expect(headersOf(head)).toMatchObject(fillIn(listed, headersOf(head)) as object);
      if (expectedBody) expectAnswer(parseJson(expectedBody, place), parseJson(body, place));
    }
  }
}

function expectAnswer(expected: unknown, actual: unknown) {
  expect(actual).toEqual(fillIn(expected, actual));
}

/** The status under "status", and the headers by their names in lower case. */
function headersOf(head: string): Record<string, string> {
  const [first = "", ...lines] = head.split("\n");
  const [, status = first] = /^HTTP\/[\d.]+ (\d+)/.exec(first) ?? [];
  const pairs = lines.map((line) => line.split(/: *(.*)/));
  return {
    ...Object.fromEntries(pairs.map(([name = "", value]) => [name.toLowerCase(), value])),
    status,
  };
}

const isDefinition = ({ text }: Example) =>
  parse(text).definitions.every((definition) => isTypeSystemDefinitionNode(definition));

describe.each(pages)("$name", ({ name, settings, examples, shell, modules }) => {
  const printed = new Map<Example, Printed>();
  let place: Place;
  beforeAll(async () => {
    place = await placeFor({ settings, examples });
    const outputs = [
      ...(shell.length > 0 ? await runShell(shell, place) : []),
      ...(modules.length > 0 ? await runCompiled() : []),
    ];
    [...shell, ...modules].forEach((example, index) => printed.set(example, outputs[index]!));
  });
  async function runCompiled() {
    await compiling;
    return runModule(modules, name, { ...place, folder: moduleFolder });
  }

  it.each(examples)("$place", async (example) => {
    if (isNpm(example)) {
      const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
      const called = [...example.text.matchAll(/\bnpm (?:run )?([\w:]+)/g)].map(([, word]) => word);
      const own = called.filter((word) => word !== "install");
      expect(Object.keys(scripts)).toEqual(expect.arrayContaining(own));
    } else if (example.kind !== "graphql") {
      expectPrinted(example, printed.get(example));
    } else if (isDefinition(example)) {
      const schema = parseSchema(`${example.text} scalar DateTime`, { assumeValidSDL: true });
      expect(conventions[0]?.breaches(schema)).toEqual([]);
    } else {
      const { app } = await serverWith(settings);
      const { text, variables, answer } = example;
      const { data, errors, extensions } = await app.ask(text, { variables, key: place.key });
      const whole = { data, ...(errors.length > 0 ? { errors } : {}) };
      if (!answer) expect(errors).toEqual([]);
      else {
        const expected = parseJson(answer.text, example.place);
        // What an operation cost is answered to every example, but told only where a page speaks of it.
        expectAnswer(expected, "extensions" in expected ? { ...whole, extensions } : whole);
      }
    }
  });
});

describe("the examples", () => {
  it("in TypeScript are well-typed", async () => {
    expect(await compiling).toBe("");
  });

  it("may copy the type policies as JavaScript", async () => {
    const copy = join(moduleFolder, "copy.mjs");
    copyFileSync(join(root, "clients/apollo/type-policies.ts"), copy);
    const { possibleTypes } = await import(pathToFileURL(copy).href);
    expect(possibleTypes.Node).toContain("Post");
  });

  it("in sh run without curl as well", async () => {
    const runPage = async (page: string, most: number) => {
      const found = pages.find(({ name }) => name === page)!;
      const some = found.shell.slice(0, most);
      const outputs = await runShell(some, await placeFor(found), { withoutCurl: true });
      some.forEach((example, index) => expectPrinted(example, outputs[index]));
    };
    await Promise.all([
      runPage("docs/api/getting-started.md", 4),
      runPage("docs/api/signing-in.md", 3),
    ]);
  });
});

describe("a page", () => {
  const fence = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`;

  it("tells variables and answers apart, and its server's settings", () => {
    const operation = fence("graphql", "query ($id: ID!) { node(id: $id) { id } }");
    const text = `<!-- settings: MAX_DEPTH=2 MAX_NODES=9 -->
${operation}${fence("json", '{ "id": "1" }')}${fence("json", '{ "data": { "node": null } }')}`;
    const { settings, examples } = readPage("page.md", text);
    expect(settings).toEqual({ MAX_DEPTH: "2", MAX_NODES: "9" });
    expect(examples).toHaveLength(1);
    expect(examples[0]?.place).toBe("page.md:2");
    expect(examples[0]?.variables).toEqual({ id: "1" });
    expect(examples[0]?.answer?.text).toContain('"node": null');
  });

  it.each([
    ["an answer to nothing", fence("json", "{}"), "page.md:1 is the answer to nothing"],
    ["a second answer", fence("sh", "true") + fence("text", "") + fence("text", ""), "page.md:7"],
    ["a language that nobody runs", fence("python", "1"), "page.md:1 is python"],
    ["no language", fence("", "1"), "page.md:1 is of no language"],
    ["broken JSON", fence("graphql", "{ id }") + fence("json", "{"), "page.md:4 is not JSON"],
  ])("may not have %s", (_, text, message) => {
    expect(() => readPage("page.md", text)).toThrow(message);
  });
});

describe("an answer", () => {
  it.each([
    ["its text", { a: "b" }, { a: "b" }],
    ["a text with a gap", "first is …; at most 100", "first is 1000; at most 100"],
    ["any value", { a: "…", b: null }, { a: [1, { c: 2 }], b: null }],
    ["the first items of a list", [{ a: 1 }, "…"], [{ a: 1 }, { a: 2 }, { a: 3 }]],
    ["some fields", { a: 1, "…": "…" }, { a: 1, b: 2 }],
    ["a measurement", { ms: 1.5 }, { ms: 1200 }],
  ])("may be told by %s", (_, expected, actual) => {
    expectAnswer(expected, actual);
  });

  it.each([
    ["another text", { a: "b" }, { a: "c" }],
    ["a text that goes on", "first is …", "the first is 1"],
    ["a missing field", { a: 1, "…": "…" }, { b: 2 }],
    ["a missing value", { a: "…" }, {}],
    ["a field too many", { a: 1 }, { a: 1, b: 2 }],
    ["an item too many", [1], [1, 2]],
    ["an item too few", [1, 2, "…"], [1]],
    ["another value inside", [{ a: { b: 1 } }, "…"], [{ a: { b: 2 } }]],
    ["null for an object", { a: { "…": "…" } }, { a: null }],
  ])("is caught when it differs by %s", (_, expected, actual) => {
    expect(() => expectAnswer(expected, actual)).toThrow("deeply equal");
  });
});
