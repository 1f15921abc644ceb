import { commentsOfContact } from "../loaders/comment.ts";
import { contactById, contactsOfWorkspace } from "../loaders/contact.ts";
import type { Resolvers } from "../schema/types.generated.ts";
import { nodeId } from "./node.ts";

export const contact = {
  Query: {
    contacts: (_, args, context) => contactsOfWorkspace(context, args),
  },
  Contact: {
    id: nodeId("Contact", contactById, (row) => row.id),
    comments: (row, args, context) => commentsOfContact(context, args, row.id),
  },
} satisfies Resolvers;
