import type { networks } from "../../db/tables/account.ts";
import type { CopyRow } from "../../db/copy.ts";
import type { Voice } from "./language.ts";
import { makePerson } from "./people.ts";
import { Random } from "./random.ts";
import { DAY, MINUTE, type DemoWorkspace } from "./workspaces.ts";

/** Milliseconds since 1970 as PostgreSQL reads them. */
export const moment = (milliseconds: number) => new Date(milliseconds).toISOString();

/** An account of the demo with its id. */
export interface CastAccount {
  index: number;
  id: string;
  createdAt: number;
  voice: Voice;
  silent: boolean;
}

/** Everything of a workspace that its posts and comments refer to, but for contacts. */
export interface Cast {
  workspace: DemoWorkspace;
  workspaceId: string;
  accounts: CastAccount[];
  memberIds: string[];
  /** Members who write posts. */
  authorIds: string[];
  tagIds: string[];
}

/** The id of a demo workspace. */
export function workspaceIdOf(workspace: DemoWorkspace): string {
  return new Random(`${workspace.key}/workspace`).uuid(workspace.createdAt);
}

/** Members, accounts and tags of a workspace: the same ids each time. */
export function castOf(workspace: DemoWorkspace): Cast {
  const { key, createdAt } = workspace;
  const memberIds = workspace.members.map((member, index) =>
    new Random(`${key}/member/${member.email}`).uuid(createdAt + index * DAY),
  );
  return {
    workspace,
    workspaceId: workspaceIdOf(workspace),
    accounts: workspace.voices.map((voice, index) => {
      // Accounts are connected in threes, within the same millisecond.
      const connectedAt = createdAt + Math.floor(index / 3) * 2 * DAY + 90 * MINUTE;
      const id = new Random(`${key}/account/${index}`).uuid(connectedAt);
      const silent = workspace.silent.includes(voice.handle);
      return { index, id, createdAt: connectedAt, voice, silent };
    }),
    memberIds,
    authorIds: memberIds.filter((_, index) => workspace.members[index]?.role !== "VIEWER"),
    tagIds: workspace.tags.map((_, index) => new Random(`${key}/tag/${index}`).uuid(createdAt)),
  };
}

export const memberColumns = ["id", "email", "displayName", "avatarUrl", "role", "createdAt"];

export function memberRows(cast: Cast): CopyRow[] {
  return cast.workspace.members.map((member, index) => [
    cast.memberIds[index] ?? null,
    member.email,
    member.name,
    index % 3 === 2
      ? null
      : `https://avatars.example.com/members/${cast.workspace.key}-${index}.png`,
    member.role,
    moment(cast.workspace.createdAt + index * DAY),
  ]);
}

export const accountColumns = [
  "id",
  "network",
  "handle",
  "displayName",
  "avatarUrl",
  "followerCount",
  "health",
  "createdAt",
];

export function accountRows(cast: Cast): CopyRow[] {
  return cast.accounts.map(({ id, voice, index, createdAt }) => [
    id,
    voice.network,
    voice.handle,
    voice.name,
    index % 5 === 4
      ? null
      : `https://avatars.example.com/accounts/${cast.workspace.key}-${index}.png`,
    voice.followers,
    voice.health ?? "HEALTHY",
    moment(createdAt),
  ]);
}

export const tagColumns = ["id", "name", "createdAt"];

export function tagRows(cast: Cast): CopyRow[] {
  return cast.workspace.tags.map((name, index) => [
    cast.tagIds[index] ?? null,
    name,
    moment(cast.workspace.createdAt),
  ]);
}

/** People of the audience, in one layer. */
export interface Audience {
  rows: CopyRow[];
  /** Who writes on a network. */
  byNetwork: Map<(typeof networks)[number], { id: string; handle: string }[]>;
}

export const contactColumns = ["id", "network", "handle", "displayName", "avatarUrl", "createdAt"];

/** The contacts of a layer, spread over the networks of the workspace; all older than `before`. */
export function audienceOf(cast: Cast, layer: number, before: number): Audience {
  const { key, contacts, voices } = cast.workspace;
  const audience: Audience = { rows: [], byNetwork: new Map() };
  for (let index = 0; index < contacts; index += 1) {
    const random = new Random(`${key}/layer/${layer}/contact/${index}`);
    // Two neighbours were seen first in the same millisecond.
    const createdAt = before - (1 + (index >> 1)) * 37 * MINUTE;
    const network = voices[index % voices.length]?.network ?? "MASTODON";
    const person = makePerson((limit) => random.below(limit));
    const number = random.chance(0.6) ? String(random.below(97) + 3) : "";
    const user = `${person.handle}${number}`;
    const handle = network === "MASTODON" ? `@${user}@social.example.com` : user;
    const id = random.uuid(createdAt);
    const avatar = random.chance(0.7) ? `https://avatars.example.com/people/${user}.png` : null;
    audience.rows.push([id, network, handle, person.name, avatar, moment(createdAt)]);
    const group = audience.byNetwork.get(network) ?? [];
    group.push({ id, handle });
    audience.byNetwork.set(network, group);
  }
  return audience;
}
