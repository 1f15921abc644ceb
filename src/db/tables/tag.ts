import { foreignKey, index, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment, workspaceId } from "./columns.ts";
import { posts } from "./post.ts";
import { workspaces } from "./workspace.ts";

/** Labels of a workspace, for its posts. */
export const tags = pgTable(
  "tags",
  {
    workspaceId: workspaceId(),
    id: id(),
    name: text("name").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    unique("tags_name_key").on(table.workspaceId, table.name),
    foreignKey({ columns: [table.workspaceId], foreignColumns: [workspaces.workspaceId] }),
    index("tags_by_name").on(table.workspaceId, table.name, table.id),
  ],
);

/** Which post carries which tag. */
export const postTags = pgTable(
  "post_tags",
  {
    workspaceId: workspaceId(),
    postId: uuid("post_id").notNull(),
    tagId: uuid("tag_id").notNull(),
    /** The post's own, kept equal by the foreign key, so that a tag's posts are one range of an index. */
    timelineAt: moment("timeline_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.postId, table.tagId] }),
    foreignKey({
      name: "post_tags_post_fk",
      columns: [table.workspaceId, table.timelineAt, table.postId],
      foreignColumns: [posts.workspaceId, posts.timelineAt, posts.id],
    })
      .onDelete("cascade")
      .onUpdate("cascade"),
    foreignKey({
      columns: [table.workspaceId, table.tagId],
      foreignColumns: [tags.workspaceId, tags.id],
    }).onDelete("cascade"),
    index("post_tags_by_tag").on(table.workspaceId, table.tagId, table.timelineAt, table.postId),
  ],
);

export type TagRow = typeof tags.$inferSelect;
