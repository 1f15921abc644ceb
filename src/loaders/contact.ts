import { contacts, type ContactRow } from "../db/tables/contact.ts";
import { byId } from "./by-id.ts";
import { connection } from "./connection.ts";
import { anyOf } from "./filters.ts";
import { selected } from "./selected-columns.ts";

export const contactById = byId<ContactRow>("contactById", contacts, {
  reads: selected("Contact"),
});

export const contactsOfWorkspace = connection<ContactRow>({
  name: "Query.contacts",
  table: contacts,
  reads: selected("Contact"),
  orders: {
    NEWEST_FIRST: { by: contacts.createdAt, direction: "desc" },
    OLDEST_FIRST: { by: contacts.createdAt, direction: "asc" },
  },
  filters: { networks: anyOf(contacts.network) },
});
