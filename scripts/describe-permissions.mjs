// Adds to the description of whatever has @requiresPermission what it needs: directives do not show in
// schema.graphql, nor in introspection.
import { visit } from "graphql";

export const describePermissions = (document) =>
  visit(document, { FieldDefinition: described, ObjectTypeDefinition: described });

function described(node) {
  const directive = node.directives?.find(({ name }) => name.value === "requiresPermission");
  if (!directive) return undefined;
  const permission = directive.arguments[0].value.value;
  const text = `${node.description?.value ?? ""} Needs the permission ${permission}.`;
  return { ...node, description: { ...node.description, value: text.trim() } };
}
