import type { FormattedExecutionResult } from "graphql";

/** What an answer has: its fields, with as many objects below each as there are forms of them. */
export interface Shape {
  readonly [field: string]: readonly Shape[] | null;
}

/** What is known of an execution. */
interface Executed {
  shapeOf(): Shape;
  isWhole(): boolean;
}

/** The data of an answer that is JSON already: {@link stringifyResult} only puts it between braces. */
export class WrittenData {
  /** A string when it is short, and its bytes in UTF-8 when it is long. */
  readonly json: string | Buffer;
  readonly #of: Executed;

  constructor(json: string | Buffer, of: Executed) {
    this.json = json;
    this.#of = of;
  }

  get text(): string {
    return this.json.toString();
  }

  /** Whether nothing is missing of what was selected; when that is false, {@link shape} says more. */
  get isWhole(): boolean {
    return this.#of.isWhole();
  }

  /** Which fields the answer has, for whoever needs to know what it made use of. */
  get shape(): Shape {
    return this.#of.shapeOf();
  }

  /** A tree, for whoever stringifies it otherwise: slow. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** What is not there may be undefined. */
type Result = {
  [Name in keyof FormattedExecutionResult]: FormattedExecutionResult[Name] | undefined;
};

/** The JSON of a result, ended by a line break, its members in the given order; bytes when it is long. */
export function stringifyResult(result: Result): string | Buffer {
  const parts: (string | Buffer)[] = [];
  for (const [name, value] of Object.entries(result) as [string, unknown][]) {
    const json = value instanceof WrittenData ? value.json : JSON.stringify(value);
    if (json === undefined) continue;
    parts.push(`${parts.length === 0 ? "{" : ","}${JSON.stringify(name)}:`, json);
  }
  parts.push(parts.length === 0 ? "{}\n" : "}\n");
  if (parts.every((part) => typeof part === "string")) return parts.join("");
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}
