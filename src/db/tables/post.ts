import { sql } from "drizzle-orm";
import {
  check,
  foreignKey,
  index,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { accounts, networks } from "./account.ts";
import { checkWords } from "./check-words.ts";
import { createdAt, externalId, id, moment, word, workspaceId } from "./columns.ts";
import { members } from "./member.ts";

export const postStatuses = [
  "DRAFT",
  "NEEDS_APPROVAL",
  "SCHEDULED",
  "PUBLISHING",
  "PUBLISHED",
  "FAILED",
] as const;

/** Pieces of content, each on one account. */
export const posts = pgTable(
  "posts",
  {
    workspaceId: workspaceId(),
    id: id(),
    externalId: externalId(),
    accountId: uuid("account_id").notNull(),
    /** The account's, repeated here so that the posts of a network are one range of an index. */
    network: word("network", networks),
    authorId: uuid("author_id"),
    status: word("status", postStatuses),
    body: text("body").notNull(),
    link: text("link"),
    createdAt: createdAt(),
    scheduledAt: moment("scheduled_at"),
    publishedAt: moment("published_at"),
    timelineAt: moment("timeline_at")
      .notNull()
      .generatedAlwaysAs(sql`coalesce(published_at, scheduled_at, created_at)`),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    unique("posts_external_id_key").on(table.workspaceId, table.externalId),
    // The timeline of the whole workspace, and what post_tags repeats.
    unique("posts_timeline_key").on(
      table.workspaceId,
      table.timelineAt,
      table.id,
      table.accountId,
      table.network,
      table.status,
    ),
    foreignKey({
      name: "posts_account_fk",
      columns: [table.workspaceId, table.accountId, table.network],
      foreignColumns: [accounts.workspaceId, accounts.id, accounts.network],
    }).onUpdate("cascade"),
    foreignKey({
      columns: [table.workspaceId, table.authorId],
      foreignColumns: [members.workspaceId, members.id],
    }),
    index("posts_by_account").on(table.workspaceId, table.accountId, table.timelineAt, table.id),
    index("posts_by_status").on(table.workspaceId, table.status, table.timelineAt, table.id),
    index("posts_by_account_status").on(
      table.workspaceId,
      table.accountId,
      table.status,
      table.timelineAt,
      table.id,
    ),
    index("posts_by_network_status").on(
      table.workspaceId,
      table.network,
      table.status,
      table.timelineAt,
      table.id,
    ),
    index("posts_by_author").on(table.workspaceId, table.authorId, table.timelineAt, table.id),
    index("posts_by_author_status").on(
      table.workspaceId,
      table.authorId,
      table.status,
      table.timelineAt,
      table.id,
    ),
    checkWords("posts_network_check", table.network, networks),
    checkWords("posts_status_check", table.status, postStatuses),
    check(
      "posts_published_check",
      sql`(${table.status} = 'PUBLISHED') = (${table.publishedAt} is not null)`,
    ),
  ],
);

export type PostRow = typeof posts.$inferSelect;
