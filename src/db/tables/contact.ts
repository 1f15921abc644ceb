import { foreignKey, index, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { networks } from "./account.ts";
import { checkWords } from "./check-words.ts";
import { createdAt, externalId, id, word, workspaceId } from "./columns.ts";
import { workspaces } from "./workspace.ts";

/** People of the audience, each on one network: the authors of comments. */
export const contacts = pgTable(
  "contacts",
  {
    workspaceId: workspaceId(),
    id: id(),
    externalId: externalId(),
    network: word("network", networks),
    handle: text("handle").notNull(),
    displayName: text("display_name").notNull(),
    avatarUrl: text("avatar_url"),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    unique("contacts_external_id_key").on(table.workspaceId, table.externalId),
    foreignKey({ columns: [table.workspaceId], foreignColumns: [workspaces.workspaceId] }),
    index("contacts_by_creation").on(table.workspaceId, table.createdAt, table.id),
    index("contacts_by_network").on(table.workspaceId, table.network, table.createdAt, table.id),
    checkWords("contacts_network_check", table.network, networks),
  ],
);

export type ContactRow = typeof contacts.$inferSelect;
