import { createApiKey, listApiKeys, revokeApiKey, type NewApiKey } from "../auth/api-keys.ts";
import { readConfig } from "../config.ts";
import type { Client } from "../db/client.ts";
import { CommandError } from "./command-error.ts";
import { asOwner, withMigratedDatabase } from "./database.ts";

/** As they are typed: each limit has an option of its own. */
export interface KeyOptions extends Pick<NewApiKey, "name" | "role" | "scopes"> {
  workspace: string;
  maxDepth?: number;
  maxComplexity?: number;
  maxNodes?: number;
  ratePoints?: number;
  showCost?: true;
  trustedOnly?: true;
}

/** `socialhub key create`. */
export async function createKey(options: KeyOptions): Promise<void> {
  const wanted = wantedKey(options);
  const created = await withOwner((client) => createApiKey(client, options.workspace, wanted));
  if (!created) throw new CommandError(`there is no workspace ${options.workspace}`);
  console.log(created);
}

function wantedKey({ name, role, scopes, ...options }: KeyOptions): NewApiKey {
  const { maxDepth, maxComplexity, maxNodes, ratePoints } = options;
  return {
    name,
    role,
    scopes,
    limits: {
      ...(maxDepth && { depth: maxDepth }),
      ...(maxComplexity && { complexity: maxComplexity }),
      ...(maxNodes && { nodes: maxNodes }),
      ...(ratePoints && { ratePoints }),
    },
    showsCost: options.showCost ?? false,
    trustedDocumentsOnly: options.trustedOnly ?? false,
  };
}

/** `socialhub key list`. */
export async function listKeys(workspace: string): Promise<void> {
  const keys = await withOwner((client) => listApiKeys(client, workspace));
  const rows = keys.map(({ id, name, role, scopes, state, limits }) => [
    id,
    role,
    scopes.join(","),
    state,
    name,
    limits.join(", "),
  ]);
  const table = [["ID", "ROLE", "SCOPES", "STATE", "NAME", "LIMITS OF ITS OWN"], ...rows];
  console.log(aligned(table).join("\n"));
}

/** Rows with their cells below each other, in as many characters as a reader counts. */
function aligned(rows: readonly string[][]): string[] {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => width(row[column] ?? ""))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat((widths?.[column] ?? 0) - width(cell)))
      .join("  ")
      .trimEnd(),
  );
}

/** `socialhub key revoke`. */
export async function revokeKey(keyId: string, workspace: string): Promise<void> {
  const revoked = await withOwner((client) => revokeApiKey(client, workspace, keyId));
  if (!revoked) throw new CommandError(`workspace ${workspace} has no key ${keyId}`);
  console.log("Revoked.");
}

const withOwner = <Result>(work: (client: Client) => Promise<Result>) =>
  withMigratedDatabase(readConfig(), ({ ownerUrl }) => asOwner(ownerUrl, work));

const graphemes = new Intl.Segmenter();
const width = (text: string) => [...graphemes.segment(text)].length;
