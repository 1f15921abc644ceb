import { defineRelations } from "drizzle-orm";
import { bigint, integer, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

const moment = (name) => timestamp(name, { precision: 3, withTimezone: true });
const counter = (name) => bigint(name, { mode: "number" }).notNull();
const byRow = (table) => [primaryKey({ columns: [table.workspaceId, table.id] })];
const row = () => ({ workspaceId: uuid("workspace_id").notNull(), id: uuid("id").notNull() });

const accounts = pgTable(
  "accounts",
  {
    ...row(),
    network: text("network").notNull(),
    handle: text("handle").notNull(),
    displayName: text("display_name").notNull(),
    followerCount: integer("follower_count").notNull(),
    createdAt: moment("created_at").notNull(),
  },
  byRow,
);

const posts = pgTable(
  "posts",
  {
    ...row(),
    accountId: uuid("account_id").notNull(),
    status: text("status").notNull(),
    body: text("body").notNull(),
    createdAt: moment("created_at").notNull(),
    publishedAt: moment("published_at"),
    timelineAt: moment("timeline_at").notNull(),
  },
  byRow,
);

const metrics = pgTable(
  "post_metrics",
  {
    workspaceId: uuid("workspace_id").notNull(),
    postId: uuid("post_id").notNull(),
    impressions: counter("impressions"),
    reach: counter("reach"),
    likes: counter("likes"),
    comments: counter("comments"),
    shares: counter("shares"),
    clicks: counter("clicks"),
    capturedAt: moment("captured_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.postId] })],
);

const comments = pgTable(
  "comments",
  {
    ...row(),
    postId: uuid("post_id").notNull(),
    contactId: uuid("contact_id").notNull(),
    status: text("status").notNull(),
    body: text("body").notNull(),
    createdAt: moment("created_at").notNull(),
  },
  byRow,
);

const contacts = pgTable(
  "contacts",
  {
    ...row(),
    handle: text("handle").notNull(),
    displayName: text("display_name").notNull(),
    avatarUrl: text("avatar_url"),
  },
  byRow,
);

/** Along the foreign keys, within the workspace. */
export const relations = defineRelations({ accounts, posts, metrics, comments, contacts }, (r) => ({
  accounts: {
    posts: r.many.posts({
      from: [r.accounts.workspaceId, r.accounts.id],
      to: [r.posts.workspaceId, r.posts.accountId],
    }),
  },
  posts: {
    metrics: r.one.metrics({
      from: [r.posts.workspaceId, r.posts.id],
      to: [r.metrics.workspaceId, r.metrics.postId],
    }),
    comments: r.many.comments({
      from: [r.posts.workspaceId, r.posts.id],
      to: [r.comments.workspaceId, r.comments.postId],
    }),
  },
  comments: {
    author: r.one.contacts({
      from: [r.comments.workspaceId, r.comments.contactId],
      to: [r.contacts.workspaceId, r.contacts.id],
      optional: false,
    }),
    post: r.one.posts({
      from: [r.comments.workspaceId, r.comments.postId],
      to: [r.posts.workspaceId, r.posts.id],
      optional: false,
    }),
  },
}));
