import { postTags, tags, type TagRow } from "../db/tables/tag.ts";
import { byId } from "./by-id.ts";
import { connection } from "./connection.ts";

export const tagById = byId<TagRow>("tagById", tags);

export const tagsOfWorkspace = connection<TagRow>({
  name: "Query.tags",
  table: tags,
  orders: { NAME: { by: tags.name, direction: "asc" } },
});

export const tagsOfPost = connection<TagRow>({
  name: "Post.tags",
  table: tags,
  parent: postTags.postId,
  through: { table: postTags, id: postTags.tagId, sort: postTags.tagId },
  orders: { CREATION: { by: tags.id, direction: "asc" } },
});
