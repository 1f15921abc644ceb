import {
  Kind,
  NoFragmentCyclesRule,
  validate,
  visit,
  type ASTVisitor,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  type ValidationContext,
} from "graphql";
import type { Config } from "../config.ts";
import { refusal } from "../errors.ts";
import { countComparisons } from "./comparisons.ts";
import { fragmentsOf } from "./fragments.ts";
import { shapeOf } from "./shape.ts";

type Structure = Pick<Config, "limits" | "introspection">;

/**
 * A validation rule that looks at the document before all others do, whose work is not bounded by
 * tokens: fields of one name are compared in pairs, and each error counts the lines before it.
 *
 * Rules are made before any of them visits the document; so this one looks when it is made, and
 * empties a document that it refuses: the others then have nothing to do.
 */
export function structureRule(structure: Structure) {
  return (context: ValidationContext): ASTVisitor => {
    const document = context.getDocument();
    const errors = structureErrors(context.getSchema(), document, structure);
    if (errors.length > 0) {
      for (const error of errors) context.reportError(error);
      (document.definitions as DefinitionNode[]).length = 0;
    }
    return {};
  };
}

/** Why a document is not even validated: empty when it may be. */
export function structureErrors(
  schema: GraphQLSchema,
  document: DocumentNode,
  { limits, introspection }: Structure,
): readonly GraphQLError[] {
  const lines = countLines(document.loc?.source.body ?? "");
  if (lines > limits.tokens) return [tooMany("lines", lines, limits.tokens)];

  const { length: definitions } = document.definitions;
  // The rules about variables look at each fragment for each operation.
  if (definitions > limits.definitions) {
    return [tooMany("definitions", definitions, limits.definitions)];
  }
  const fragments = fragmentsOf(document);
  const shape = shapeOf(document, fragments);
  if (shape.isCyclic) {
    // One more error than is told, and reporting it would throw.
    const { validationErrors: maxErrors } = limits;
    return validate(schema, document, [NoFragmentCyclesRule], { maxErrors }).slice(0, maxErrors);
  }
  for (const what of ["levels", "selections", "aliases", "rootFields", "directives"] as const) {
    if (shape[what] > limits[what]) return [tooMany(what, shape[what], limits[what])];
  }
  const comparisons = countComparisons(document, fragments);
  if (comparisons > limits.comparisons) {
    return [tooMany("comparisons", comparisons, limits.comparisons)];
  }
  return introspection === "off" && asksForSchema(document) ? [introspectionIsOff()] : [];
}

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines += 1;
  // Lines end with a lone carriage return as well.
  for (let at = text.indexOf("\r"); at !== -1; at = text.indexOf("\r", at + 1)) {
    if (text[at + 1] !== "\n") lines += 1;
  }
  return lines;
}

function asksForSchema(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    [Kind.FIELD]: ({ name }) => {
      found ||= name.value === "__schema" || name.value === "__type";
    },
  });
  return found;
}

const introspectionIsOff = () =>
  refusal(
    "INTROSPECTION_DISABLED",
    "This server does not tell its schema: __schema and __type are switched off (INTROSPECTION). " +
      "Take them out; __typename may stay.",
  );

/** What is counted, in words, and how to have less of it. */
const COUNTED = {
  lines: ["lines", "Take out empty lines and comments."],
  definitions: ["operations and fragments", "Send those alone that belong together."],
  levels: ["levels of braces or brackets", "Nest less."],
  selections: [
    "selections with its fragments spread out",
    "Spread large fragments in fewer places, or send several operations.",
  ],
  aliases: ["aliases with its fragments spread out", "Ask for lists rather than for each object."],
  rootFields: ["fields at the root", "Send several operations, or use nodes(ids: …)."],
  directives: ["directives", "Put @include and @skip on fragments rather than on each field."],
  comparisons: [
    "comparisons of fields with the same name at the same place",
    "Ask for each field once, and spread each fragment once in the same place.",
  ],
} as const;

function tooMany(what: keyof typeof COUNTED, measured: number, limit: number) {
  const [words, advice] = COUNTED[what];
  return refusal(
    "DOCUMENT_LIMIT_EXCEEDED",
    `The document has ${measured} ${words}; at most ${limit} are allowed. ${advice}`,
    { what, measured, limit },
  );
}
