import {
  execute,
  GraphQLError,
  parse,
  print,
  validate,
  visit,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from "graphql";
import { createExecutor, type Execute } from "./executor.ts";
import { stringifyResult, WrittenData } from "../../src/execution/written-data.ts";

/** What both executors are asked. */
export interface Question {
  text: string;
  document: DocumentNode;
  operationName?: string | undefined;
  variables?: Record<string, unknown> | undefined;
}

/** What came of it. */
export interface Outcome<Context> {
  /** The data as it goes out. */
  data: string;
  errors: DescribedError[];
  result: ExecutionResult;
  context: Context;
}

interface DescribedError {
  path: readonly (string | number)[] | undefined;
  /** The whole of it, as JSON. */
  text: string;
}

/** An answer of graphql-js, which is right, and one of ours. */
export interface Answers<Context> {
  expected: Outcome<Context>;
  found: Outcome<Context>;
}

export interface DuelOptions<Context> {
  schema: GraphQLSchema;
  /** What else two answers differ in; undefined when in nothing. */
  also?: (answers: Answers<Context>, question: Question) => string | undefined;
}

/** Asks graphql-js and the executor that is tested the same questions. */
export class Duel<Context> {
  readonly #schema: GraphQLSchema;
  readonly #execute: Execute;
  readonly #also: DuelOptions<Context>["also"];
  /** How many questions there were; how many had errors; how many answers were written without a tree. */
  readonly count = { asked: 0, failed: 0, written: 0 };

  constructor({ schema, also }: DuelOptions<Context>) {
    this.#schema = schema;
    this.#execute = createExecutor(schema);
    this.#also = also;
  }

  /** Asks both, each in a context of its own (`isOurs`: for the executor that is tested); throws with the smallest document that shows it when the answers differ. */
  async ask(
    question: Question,
    makeContext: (isOurs: boolean) => Context,
    about: object = {},
  ): Promise<Answers<Context>> {
    const answers = await this.#answers(question, makeContext);
    this.count.asked += 1;
    if (answers.expected.errors.length > 0) this.count.failed += 1;
    if (isWritten(answers.found)) this.count.written += 1;
    if (!this.#difference(answers, question)) return answers;

    const again = async (text: string) => {
      const smaller = { ...question, text, document: parse(text) };
      return this.#difference(await this.#answers(smaller, makeContext), smaller);
    };
    const smallest = await shrink(this.#schema, question.text, async (text) =>
      Boolean(await again(text)),
    );
    const { operationName, variables } = question;
    throw new Error(
      `the executors differ about ${JSON.stringify({ ...about, operationName, variables })}\n\n${smallest}\n\n` +
        `${(await again(smallest)) ?? this.#difference(answers, question)}\n\nIt was made of\n${question.text}`,
    );
  }

  #difference(answers: Answers<Context>, question: Question) {
    return difference(answers.expected, answers.found) ?? this.#also?.(answers, question);
  }

  async #answers(
    question: Question,
    makeContext: (isOurs: boolean) => Context,
  ): Promise<Answers<Context>> {
    const { document, operationName, variables } = question;
    const byGraphql = async (contextValue: Context) =>
      execute({
        schema: this.#schema,
        document,
        operationName,
        variableValues: variables,
        contextValue,
      });
    const byUs = (contextValue: Context) =>
      this.#execute({ document, operationName, variables, contextValue });
    const [expected, found] = await Promise.all([
      outcome(byGraphql, makeContext(false), JSON.stringify),
      outcome(byUs, makeContext(true), (result) => stringifyResult(result).toString()),
    ]);
    return { expected, found };
  }
}

/** Whether the answer was written without a tree: not by graphql-js. */
export const isWritten = ({ result }: Outcome<unknown>): boolean =>
  (result.data as unknown) instanceof WrittenData;

/** Whether nothing became null but what could not be told itself. */
export function isWhole(answer: Outcome<unknown>): boolean {
  const { data } = JSON.parse(answer.data) as { data?: unknown };
  return [...sorted(answer, data).keys()].every((place) => !place.startsWith("below"));
}

async function outcome<Context>(
  executor: (context: Context) => Promise<ExecutionResult>,
  context: Context,
  write: (result: { data?: ExecutionResult["data"] }) => string,
): Promise<Outcome<Context>> {
  const result = await executor(context);
  // At once: graphql-js adds errors to the list that come when the answer has gone.
  const errors = (result.errors ?? []).map(describe);
  const data = write("data" in result ? { data: result.data } : {}).trimEnd();
  return { data, errors, result, context };
}

