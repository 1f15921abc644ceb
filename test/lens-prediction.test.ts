import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type Json, type TestApp } from "./support/app.ts";
import { readOperations, type Operation, operationNames } from "./support/operations.ts";
import { send } from "./support/http.ts";

let app: TestApp;
let operations: Operation[];
beforeAll(async () => {
  app = await createTestApp();
  operations = await readOperations(app);
});
afterAll(() => app.close());

const dryRun = async (body: object): Promise<Json> => {
  const { text, status } = await send(app, { url: "/lens/api/dry-run", body });
  expect(status, text).toBe(200);
  return JSON.parse(text);
};

/** The loaders that were asked, each as often as it was. */
const loadersOf = (asked: { loader: string }[]) => asked.map(({ loader }) => loader).sort();

describe("what a dry run foresees", () => {
  it.each(operationNames())("%s: the statements that are sent", async (name) => {
    const { document, variables } = operations.find((each) => each.name === name)!;
    const foreseen = await dryRun({ query: document, variables });
    expect(foreseen).toMatchObject({ refusals: [], incomplete: null });
    const { extensions } = await app.read(document, variables);
    expect(loadersOf(foreseen.statements)).toEqual(loadersOf(extensions["sql"].batches));
  });
});
