import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { createApiKey, isValidKey, type NewApiKey } from "../auth/api-keys.ts";
import type { Config } from "../config.ts";
import { demoWorkspaceList } from "../data/demo/seed.ts";
import type { Client } from "../db/client.ts";
import { inWorkspace } from "../db/workspace-transaction.ts";

const demoKey = z.object({
  workspace: z.string(),
  workspaceId: z.string(),
  role: z.string(),
  key: z.string(),
});
const demoFile = z.object({ url: z.string(), graphql: z.string(), keys: z.array(demoKey) });

type DemoKey = z.output<typeof demoKey>;

/** Roles that get a demo key, in each demo workspace; the first key of all is the one to show. */
const demoRoles: NewApiKey[] = [
  { name: "Demo owner", role: "OWNER", scopes: ["read", "write", "admin", "insight"] },
  { name: "Demo viewer", role: "VIEWER", scopes: ["read"] },
];

const pathOf = (config: Config) => resolve(config.dataDir, "demo.json");

/** Whether the database holds no demo workspace yet. */
export async function lacksDemo(client: Client): Promise<boolean> {
  for (const { id } of demoWorkspaceList()) {
    const there = await inWorkspace(client, id, async (transaction) => {
      const rows = await transaction`select 1 from workspaces where workspace_id = ${id}::uuid`;
      return rows.length > 0;
    });
    if (there) return false;
  }
  return true;
}

/** Keys of the demo workspaces: those of demo.json where they still work, else new ones. */
export async function demoKeys(config: Config, client: Client): Promise<DemoKey[]> {
  const known = await readDemoKeys(config);
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

/** Writes demo.json, readable by its owner alone: it holds keys. */
export async function writeDemoFile(config: Config, url: string, keys: DemoKey[]): Promise<void> {
  const path = pathOf(config);
  const content = { url, graphql: `${url}/graphql`, keys };
  await mkdir(dirname(path), { recursive: true });
  // Renamed into place, so that nobody reads half of it.
  await writeFile(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

async function readDemoKeys(config: Config): Promise<DemoKey[]> {
  const path = pathOf(config);
  if (!existsSync(path)) return [];
  try {
    return demoFile.parse(JSON.parse(await readFile(path, "utf8"))).keys;
  } catch {
    // Somebody changed it: new keys are made and the file is written anew.
    return [];
  }
}
