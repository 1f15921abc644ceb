import { readFileSync } from "node:fs";
import { GraphQLScalarType, Kind, parse, print, visit } from "graphql";

/** What the "before" never had, and why; everything else in `schema.graphql` it answers. */
export const NOT_SUPPORTED = {
  Mutation: "it is there to be read from",
  "Query.rateLimit": "it had no rate budgets",
  "Viewer.scopes": "it had no API keys, and believes the headers that say who asks",
  "Viewer.permissions": "it had no API keys, and believes the headers that say who asks",
  "Viewer.isTrustedDocumentsOnly": "it had no trusted documents",
  "Viewer.member": "nobody signed in to it",
  "Viewer.workspaces": "nobody signed in to it",
  "Workspace.apiKeys": "it had no API keys",
  "Workspace.auditLogEntries": "it had no audit log",
  "Workspace.invitations": "it had no invitations",
};

/** Our own schema, word for word, without what is not supported: an operation that asks for it is refused. */
export const typeDefs = visit(
  parse(readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8")),
  {
    OperationTypeDefinition: ({ type }) => (NOT_SUPPORTED[type.name.value] ? null : undefined),
    ObjectTypeDefinition(type) {
      if (NOT_SUPPORTED[type.name.value]) return null;
      const fields = type.fields.filter(
        ({ name }) => !NOT_SUPPORTED[`${type.name.value}.${name.value}`],
      );
      return { ...type, fields };
    },
  },
);

const toDate = (text) => new Date(text);

/** Its own scalars: moments are Date objects, and 64-bit integers arrive as text. */
export const scalars = {
  DateTime: new GraphQLScalarType({
    name: "DateTime",
    serialize: (date) => date.toISOString(),
    parseValue: toDate,
    parseLiteral: (node) => toDate(node.kind === Kind.STRING ? node.value : print(node)),
  }),
  BigInt: new GraphQLScalarType({ name: "BigInt", serialize: Number }),
};
