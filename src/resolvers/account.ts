import { accountById, accountsOfWorkspace } from "../loaders/account.ts";
import { rowId } from "../loaders/global-id.ts";
import { postsOfAccount } from "../loaders/post.ts";
import type { Resolvers } from "../schema/types.generated.ts";
import { nodeId } from "./node.ts";

export const account = {
  Query: {
    account: (_, { id }, context) => accountById(context).load(rowId(id, "Account")),
    accounts: (_, args, context) => accountsOfWorkspace(context, args),
  },
  Account: {
    id: nodeId("Account", accountById, (row) => row.id),
    posts: (row, args, context) => postsOfAccount(context, args, row.id),
  },
} satisfies Resolvers;
