import { stripIgnoredCharacters } from "graphql";
import { readFileSync, writeFileSync } from "node:fs";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headlineOperation } from "../src/schema/headline.ts";
import { createTestApp, type Json, type TestApp } from "./support/app.ts";
import { recordStatements, type Sent } from "./support/explain.ts";
import { formatSql } from "./support/format-sql.ts";
import {
  operationNames,
  operationsFolder,
  readOperations,
  type Operation,
} from "./support/operations.ts";

/*
 * Beside each operation of test/operations lies the SQL that it sends. A change of it shows in the
 * diff of a review. Nothing is written here unless told:
 *
 *   UPDATE_SNAPSHOTS=1 npx vitest run test/sql-snapshots.test.ts
 */
const update = Boolean(process.env["UPDATE_SNAPSHOTS"]) && !process.env["CI"];

let app: TestApp;
let operations: Operation[];
const lines: Json[] = [];

beforeAll(async () => {
  const logger = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  app = await createTestApp({ logger });
  operations = await readOperations(app);
});
afterAll(() => app.close());

describe("the SQL of an operation", () => {
  it.each(operationNames())("%s", async (name) => {
    const operation = operations.find((candidate) => candidate.name === name);
    if (!operation) throw new Error(`no operation ${name}`);
    const file = new URL(`${name}.sql`, operationsFolder);
    const found = await describeSql(operation);
    if (update) writeFileSync(file, found);
    expect(found, `${name}.sql; see the top of the test`).toBe(readFileSync(file, "utf8"));
  });

  it("is kept for the headline operation, word for word", () => {
    const { document } = operations.find(({ name }) => name === "headline") ?? {};
    // The formatter has its own idea of lines.
    expect(stripIgnoredCharacters(document ?? "")).toBe(stripIgnoredCharacters(headlineOperation));
  });
});

/** What an operation costs and sends, in a form to read. */
async function describeSql({ document, variables }: Operation): Promise<string> {
  const { sent, stop } = recordStatements();
  lines.length = 0;
  try {
    await app.read(document, variables);
  } finally {
    stop();
  }
  const line = lines.find(({ msg }) => msg === "operation");
  const head =
    `-- depth ${line.depth} of 5, complexity ${line.complexity} of 500, ` +
    `${line.statements} ${line.statements === 1 ? "statement" : "statements"}\n`;
  // On a slow machine the key is looked up again on the way, five seconds after it was last.
  const own = sent.filter(({ asking }) => asking.loader !== "authenticate");
  return [head, ...own.map(describeStatement)].join("\n");
}

function describeStatement({ asking, statement }: Sent, index: number): string {
  const keys = `${asking.keys} ${asking.keys === 1 ? "key" : "keys"}`;
  const values = statement.parameters.map((name, place) => `$${place + 1} ${name}`).join(", ");
  const title = `-- ${index + 1}. ${asking.loader}, ${keys}\n-- ${values}`;
  return `${title}\n${formatSql(statement.text)};\n`;
}
