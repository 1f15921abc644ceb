import type { WorkspaceTransaction } from "../../db/workspace-transaction.ts";
import type { ImportKind } from "./kinds.ts";
import { stagingOf } from "./staging.ts";

/** What became of a kind's good lines. */
export interface Loaded {
  inserted: number;
  updated: number;
  unchanged: number;
}

interface Plan {
  table: string;
  key: string;
  /** Column → its value from the staged line `s`, the row that is there `e`, and the joined rows. */
  columns: Record<string, string>;
  /** Joins of what the line refers to; `$` stands for the workspace. */
  joins: string;
}

// A line says all of a row: what it leaves out has its default. Only a creation time that is left out
// stays as it is, or every import would change it.
const plans: Record<ImportKind, Plan> = {
  account: {
    table: "accounts",
    key: "external_id",
    columns: {
      network: "s.network",
      handle: "s.handle",
      display_name: `s."displayName"`,
      avatar_url: `s."avatarUrl"`,
      follower_count: `coalesce(s."followerCount", 0)`,
      health: "coalesce(s.health, 'HEALTHY')",
      created_at: `coalesce(s."createdAt", e.created_at, now()::timestamptz(3))`,
    },
    joins: "",
  },
  contact: {
    table: "contacts",
    key: "external_id",
    columns: {
      network: "s.network",
      handle: "s.handle",
      display_name: `s."displayName"`,
      avatar_url: `s."avatarUrl"`,
      created_at: `coalesce(s."createdAt", e.created_at, now()::timestamptz(3))`,
    },
    joins: "",
  },
  post: {
    table: "posts",
    key: "external_id",
    columns: {
      account_id: "a.id",
      network: "a.network",
      status: "s.status",
      body: "s.body",
      link: "s.link",
      created_at: `coalesce(s."createdAt", e.created_at, s."publishedAt", now()::timestamptz(3))`,
      scheduled_at: `s."scheduledAt"`,
      published_at: `s."publishedAt"`,
    },
    joins: `join accounts a on a.workspace_id = $ and a.external_id = s.account`,
  },
  metrics: {
    table: "post_metrics",
    key: "post_id",
    columns: {
      ...Object.fromEntries(
        ["impressions", "reach", "likes", "comments", "shares", "clicks", "saves"].map((name) => [
          name,
          `coalesce(s.${name}, 0)`,
        ]),
      ),
      video_views: `coalesce(s."videoViews", 0)`,
      captured_at: `s."capturedAt"`,
    },
    joins: `join posts o on o.workspace_id = $ and o.external_id = s.post`,
  },
  comment: {
    table: "comments",
    key: "external_id",
    columns: {
      account_id: "o.account_id",
      post_id: "o.id",
      parent_id: "coalesce(p.id, sp.id)",
      contact_id: "k.id",
      status: "coalesce(s.status, 'NEW')",
      body: "s.body",
      created_at: `s."createdAt"`,
    },
    joins: `
      join posts o on o.workspace_id = $ and o.external_id = s.post
      join contacts k on k.workspace_id = $ and k.external_id = s.contact
      left join comments p on p.workspace_id = $ and p.external_id = s.parent
      left join ${stagingOf("comment")} sp on sp."externalId" = s.parent`,
  },
};

/**
 * Writes a kind's good lines: new rows, and rows that differ. What is the same already is not touched,
 * so that a second import of a file writes nothing.
 */
export async function loadKind(
  transaction: WorkspaceTransaction,
  workspaceId: string,
  kind: ImportKind,
): Promise<Loaded> {
  const { table, key, columns, joins } = plans[kind];
  const workspace = `'${workspaceId}'::uuid`;
  const names = Object.keys(columns);
  const values = Object.values(columns);
  const keys = kind === "metrics" ? ["post_id"] : ["id", "external_id"];
  const keyValues = kind === "metrics" ? ["o.id"] : ["s.id", `s."externalId"`];
  const existing = kind === "metrics" ? "e.post_id = o.id" : `e.external_id = s."externalId"`;
  const both = (prefix: string) => names.map((name) => `${prefix}.${name}`).join(", ");
  const [counts] = await transaction.unsafe<
    { inserted: number; updated: number; lines: number }[]
  >(`
    with written as (
      insert into ${table} as t (workspace_id, ${[...keys, ...names].join(", ")})
      select ${[workspace, ...keyValues, ...values].join(", ")}
      from ${stagingOf(kind)} s ${joins.replaceAll("$", workspace)}
      left join ${table} e on e.workspace_id = ${workspace} and ${existing}
      where e.workspace_id is null or (${both("e")}) is distinct from (${values.join(", ")})
      -- As they were read: their ids come in order, and a join's order would scatter them over the indexes.
      order by s.line
      on conflict (workspace_id, ${key}) do update
      set ${names.map((name) => `${name} = excluded.${name}`).join(", ")}
      where t.workspace_id = ${workspace} and (${both("t")}) is distinct from (${both("excluded")})
      returning (xmax = 0) as is_new
    )
    select
      count(*) filter (where is_new)::int as inserted,
      count(*) filter (where not is_new)::int as updated,
      (select count(*) from ${stagingOf(kind)})::int as lines
    from written`);
  const { inserted, updated, lines } = counts ?? { inserted: 0, updated: 0, lines: 0 };
  return { inserted, updated, unchanged: lines - inserted - updated };
}
