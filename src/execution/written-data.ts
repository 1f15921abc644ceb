import type { FormattedExecutionResult } from "graphql";

/** What an answer has: its fields, with as many objects below each as there are forms of them. */
export interface Shape {
  readonly [field: string]: readonly Shape[] | null;
}

/** The data of an answer that is text already: `stringifyResult` only puts it between braces. */
export class WrittenData {
  /** JSON. */
  readonly text: string;
  readonly #shapeOf: () => Shape;

  constructor(text: string, shapeOf: () => Shape) {
    this.text = text;
    this.#shapeOf = shapeOf;
  }

  /** Which fields the answer has, for whoever needs to know what it made use of. */
  get shape(): Shape {
    return this.#shapeOf();
  }

  /** A tree, for whoever stringifies it otherwise: slow. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** The JSON text of a result, ended by a line break; its members in the given order. */
export function stringifyResult(result: FormattedExecutionResult): string {
  const members = Object.entries(result).flatMap(([name, value]: [string, unknown]) => {
    const text = value instanceof WrittenData ? value.text : JSON.stringify(value);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${members.join(",")}}\n`;
}
