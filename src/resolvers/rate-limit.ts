import { viewerOf, type RequestContext } from "../context.ts";
import type { Resolvers } from "../schema/types.generated.ts";

export const rateLimit = {
  Query: {
    rateLimit: (_, __, context) => {
      const { charge, measured } = admitted(context);
      const { limit, remaining, resetAt } = charge.tightest;
      const cost = charge.requested;
      return {
        limit,
        remaining,
        resetAt: inDatabaseForm(resetAt),
        cost,
        nodes: measured.nodes ?? 0,
      };
    },
  },
} satisfies Resolvers;

function admitted(context: RequestContext) {
  const { charge } = context;
  if (!charge) throw new Error(`${viewerOf(context).name} was let in without a charge`);
  return { ...context, charge };
}

/** As PostgreSQL writes a moment: what the scalar takes. */
const inDatabaseForm = (moment: number) =>
  new Date(moment).toISOString().replace("T", " ").replace("Z", "+00");
