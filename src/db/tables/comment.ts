import { sql } from "drizzle-orm";
import {
  boolean,
  foreignKey,
  index,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { accounts } from "./account.ts";
import { checkWords } from "./check-words.ts";
import { createdAt, externalId, id, word, workspaceId } from "./columns.ts";
import { contacts } from "./contact.ts";
import { posts } from "./post.ts";

export const commentStatuses = ["NEW", "READ", "ANSWERED", "HIDDEN"] as const;

/** What the audience wrote under a post; replies point to the comment they answer. */
export const comments = pgTable(
  "comments",
  {
    workspaceId: workspaceId(),
    id: id(),
    externalId: externalId(),
    /** The post's account, repeated here so that the inbox of some accounts is one range of an index. */
    accountId: uuid("account_id").notNull(),
    postId: uuid("post_id").notNull(),
    parentId: uuid("parent_id"),
    /** Whether it answers no other comment; a column, because an index does not serve "is null" and "is not null" alike. */
    startsThread: boolean("starts_thread")
      .notNull()
      .generatedAlwaysAs(sql`(parent_id is null)`),
    contactId: uuid("contact_id").notNull(),
    status: word("status", commentStatuses).default("NEW"),
    body: text("body").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    unique("comments_external_id_key").on(table.workspaceId, table.externalId),
    foreignKey({
      columns: [table.workspaceId, table.accountId],
      foreignColumns: [accounts.workspaceId, accounts.id],
    }),
    foreignKey({
      columns: [table.workspaceId, table.postId],
      foreignColumns: [posts.workspaceId, posts.id],
    }).onDelete("cascade"),
    foreignKey({
      columns: [table.workspaceId, table.parentId],
      foreignColumns: [table.workspaceId, table.id],
    }).onDelete("cascade"),
    foreignKey({
      columns: [table.workspaceId, table.contactId],
      foreignColumns: [contacts.workspaceId, contacts.id],
    }),
    index("comments_by_creation").on(table.workspaceId, table.createdAt, table.id),
    index("comments_by_post").on(table.workspaceId, table.postId, table.createdAt, table.id),
    index("comments_by_parent")
      .on(table.workspaceId, table.parentId, table.createdAt, table.id)
      .where(sql`${table.parentId} is not null`),
    index("comments_by_post_status_thread").on(
      table.workspaceId,
      table.postId,
      table.status,
      table.startsThread,
      table.createdAt,
      table.id,
    ),
    index("comments_by_account").on(table.workspaceId, table.accountId, table.createdAt, table.id),
    index("comments_by_account_status_thread").on(
      table.workspaceId,
      table.accountId,
      table.status,
      table.startsThread,
      table.createdAt,
      table.id,
    ),
    index("comments_by_status_thread").on(
      table.workspaceId,
      table.status,
      table.startsThread,
      table.createdAt,
      table.id,
    ),
    index("comments_by_contact").on(table.workspaceId, table.contactId, table.createdAt, table.id),
    index("comments_by_contact_status_thread").on(
      table.workspaceId,
      table.contactId,
      table.status,
      table.startsThread,
      table.createdAt,
      table.id,
    ),
    checkWords("comments_status_check", table.status, commentStatuses),
  ],
);

export type CommentRow = typeof comments.$inferSelect;
