import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "./app.ts";

/** Something in a page that can be run, with what must come of it. */
export interface Example {
  kind: "sh" | "graphql" | "ts";
  text: string;
  /** `docs/api/paging.md:12`. */
  place: string;
  variables: Record<string, unknown>;
  /** What it prints or is answered; undefined when the page does not say. */
  answer: { kind: "json" | "http" | "text"; text: string } | undefined;
}

export interface Page {
  name: string;
  /** Settings of the server that the page speaks of, from a comment `<!-- settings: NAME=value … -->`. */
  settings: Record<string, string>;
  examples: Example[];
}

export const root = join(import.meta.dirname, "../..");

/** README.md and every page of docs/api with what can be run in it, but those that another test runs. */
export const readPages = (): Page[] =>
  ["README.md", ...pagesOf("docs/api")].flatMap((name) => {
    const text = readFileSync(join(root, name), "utf8");
    const elsewhere = /^<!-- run by: (\S+) -->$/m.exec(text)?.[1];
    if (elsewhere === undefined) return readPage(name, text);
    if (readFileSync(join(root, elsewhere), "utf8").includes(name)) return [];
    throw new Error(`${elsewhere} is to run ${name} and does not name it`);
  });

const pagesOf = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith(".md"))
    .sort()
    .map((file) => `${folder}/${file}`);

/** Throws when the page holds something that nothing says how to run. */
export function readPage(name: string, text: string): Page {
  const settings = /^<!-- settings: (.*) -->$/m.exec(text)?.[1]?.split(" ") ?? [];
  const examples: Example[] = [];
  for (const match of text.matchAll(/^( *)```(\w*)[^\n]*\n([^]*?)^\1```$/gm)) {
    const [, indent = "", language = "", body = ""] = match;
    const place = `${name}:${text.slice(0, match.index).split("\n").length}`;
    add(examples, language, body.replaceAll(new RegExp(`^${indent}`, "gm"), ""), place);
  }
  const pairs = settings.map((pair) => pair.split("=", 2) as [string, string]);
  return { name, settings: Object.fromEntries(pairs), examples };
}

function add(examples: Example[], language: string, text: string, place: string): void {
  const last = examples.at(-1);
  switch (language) {
    case "sh":
    case "graphql":
    case "ts":
      examples.push({ kind: language, text, place, variables: {}, answer: undefined });
      return;
    case "jsonl": // a file to be imported
      return;
    case "json":
    case "http":
    case "text":
      if (!last || last.answer) throw new Error(`${place} is the answer to nothing`);
      if (language === "json" && isVariables(last, text, place))
        last.variables = parseJson(text, place);
      else last.answer = { kind: language, text };
      return;
    default:
      throw new Error(
        `${place} is ${language || "of no language"}; write it as one that test/examples.test.ts runs`,
      );
  }
}

/** An answer of the server has data, errors or extensions; other JSON after an operation is its variables. */
function isVariables({ kind }: Example, text: string, place: string): boolean {
  if (kind !== "graphql") return false;
  const names = Object.keys(parseJson(text, place) as object);
  return !names.some((name) => ["data", "errors", "extensions"].includes(name));
}

/** JSON of a page; an error says where it stands. */
export function parseJson(text: string, place: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${place} is not JSON: ${String(error)}\n${text}`, { cause: error });
  }
}
