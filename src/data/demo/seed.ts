import type { Client } from "../../db/client.ts";
import { connectForLoad } from "../../db/copy.ts";
import { refreshStatistics } from "../../db/statistics.ts";
import { accounts } from "../../db/tables/account.ts";
import { comments } from "../../db/tables/comment.ts";
import { contacts } from "../../db/tables/contact.ts";
import { media } from "../../db/tables/media.ts";
import { members } from "../../db/tables/member.ts";
import { postMetrics } from "../../db/tables/post-metrics.ts";
import { posts } from "../../db/tables/post.ts";
import { postTags, tags } from "../../db/tables/tag.ts";
import { inWorkspace, type WorkspaceTransaction } from "../../db/workspace-transaction.ts";
import { BulkLoad } from "../bulk.ts";
import {
  accountColumns,
  accountRows,
  audienceOf,
  castOf,
  contactColumns,
  memberColumns,
  memberRows,
  moment,
  tagColumns,
  tagRows,
  workspaceIdOf,
  type Audience,
  type Cast,
} from "./cast.ts";
import { commentColumns } from "./conversation.ts";
import {
  layerBatches,
  MAXIMUM_SCALE,
  mediaColumns,
  postColumns,
  postsPerLayer,
  postTagColumns,
  spanOf,
} from "./layer.ts";
import { metricsColumns } from "./numbers.ts";
import { demoWorkspaces } from "./workspaces.ts";

/** How far a seeding is. */
export interface SeedProgress {
  /** Posts loaded or found, with all that belongs to them. */
  done: number;
  total: number;
  workspace: string;
  layer: number;
}

export interface SeedSummary {
  /** The demo workspaces, the one with fifteen accounts first. */
  workspaces: { id: string; name: string }[];
  /** Layers loaded by this run, and layers that were there. */
  layers: { added: number; found: number };
  /** Rows loaded by this run, by table. */
  rows: Record<string, number>;
}

/** The ids and names of the demo workspaces: the same in every database. */
export function demoWorkspaceList(): { id: string; name: string }[] {
  return demoWorkspaces.map((each) => ({ id: workspaceIdOf(each), name: each.name }));
}

/**
 * Loads the demo data set into a migrated database: the same rows each time, on every machine.
 * It lies in layers, each further in the past; what is there already is left alone, so that a second
 * run changes nothing and a larger `scale` adds layers. One workspace's layer is one transaction.
 */
export async function seedDemo(options: {
  ownerUrl: string;
  scale?: number;
  onProgress?: (progress: SeedProgress) => void;
}): Promise<SeedSummary> {
  const scale = options.scale ?? 1;
  if (!Number.isSafeInteger(scale) || scale < 1 || scale > MAXIMUM_SCALE) {
    throw new RangeError(`scale must be a whole number from 1 to ${MAXIMUM_SCALE}`);
  }
  const casts = demoWorkspaces.map(castOf);
  const total = casts.reduce((sum, cast) => sum + postsPerLayer(cast), 0) * scale;
  const summary: SeedSummary = {
    workspaces: demoWorkspaceList(),
    layers: { added: 0, found: 0 },
    rows: {},
  };
  const client = connectForLoad(options.ownerUrl, "socialhub seed");
  try {
    let done = 0;
    for (let layer = 0; layer < scale; layer += 1) {
      for (const cast of casts) {
        const start = done;
        const report = (count: number) => {
          done = start + count;
          options.onProgress?.({ done, total, workspace: cast.workspace.name, layer });
        };
        const rows = await seedLayer(client, cast, layer, report);
        report(postsPerLayer(cast));
        if (rows) summary.layers.added += 1;
        else summary.layers.found += 1;
        for (const [name, count] of Object.entries(rows ?? {})) {
          summary.rows[name] = (summary.rows[name] ?? 0) + count;
        }
      }
    }
    if (summary.layers.added > 0) await refreshStatistics(client);
  } finally {
    await client.end({ timeout: 5 });
  }
  return summary;
}

/** Loads one layer of one workspace, whole or not at all. Undefined when it is there already. */
function seedLayer(
  client: Client,
  cast: Cast,
  layer: number,
  report: (posts: number) => void,
): Promise<Record<string, number> | undefined> {
  const { workspaceId } = cast;
  const audience = audienceOf(cast, layer, spanOf(layer).from);
  return inWorkspace(client, workspaceId, async (transaction) => {
    // Whoever seeds the same database at this moment comes after, and finds what is done.
    await transaction`select pg_advisory_xact_lock(hashtextextended('socialhub demo', 0))`;
    if (await isThere(transaction, workspaceId, audience)) return undefined;
    const rows: Record<string, number> = {};
    if (layer === 0) Object.assign(rows, await loadCast(transaction, cast));
    return Object.assign(rows, await loadLayer(transaction, cast, layer, audience, report));
  });
}

/** A layer is there when its first contact is: they are committed together. */
async function isThere(transaction: WorkspaceTransaction, workspaceId: string, audience: Audience) {
  const contactId = audience.rows[0]?.[0] ?? null;
  const found = await transaction`
    select 1 from contacts where workspace_id = ${workspaceId}::uuid and id = ${contactId}::uuid`;
  return found.length > 0;
}

/** Loads a workspace with its members, accounts and tags. */
export async function loadCast(transaction: WorkspaceTransaction, cast: Cast) {
  const { workspace, workspaceId } = cast;
  await transaction`
    insert into workspaces (workspace_id, name, created_at)
    values (${workspaceId}::uuid, ${workspace.name}, ${moment(workspace.createdAt)}::timestamptz)`;
  const load = (table: typeof members | typeof accounts | typeof tags, columns: string[]) =>
    new BulkLoad(transaction, workspaceId, table, columns);
  await load(members, memberColumns).add(memberRows(cast));
  await load(accounts, accountColumns).add(accountRows(cast));
  await load(tags, tagColumns).add(tagRows(cast));
  return {
    workspaces: 1,
    members: workspace.members.length,
    accounts: cast.accounts.length,
    tags: cast.tagIds.length,
  };
}

/** Loads one layer of a workspace: contacts, and posts with all that belongs to them. */
export async function loadLayer(
  transaction: WorkspaceTransaction,
  cast: Cast,
  layer: number,
  audience: Audience,
  report: (posts: number) => void,
) {
  const { workspaceId } = cast;
  const people = new BulkLoad(transaction, workspaceId, contacts, contactColumns);
  const loads = {
    posts: new BulkLoad(transaction, workspaceId, posts, postColumns),
    metrics: new BulkLoad(transaction, workspaceId, postMetrics, metricsColumns, "as a set"),
    media: new BulkLoad(transaction, workspaceId, media, mediaColumns, "as a set"),
    postTags: new BulkLoad(transaction, workspaceId, postTags, postTagColumns, "as a set"),
    comments: new BulkLoad(transaction, workspaceId, comments, commentColumns, "as a set"),
  };
  await people.add(audience.rows);
  for (const batch of layerBatches(cast, layer, audience)) {
    await loads.posts.add(batch.posts);
    await loads.metrics.add(batch.metrics);
    await loads.media.add(batch.media);
    await loads.postTags.add(batch.postTags);
    await loads.comments.add(batch.comments);
    report(loads.posts.count);
  }
  return {
    contacts: people.count,
    posts: loads.posts.count,
    post_metrics: loads.metrics.count,
    media: loads.media.count,
    post_tags: loads.postTags.count,
    comments: loads.comments.count,
  };
}
