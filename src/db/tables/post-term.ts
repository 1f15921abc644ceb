import { pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { moment, workspaceId } from "./columns.ts";

/**
 * Which word stands in which post: a post once for each of its words, so that the posts with a word are one
 * range of the key. Filled by triggers on posts, which have the rights of whoever writes: nobody else writes here.
 */
export const postTerms = pgTable(
  "post_terms",
  {
    workspaceId: workspaceId(),
    term: text("term").notNull(),
    /** The post's own. */
    timelineAt: moment("timeline_at").notNull(),
    postId: uuid("post_id").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.term, table.timelineAt, table.postId] }),
  ],
);
