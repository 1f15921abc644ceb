import {
  buildSchema as buildTypes,
  isAbstractType,
  isObjectType,
  isScalarType,
  type GraphQLSchema,
} from "graphql";
import { account } from "../resolvers/account.ts";
import { apiKey } from "../resolvers/api-key.ts";
import { auditLogEntry } from "../resolvers/audit-log-entry.ts";
import { comment } from "../resolvers/comment.ts";
import { contact } from "../resolvers/contact.ts";
import { invitation } from "../resolvers/invitation.ts";
import { media } from "../resolvers/media.ts";
import { member } from "../resolvers/member.ts";
import { node } from "../resolvers/node.ts";
import { post } from "../resolvers/post.ts";
import { rateLimit } from "../resolvers/rate-limit.ts";
import { tag } from "../resolvers/tag.ts";
import { viewer } from "../resolvers/viewer.ts";
import { workspace } from "../resolvers/workspace.ts";
import { enforcePermissions } from "./permissions.ts";
import { scalars } from "./scalars.ts";
import { typeDefs } from "./type-defs.generated.ts";

/** The list to which a new entity adds its word. */
const entities = [
  account,
  apiKey,
  auditLogEntry,
  comment,
  contact,
  invitation,
  media,
  member,
  node,
  post,
  rateLimit,
  tag,
  viewer,
  workspace,
];

/** The executable schema. Throws when a resolver names a type or a field that the schema does not have. */
export function buildSchema(): GraphQLSchema {
  // `npm run generate` has validated it.
  const schema = buildTypes(typeDefs, { assumeValidSDL: true });
  for (const { name, serialize, parseValue, parseLiteral, extensions } of Object.values(scalars)) {
    const scalar = schema.getType(name);
    if (!isScalarType(scalar)) throw new Error(`the schema has no scalar ${name}`);
    // Not the rest: the descriptions that they lack would erase those of the SDL.
    Object.assign(scalar, { serialize, parseValue, parseLiteral, extensions });
  }
  for (const resolvers of entities) {
    for (const [type, fields] of Object.entries(resolvers)) attach(schema, type, fields);
  }
  countWhenAsked(schema);
  return enforcePermissions(schema);
}

/** A page counts its total in a batch with others: like all that has to be waited for, by a resolver. */
function countWhenAsked(schema: GraphQLSchema) {
  for (const type of Object.values(schema.getTypeMap())) {
    const field = isObjectType(type) ? type.getFields()["totalCount"] : undefined;
    if (field) field.resolve = (page: { totalCount: () => Promise<number> }) => page.totalCount();
  }
}

/** Puts the resolvers of a type into the schema. */
function attach(schema: GraphQLSchema, name: string, resolvers: object) {
  const type = schema.getType(name);
  for (const [key, resolver] of Object.entries(resolvers)) {
    const field = isObjectType(type) ? type.getFields()[key] : undefined;
    if (field) {
      Object.assign(field, typeof resolver === "function" ? { resolve: resolver } : resolver);
    } else if (isAbstractType(type) && key === "__resolveType") {
      type.resolveType = resolver;
    } else {
      throw new Error(`there is a resolver for ${name}.${key}, which the schema does not have`);
    }
  }
}
