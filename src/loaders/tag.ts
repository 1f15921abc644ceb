import { postTags, tags, type TagRow } from "../db/tables/tag.ts";
import { byId } from "./by-id.ts";
import { connection } from "./connection.ts";

export const tagById = byId<TagRow>("tagById", tags);

export const tagsOfWorkspace = connection<TagRow>({
  name: "Query.tags",
  table: tags,
  orders: { NAME: { by: tags.name, direction: "asc", isUnique: true } },
});

export const tagsOfPost = connection<TagRow>({
  name: "Post.tags",
  table: tags,
  parent: postTags.postId,
  through: { table: postTags, columns: new Map([[tags.id, postTags.tagId]]) },
  orders: { CREATION: { by: tags.id, direction: "asc" } },
});
