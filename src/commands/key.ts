import { createApiKey, listApiKeys, revokeApiKey, type NewApiKey } from "../auth/api-keys.ts";
import { readConfig } from "../config.ts";
import type { Client } from "../db/client.ts";
import { CommandError } from "./command-error.ts";
import { asOwner, withMigratedDatabase } from "./database.ts";

export interface KeyOptions extends NewApiKey {
  workspace: string;
}

/** `socialhub key create`. */
export async function createKey(options: KeyOptions): Promise<void> {
  const created = await withOwner((client) => createApiKey(client, options.workspace, options));
  if (!created) throw new CommandError(`there is no workspace ${options.workspace}`);
  console.log(created);
}

/** `socialhub key list`. */
export async function listKeys(workspace: string): Promise<void> {
  const keys = await withOwner((client) => listApiKeys(client, workspace));
  for (const { id, name, role, scopes, state } of keys) {
    console.log([id, role, scopes.join(","), state, name].join("\t"));
  }
}

/** `socialhub key revoke`. */
export async function revokeKey(keyId: string, workspace: string): Promise<void> {
  const revoked = await withOwner((client) => revokeApiKey(client, workspace, keyId));
  if (!revoked) throw new CommandError(`workspace ${workspace} has no key ${keyId}`);
  console.log("Revoked.");
}

const withOwner = <Result>(work: (client: Client) => Promise<Result>) =>
  withMigratedDatabase(readConfig(), ({ ownerUrl }) => asOwner(ownerUrl, work));
