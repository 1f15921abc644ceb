// Says once what every connection is, so that an entity's SDL file need not.
//
// A field of type `PostConnection` gets the four paging arguments, and `PostConnection` and
// `PostEdge` are made from `Post`. The result stands in full in schema.graphql.
import { Kind, parse, visit } from "graphql";

const pagingArguments = parse(`
type Template {
  field(
    "Size of the page, counted from its start: 20 when neither \`first\` nor \`last\` is given, at most 100."
    first: Int
    "Cursor after which the page starts."
    after: String
    "Size of the page, counted from its end, at most 100. Not together with \`first\`."
    last: Int
    "Cursor before which the page ends."
    before: String
  ): ID
}`).definitions[0].fields[0].arguments;

const connectionTypes = (name) => `
"A page of objects of type ${name}."
type ${name}Connection {
  "The page's objects, each with its cursor."
  edges: [${name}Edge!]!
  "The page's objects."
  nodes: [${name}!]!
  "Where the page lies."
  pageInfo: PageInfo!
  "How many there are on all pages together; counted only when asked for."
  totalCount: Int
}

"An object of type ${name} in a page."
type ${name}Edge {
  "The object."
  node: ${name}!
  "Where it stands."
  cursor: String!
}`;

/** The document with its connections written out. */
export function expandConnections(document) {
  const names = new Set();
  const expanded = visit(document, {
    FieldDefinition(field) {
      const type = field.type.kind === Kind.NAMED_TYPE ? field.type.name.value : "";
      if (!type.endsWith("Connection")) return undefined;
      names.add(type.slice(0, -"Connection".length));
      return { ...field, arguments: [...pagingArguments, ...(field.arguments ?? [])] };
    },
  });
  const made = [...names].sort().map((name) => parse(connectionTypes(name)).definitions);
  return { ...expanded, definitions: [...expanded.definitions, ...made.flat()] };
}
