import { foreignKey, pgTable, primaryKey, uuid } from "drizzle-orm/pg-core";
import { counter, moment, workspaceId } from "./columns.ts";
import { posts } from "./post.ts";

/** A post's current counters, and when they were taken. At most one row a post. */
export const postMetrics = pgTable(
  "post_metrics",
  {
    workspaceId: workspaceId(),
    postId: uuid("post_id").notNull(),
    impressions: counter("impressions"),
    reach: counter("reach"),
    likes: counter("likes"),
    comments: counter("comments"),
    shares: counter("shares"),
    clicks: counter("clicks"),
    saves: counter("saves"),
    videoViews: counter("video_views"),
    capturedAt: moment("captured_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.postId] }),
    foreignKey({
      columns: [table.workspaceId, table.postId],
      foreignColumns: [posts.workspaceId, posts.id],
    }).onDelete("cascade"),
  ],
);

export type PostMetricsRow = typeof postMetrics.$inferSelect;
