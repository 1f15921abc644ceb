import type { RequestContext } from "../context.ts";
import { badUserInput } from "../errors.ts";
import { accountById } from "../loaders/account.ts";
import { commentById } from "../loaders/comment.ts";
import { contactById } from "../loaders/contact.ts";
import { fromGlobalId } from "../loaders/global-id.ts";
import { mediaById } from "../loaders/media.ts";
import { memberById } from "../loaders/member.ts";
import { postById } from "../loaders/post.ts";
import { tagById } from "../loaders/tag.ts";
import { workspaceById } from "../loaders/workspace.ts";
import type { Resolvers } from "../schema/types.generated.ts";

/** Every type that is a Node, with the loader of its rows. A test holds it against the schema. */
const loaders = {
  Account: accountById,
  Comment: commentById,
  Contact: contactById,
  Media: mediaById,
  Member: memberById,
  Post: postById,
  Tag: tagById,
  Workspace: workspaceById,
};

type NodeType = keyof typeof loaders;

/** At most so many ids at once. */
const MAX_IDS = 100;

async function load(globalId: string, context: RequestContext) {
  const { type, id } = fromGlobalId(globalId);
  if (!Object.hasOwn(loaders, type)) throw badUserInput(`there is no node type ${type}`);
  const row = await loaders[type as NodeType](context).load(id);
  return row && { ...row, __typename: type as NodeType };
}

export const node = {
  Query: {
    node: (_, { id }, context) => load(id, context),
    nodes: (_, { ids }, context) => {
      if (ids.length > MAX_IDS) {
        throw badUserInput(`ids has ${ids.length} values; it may have at most ${MAX_IDS}`);
      }
      // The generated type asks for plain rows in a list; graphql-js waits for each as it does elsewhere.
      return ids.map((id) => load(id, context)) as never[];
    },
  },
  Node: {
    __resolveType: (row) => (row as unknown as { __typename: NodeType }).__typename,
  },
} satisfies Resolvers;
