/**
 * The compiled way cannot go on: something failed, or is in a form that it does not know. What it has
 * done is thrown away, and graphql-js executes the operation.
 */
export class Surprise extends Error {
  constructor(reason: string) {
    super(`graphql-js must execute it: ${reason}`);
  }
}
