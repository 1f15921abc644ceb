import { isExecutableDefinitionNode, parse } from "graphql";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestApp } from "../../test/support/app.ts";
import { readPage, readPages, root, type Example } from "../../test/support/examples.ts";
import { readOperations } from "../../test/support/operations.ts";
import { readWebOperations } from "../../test/support/web-operations.ts";

/** An operation that has a budget. */
export interface Operation {
  /** Where it stands and what it is called: `docs/api/paging.md FirstTags`. */
  name: string;
  document: string;
  variables: Record<string, unknown>;
  /** Whether it is there to show an error. */
  mayFail: boolean;
  /** Whether somebody who has signed in sends it, and no key. */
  isOfPerson?: boolean;
}

/** Gives operations with variables that fit the data of the app's workspace. */
type Source = (app: TestApp) => Operation[] | Promise<Operation[]>;

/** Where operations come from: another collection is another word here. */
const sources: readonly Source[] = [collection, dashboard, pages];

/** All operations that have a budget, in the order in which they are sent. */
export async function operationsFor(app: TestApp): Promise<Operation[]> {
  const operations: Operation[] = [];
  for (const source of sources) operations.push(...(await source(app)));
  return operations;
}

/** Those of the tests. */
async function collection(app: TestApp): Promise<Operation[]> {
  const operations = await readOperations(app);
  return operations.map((operation) => ({
    ...operation,
    name: `test/operations/${operation.name}`,
    mayFail: false,
  }));
}

/** Those of the dashboard, as who has signed in sends them, except what it writes: that would be other data for what comes after it. */
async function dashboard(app: TestApp): Promise<Operation[]> {
  const operations = await readWebOperations(app);
  return operations
    .filter(({ document }) => !document.startsWith("mutation"))
    .map((operation) => ({
      ...operation,
      name: `web ${operation.name}`,
      mayFail: false,
      isOfPerson: true,
    }));
}

/** Those that the documents show: what they are answered is what the tests of the examples are about. */
export function pages(): Operation[] {
  // Pages that have a test of their own are not among those that are read: of them this one has operations.
  const limits = "docs/api/limits-and-cost.md";
  const all = [...readPages(), readPage(limits, readFileSync(join(root, limits), "utf8"))];
  return all.flatMap(({ name: page, examples }) => {
    const texts = new Set<string>();
    const counts = new Map<string, number>();
    return examples.flatMap(shownIn).flatMap(({ document, variables }): Operation[] => {
      const text = JSON.stringify([document, variables]);
      if (texts.has(text)) return [];
      texts.add(text);
      const called = nameOf(document);
      const count = (counts.get(called) ?? 0) + 1;
      counts.set(called, count);
      const name = `${page} ${called}${count > 1 ? ` ${count}` : ""}`;
      return [{ name, document, variables, mayFail: true }];
    });
  });
}

/** The operations of an example: itself, what it gives to curl, or what it gives to Apollo Client. */
function shownIn({ kind, text, variables }: Example): Pick<Operation, "document" | "variables">[] {
  switch (kind) {
    case "graphql":
      return isOperation(text) ? [{ document: text, variables }] : [];
    case "sh":
      return [...text.matchAll(/ -d '({.*?})'|^({$[^]*?^})$/gm)].map(([, inLine, lines = ""]) => {
        const body = JSON.parse((inLine ?? lines).replaceAll("\n", " "));
        return { document: body.query, variables: body.variables ?? {} };
      });
    case "ts":
      return [...text.matchAll(/\bgql`([^`]*)`/g)].map(([, document = ""]) => ({
        document,
        variables: {},
      }));
  }
}

const isOperation = (document: string) =>
  parse(document).definitions.some(isExecutableDefinitionNode);

const nameOf = (document: string) =>
  /^\s*(?:query|mutation) (\w+)/.exec(document)?.[1] ?? "without a name";
