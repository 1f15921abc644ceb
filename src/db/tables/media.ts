import { foreignKey, integer, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { checkWords } from "./check-words.ts";
import { id, word, workspaceId } from "./columns.ts";
import { posts } from "./post.ts";

export const mediaKinds = ["IMAGE", "VIDEO", "GIF"] as const;

/** Pictures and videos of a post, in the order in which they are shown. */
export const media = pgTable(
  "media",
  {
    workspaceId: workspaceId(),
    id: id(),
    postId: uuid("post_id").notNull(),
    position: integer("position").notNull(),
    kind: word("kind", mediaKinds),
    url: text("url").notNull(),
    altText: text("alt_text"),
    width: integer("width"),
    height: integer("height"),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    unique("media_position_key").on(table.workspaceId, table.postId, table.position, table.id),
    foreignKey({
      columns: [table.workspaceId, table.postId],
      foreignColumns: [posts.workspaceId, posts.id],
    }).onDelete("cascade"),
    checkWords("media_kind_check", table.kind, mediaKinds),
  ],
);

export type MediaRow = typeof media.$inferSelect;
