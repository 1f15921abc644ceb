import { pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { createdAt, workspaceId } from "./columns.ts";

/** The tenants. Their key is called `workspace_id` too: one rule, one policy, one predicate for every table. */
export const workspaces = pgTable(
  "workspaces",
  { workspaceId: workspaceId(), name: text("name").notNull(), createdAt: createdAt() },
  (table) => [primaryKey({ columns: [table.workspaceId] })],
);

export type WorkspaceRow = typeof workspaces.$inferSelect;
