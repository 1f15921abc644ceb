import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";

/** An operation with the fragments of its document: what the gates measure. */
export interface MeasuredOperation {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** The executed operation alone: others in the document are neither run nor paid for. */
export function operationOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): MeasuredOperation {
  const fragments = document.definitions.filter(
    (definition) => definition.kind === Kind.FRAGMENT_DEFINITION,
  );
  return {
    schema,
    operation,
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
  };
}

/** The names of the root fields, those in fragments as well. */
export function rootFields({ operation, fragments }: MeasuredOperation): Set<string> {
  const names = new Set<string>();
  const seen = new Set<string>();
  const sets = [operation.selectionSet];
  for (let set = sets.pop(); set; set = sets.pop()) {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) sets.push(selection.selectionSet);
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) sets.push(fragment.selectionSet);
      }
    }
  }
  return names;
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
