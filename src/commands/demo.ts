import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { get, type IncomingMessage } from "node:http";
import { dirname, resolve } from "node:path";
import { json } from "node:stream/consumers";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { createApiKey, isValidKey, type NewApiKey } from "../auth/api-keys.ts";
import type { Config } from "../config.ts";
import { demoWorkspaceList } from "../data/demo/seed.ts";
import type { Client } from "../db/client.ts";
import { inWorkspace } from "../db/workspace-transaction.ts";
import type { OpenDatabase } from "./database.ts";
import type { DemoPerson } from "./demo-people.ts";

const demoKey = z.object({
  workspace: z.string(),
  workspaceId: z.string(),
  role: z.string(),
  key: z.string(),
});
const demoContent = z.object({
  url: z.string(),
  graphql: z.string(),
  keys: z.array(demoKey),
});

type DemoKey = z.output<typeof demoKey>;

/** Roles that get a demo key, in each demo workspace; the first key of all is the one to show. */
const demoRoles: NewApiKey[] = [
  { name: "Demo owner", role: "OWNER", scopes: ["read", "write", "admin", "insight"] },
  { name: "Demo viewer", role: "VIEWER", scopes: ["read"] },
];

/** Where the demo keys are written. */
export const demoFile = (config: Config) => resolve(config.dataDir, "demo.json");

/**
 * Whether to load the demo data set: it is missing and the database is empty, or its loading was cut
 * short. A database of somebody's own is left alone; the embedded one is there for the demo.
 */
export async function wantsDemo(client: Client, { kind }: OpenDatabase): Promise<boolean> {
  // Whoever loads the demo data at this moment holds this lock, and has written rows that nobody sees yet.
  await client`select pg_advisory_lock(hashtextextended('socialhub demo', 0))`;
  try {
    const workspaces = demoWorkspaceList();
    const there = await countThere(client, workspaces);
    if (there === workspaces.length) return false;
    return there > 0 || kind === "embedded" || (await isEmpty(client));
  } finally {
    await client`select pg_advisory_unlock(hashtextextended('socialhub demo', 0))`;
  }
}

async function countThere(client: Client, workspaces: readonly { id: string }[]) {
  let there = 0;
  for (const { id } of workspaces) {
    const rows = await inWorkspace(
      client,
      id,
      (transaction) => transaction`select 1 from workspaces where workspace_id = ${id}::uuid`,
    );
    there += rows.length;
  }
  return there;
}

/** Nobody sees all workspaces below row-level security; but a table that never had a row has no pages. */
async function isEmpty(client: Client) {
  const [row] = await client<{ empty: boolean }[]>`
    select pg_relation_size('workspaces') = 0 as empty`;
  return row?.empty ?? false;
}

/** Keys of the demo workspaces: those of demo.json where they still work, else new ones. */
export async function demoKeys(config: Config, client: Client): Promise<DemoKey[]> {
  const known = (await readDemoFile(config))?.keys ?? [];
  const keys: DemoKey[] = [];
  for (const { id, name } of demoWorkspaceList()) {
    for (const wanted of demoRoles) {
      const found = known.find((key) => key.workspaceId === id && key.role === wanted.role);
      const valid = found !== undefined && (await isValidKey(client, found.key));
      const key = valid ? found.key : await createApiKey(client, id, wanted);
      if (key) keys.push({ workspace: name, workspaceId: id, role: wanted.role, key });
    }
  }
  return keys;
}

/** Keys and people of the demo. */
export interface DemoAccess {
  keys: DemoKey[];
  people: DemoPerson[];
}

/**
 * Writes demo.json, readable by its owner alone: it holds keys and passwords. Of several servers with one
 * data folder and one database, the file names the first for as long as that one answers.
 */
export async function writeDemoFile(
  config: Config,
  own: string,
  { keys, people }: DemoAccess,
): Promise<void> {
  const path = demoFile(config);
  const known = await readDemoFile(config);
  const url =
    known && isDeepStrictEqual(known.keys, keys) && (await answers(known.url)) ? known.url : own;
  const content = { url, graphql: `${url}/graphql`, keys, people };
  await mkdir(dirname(path), { recursive: true });
  // Renamed into place, so that nobody reads half of it.
  const draft = `${path}.${process.pid}.new`;
  await writeFile(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
}

/** What demo.json says; undefined when there is none. */
export async function readDemoFile(
  config: Config,
): Promise<z.output<typeof demoContent> | undefined> {
  const path = demoFile(config);
  if (!existsSync(path)) return undefined;
  try {
    return demoContent.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    // Somebody changed it: new keys are made and the file is written anew.
    return undefined;
  }
}

/** Whether a server is there, and one of these. Not by `fetch`, which takes longer to load than to ask. */
async function answers(url: string): Promise<boolean> {
  try {
    const request = get(`${url}/healthz`, { agent: false, signal: AbortSignal.timeout(1_000) });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const { status } = z.object({ status: z.string() }).parse(await json(response));
    return status === "ok" && response.headers["x-request-id"] !== undefined;
  } catch {
    return false;
  }
}
