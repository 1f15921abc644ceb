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

/** README.md and every page of docs/api with what can be run in it. */
export const readPages = (): Page[] =>
  ["README.md", ...pagesOf("docs/api")].map((name) => readPage(name, read(name)));

export const pagesOf = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith(".md"))
    .sort()
    .map((file) => `${folder}/${file}`);

const read = (name: string) => readFileSync(join(root, name), "utf8");

export function readPage(name: string, text: string): Page {
  const [, settings = ""] = /^<!-- settings: (.*) -->$/m.exec(text) ?? [];
  const examples: Example[] = [];
  for (const match of text.matchAll(/^( *)```(\w*)[^\n]*\n([^]*?)^\1```$/gm)) {
    const [, indent = "", language = "", body = ""] = match;
    const place = `${name}:${text.slice(0, match.index).split("\n").length}`;
    add(examples, language, body.replaceAll(new RegExp(`^${indent}`, "gm"), ""), place);
  }
  return {
    name,
    settings: Object.fromEntries(settings.split(" ").map((pair) => pair.split("=", 2))),
    examples,
  };
}

function add(examples: Example[], language: string, text: string, place: string): void {
  switch (language) {
    case "sh":
    case "graphql":
    case "ts":
      examples.push({ kind: language, text, place, variables: {}, answer: undefined });
      return;
    case "json":
    case "http":
    case "text":
      addAnswer(examples.at(-1), { kind: language, text }, place);
      return;
    case "jsonl": // a file to be imported
      return;
    default:
      throw new Error(
        `${place} is ${language || "of no language"}; say in test/support/examples.ts how to run that`,
      );
  }
}

function addAnswer(
  example: Example | undefined,
  answer: NonNullable<Example["answer"]>,
  place: string,
) {
  if (!example || example.answer) {
    throw new Error(`${place} is the answer to nothing: no example stands before it`);
  }
  const isVariables =
    example.kind === "graphql" &&
    !Object.keys(parseJson(answer.text, place)).some((key) =>
      /^(data|errors|extensions)$/.test(key),
    );
  if (isVariables) example.variables = parseJson(answer.text, place);
  else example.answer = answer;
}

/** JSON of a page; an error says where it stands. */
export function parseJson(text: string, place: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${place} is not JSON: ${String(error)}\n${text}`, { cause: error });
  }
}
