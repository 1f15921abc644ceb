import type { Client } from "./client.ts";

/**
 * Tells the planner what a bulk load changed: without statistics the first plans would be made for
 * empty tables. `client` is the owner's.
 */
export async function refreshStatistics(client: Client): Promise<void> {
  await client.unsafe(
    "analyze accounts, comments, contacts, media, members, post_metrics, post_tags, posts, tags",
  );
}
