import { media, type MediaRow } from "../db/tables/media.ts";
import { byId } from "./by-id.ts";
import { connection } from "./connection.ts";

export const mediaById = byId<MediaRow>("mediaById", media);

export const mediaOfPost = connection<MediaRow>({
  name: "Post.media",
  table: media,
  parent: media.postId,
  orders: { POSITION: { by: media.position, direction: "asc" } },
});
