import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from "graphql";
import { fieldsWithin, fragmentsOf, type Fragments } from "./fragments.ts";

/** An operation with the fragments of its document: what the gates measure. */
export interface MeasuredOperation {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: Fragments;
}

/** The executed operation alone: others in the document are neither run nor paid for. */
export function operationOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): MeasuredOperation {
  return { schema, operation, fragments: fragmentsOf(document) };
}

/** The names of the root fields, those in fragments as well. */
export function rootFields({ operation, fragments }: MeasuredOperation): Set<string> {
  const fields = [...fieldsWithin(operation.selectionSet, fragments)];
  return new Set(fields.map(({ name }) => name.value));
}

const INTROSPECTION = new Set(["__schema", "__type", "__typename"]);

/** An operation about the schema alone: exempt from depth and complexity, or no tool could read it. */
export const isIntrospection = (names: ReadonlySet<string>) =>
  [...names].every((name) => INTROSPECTION.has(name));

/** What is free and no level of its own: Relay's wrappers, which structure a page, and the rate budget. */
export function isWrapper(parentType: string, field: string): boolean {
  if (parentType === "RateLimit" || (parentType === "Query" && field === "rateLimit")) return true;
  if (parentType.endsWith("Connection")) {
    return field === "edges" || field === "nodes" || field === "pageInfo";
  }
  return parentType.endsWith("Edge") && (field === "node" || field === "cursor");
}
