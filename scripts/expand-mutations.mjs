// Says once what every mutation has, so that an entity's SDL file need not.
//
// The input of a mutation gets an `idempotencyKey`, its payload gets `userErrors`. The result stands in
// full in schema.graphql.
import { Kind, parse, visit } from "graphql";

const idempotencyKey = parse(`
input Template {
  "Makes it safe to send again: the same key gives the same answer for 24 hours. A new UUID for each change."
  idempotencyKey: String
}`).definitions[0].fields[0];

const userErrors = parse(`
type Template {
  "What is wrong with the input, at most 20 errors; empty when it was done."
  userErrors: [UserError!]!
}`).definitions[0].fields[0];

/** The document with the inputs and payloads of its mutations written out. */
export function expandMutations(document) {
  const inputs = new Set();
  const payloads = new Set();
  for (const definition of document.definitions) {
    if (definition.name?.value !== "Mutation") continue;
    for (const field of definition.fields ?? []) {
      for (const argument of field.arguments ?? []) inputs.add(nameOf(argument.type));
      payloads.add(nameOf(field.type));
    }
  }
  const withField = (names, field) => (node) =>
    names.has(node.name.value) ? { ...node, fields: [...(node.fields ?? []), field] } : undefined;
  return visit(document, {
    InputObjectTypeDefinition: withField(inputs, idempotencyKey),
    ObjectTypeDefinition: withField(payloads, userErrors),
  });
}

const nameOf = (type) => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type));
