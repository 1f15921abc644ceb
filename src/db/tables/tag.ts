import { foreignKey, index, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { networks } from "./account.ts";
import { checkWords } from "./check-words.ts";
import { createdAt, id, moment, word, workspaceId } from "./columns.ts";
import { posts, postStatuses } from "./post.ts";
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
  ],
);

/** Which post carries which tag. */
export const postTags = pgTable(
  "post_tags",
  {
    workspaceId: workspaceId(),
    postId: uuid("post_id").notNull(),
    tagId: uuid("tag_id").notNull(),
    /**
     * The post's own, as all below: kept equal by the foreign key, so that a tag's posts are one range
     * of an index, also those of an account, of a network or with a status.
     */
    timelineAt: moment("timeline_at").notNull(),
    accountId: uuid("account_id").notNull(),
    network: word("network", networks),
    status: word("status", postStatuses),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.postId, table.tagId] }),
    foreignKey({
      name: "post_tags_post_fk",
      columns: [
        table.workspaceId,
        table.timelineAt,
        table.postId,
        table.accountId,
        table.network,
        table.status,
      ],
      foreignColumns: [
        posts.workspaceId,
        posts.timelineAt,
        posts.id,
        posts.accountId,
        posts.network,
        posts.status,
      ],
    })
      .onDelete("cascade")
      .onUpdate("cascade"),
    foreignKey({
      columns: [table.workspaceId, table.tagId],
      foreignColumns: [tags.workspaceId, tags.id],
    }).onDelete("cascade"),
    index("post_tags_by_tag").on(table.workspaceId, table.tagId, table.timelineAt, table.postId),
    index("post_tags_by_tag_status").on(
      table.workspaceId,
      table.tagId,
      table.status,
      table.timelineAt,
      table.postId,
    ),
    index("post_tags_by_tag_account_status").on(
      table.workspaceId,
      table.tagId,
      table.accountId,
      table.status,
      table.timelineAt,
      table.postId,
    ),
    index("post_tags_by_tag_network_status").on(
      table.workspaceId,
      table.tagId,
      table.network,
      table.status,
      table.timelineAt,
      table.postId,
    ),
    checkWords("post_tags_network_check", table.network, networks),
    checkWords("post_tags_status_check", table.status, postStatuses),
  ],
);

export type TagRow = typeof tags.$inferSelect;
