import { foreignKey, index, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { checkWords } from "./check-words.ts";
import { counter, createdAt, externalId, id, word, workspaceId } from "./columns.ts";
import { workspaces } from "./workspace.ts";

export const networks = [
  "BLUESKY",
  "FACEBOOK",
  "INSTAGRAM",
  "LINKEDIN",
  "MASTODON",
  "PINTEREST",
  "THREADS",
  "TIKTOK",
  "X",
  "YOUTUBE",
] as const;

export const accountHealths = ["HEALTHY", "EXPIRING", "DISCONNECTED"] as const;

/** Social accounts (channels), each on one network. */
export const accounts = pgTable(
  "accounts",
  {
    workspaceId: workspaceId(),
    id: id(),
    externalId: externalId(),
    network: word("network", networks),
    handle: text("handle").notNull(),
    displayName: text("display_name").notNull(),
    avatarUrl: text("avatar_url"),
    followerCount: counter("follower_count"),
    health: word("health", accountHealths).default("HEALTHY"),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    unique("accounts_external_id_key").on(table.workspaceId, table.externalId),
    foreignKey({ columns: [table.workspaceId], foreignColumns: [workspaces.workspaceId] }),
    index("accounts_by_creation").on(table.workspaceId, table.createdAt, table.id),
    index("accounts_by_name").on(table.workspaceId, table.displayName, table.id),
    index("accounts_by_followers").on(table.workspaceId, table.followerCount, table.id),
    // What posts.network refers to.
    unique("accounts_network_key").on(table.workspaceId, table.id, table.network),
    index("accounts_by_network_health").on(
      table.workspaceId,
      table.network,
      table.health,
      table.createdAt,
      table.id,
    ),
    index("accounts_by_network_health_name").on(
      table.workspaceId,
      table.network,
      table.health,
      table.displayName,
      table.id,
    ),
    index("accounts_by_network_health_followers").on(
      table.workspaceId,
      table.network,
      table.health,
      table.followerCount,
      table.id,
    ),
    checkWords("accounts_network_check", table.network, networks),
    checkWords("accounts_health_check", table.health, accountHealths),
  ],
);

export type AccountRow = typeof accounts.$inferSelect;
