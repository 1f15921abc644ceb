// The package has no types of its own, and those of @types come with an old version of graphql.
declare module "graphql-depth-limit" {
  import type { DocumentNode } from "graphql";

  /** What the rule uses of a validation context. */
  interface Asking {
    getDocument(): DocumentNode;
    reportError(error: Error): void;
  }

  /** A validation rule that hands over how deep each operation is, by its name. */
  export default function depthLimit(
    maximum: number,
    options: { ignore?: readonly string[] },
    callback: (depths: Record<string, number>) => void,
  ): (context: Asking) => unknown;
}
