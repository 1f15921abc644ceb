import { makeExecutableSchema } from "@graphql-tools/schema";
import type { GraphQLSchema } from "graphql";
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

/** What scalars do, without the rest: the descriptions that they lack would erase those of the SDL. */
const scalarFunctions = Object.fromEntries(
  Object.entries(scalars).map(([name, { serialize, parseValue, parseLiteral }]) => [
    name,
    { serialize, parseValue, parseLiteral },
  ]),
);

/** The executable schema. Throws when a resolver names a field that the schema does not have. */
export function buildSchema(): GraphQLSchema {
  return enforcePermissions(
    makeExecutableSchema({
      typeDefs,
      resolvers: [scalarFunctions, ...entities],
      resolverValidationOptions: { requireResolversToMatchSchema: "error" },
    }),
  );
}
