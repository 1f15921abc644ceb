import { commentsOfContact } from "../loaders/comment.ts";
import { contactsOfWorkspace } from "../loaders/contact.ts";
import { toGlobalId } from "../loaders/global-id.ts";
import type { Resolvers } from "../schema/types.generated.ts";

export const contact = {
  Query: {
    contacts: (_, args, context) => contactsOfWorkspace(context, args),
  },
  Contact: {
    id: (row) => toGlobalId("Contact", row.id),
    comments: (row, args, context) => commentsOfContact(context, args, row.id),
  },
} satisfies Resolvers;
