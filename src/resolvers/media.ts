import { mediaById } from "../loaders/media.ts";
import type { Resolvers } from "../schema/types.generated.ts";
import { nodeId } from "./node.ts";

export const media = {
  Media: {
    id: nodeId("Media", mediaById, (row) => row.id),
  },
} satisfies Resolvers;