function describe(error: GraphQLError): DescribedError {
  const { message, locations, path, extensions, originalError } = error;
  const cause = originalError && `${originalError.constructor.name}: ${originalError.message}`;
  const isKnown = error instanceof GraphQLError;
  return {
    path,
    text: JSON.stringify({ message, locations, path, extensions, cause, isKnown }),
  };
}

/**
 * What two answers differ in; undefined when they are the same. Errors have no order. Of the errors below
 * a place that became null because of them, an answer may have any, and has one at least.
 */
function difference(expected: Outcome<unknown>, found: Outcome<unknown>): string | undefined {
  if (expected.data !== found.data) {
    return `data\n  expected ${expected.data}\n  found    ${found.data}`;
  }
  const data = (JSON.parse(expected.data) as { data?: unknown }).data;
  const [all, ours] = [sorted(expected, data), sorted(found, data)];
  for (const place of new Set([...all.keys(), ...ours.keys()])) {
    const [wanted = [], given = []] = [all.get(place), ours.get(place)];
    const isSame = place.startsWith("below")
      ? given.length > 0 && wanted.length > 0 && isWithin(given, wanted)
      : String(wanted) === String(given);
    if (!isSame) {
      return `errors ${place}\n  expected ${wanted.join("\n           ")}\n  found    ${given.join("\n           ")}`;
    }
  }
  return undefined;
}

/** Either list has what the other has, or more. */
function isWithin(some: string[], others: string[]): boolean {
  const [fewer, more] = some.length < others.length ? [some, others] : [others, some];
  return fewer.every((each) => more.includes(each));
}

/** Errors by where they stand: at a field that is null, or below one that became null with them. */
function sorted({ errors }: Outcome<unknown>, data: unknown): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const { path, text } of errors) {
    const place = path === undefined ? "of the request" : placeOf(path, data);
    places.set(place, [...(places.get(place) ?? []), text].sort());
  }
  return places;
}

function placeOf(path: readonly (string | number)[], data: unknown): string {
  let value = data;
  for (const [index, key] of path.entries()) {
    if (value === null) return `below ${path.slice(0, index).join(".")}`;
    value = (value as Record<string, unknown>)[key];
  }
  return `at ${path.join(".")}`;
}

/** The smallest document that still shows what the given one shows, as far as leaving parts out goes. */
async function shrink(
  schema: GraphQLSchema,
  text: string,
  shows: (document: string) => Promise<boolean>,
): Promise<string> {
  let smallest = print(parse(text));
  for (let at = 0; ;) {
    const smaller = without(parse(smallest), at);
    if (smaller === undefined) return smallest;
    if (isValid(schema, smaller) && (await shows(smaller))) smallest = smaller;
    else at += 1;
  }
}

/** Some parts leave nothing behind that could be parsed. */
function isValid(schema: GraphQLSchema, text: string): boolean {
  try {
    return validate(schema, parse(text)).length === 0;
  } catch {
    return false;
  }
}

/** Kinds of which each may be left out, or not: the document must stay valid. */
const PARTS = ["Field", "FragmentSpread", "InlineFragment", "Directive", "Argument", "ObjectField"];

/** The document without its n-th part and without what nobody uses any more; undefined when there are fewer. */
function without(document: DocumentNode, at: number): string | undefined {
  let count = -1;
  let isFound = false;
  const smaller = visit(document, {
    enter(node) {
      if (!PARTS.includes(node.kind)) return undefined;
      count += 1;
      if (count !== at) return undefined;
      isFound = true;
      return null;
    },
  });
  if (!isFound) return undefined;
  return tidy(smaller);
}

function tidy(document: DocumentNode): string {
  const names = (kind: "FragmentSpread" | "Variable") => {
    const found = new Set<string>();
    visit(document, {
      [kind]: (node: { name: { value: string } }, _key: unknown, parent: { kind?: string }) => {
        if (parent.kind !== "VariableDefinition") found.add(node.name.value);
      },
    });
    return found;
  };
  const spreads = names("FragmentSpread");
  const variables = names("Variable");
  const tidied = visit(document, {
    FragmentDefinition: (node) => (spreads.has(node.name.value) ? undefined : null),
    VariableDefinition: (node) => (variables.has(node.variable.name.value) ? undefined : null),
  });
  const isTidy = print(tidied) === print(document);
  return isTidy ? print(document) : tidy(tidied);
}
