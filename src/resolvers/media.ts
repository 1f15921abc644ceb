import { toGlobalId } from "../loaders/global-id.ts";
import type { Resolvers } from "../schema/types.generated.ts";

export const media = {
  Media: {
    id: (row) => toGlobalId("Media", row.id),
  },
} satisfies Resolvers;
