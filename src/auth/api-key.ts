import { createHash, randomBytes } from "node:crypto";
import { isUuid } from "../db/uuid.ts";

/** `shk_`, the workspace's 16 bytes, `_`, 32 secret bytes; both parts in base64url. */
const FORM = /^shk_([A-Za-z0-9_-]{22})_([A-Za-z0-9_-]{43})$/;
const LENGTH = 70;

/**
 * A new API key of a workspace: the text for its holder, and the hash that is stored.
 * The workspace is part of the key, so that looking the key up needs nothing that sees across workspaces.
 */
export function createKey(workspaceId: string): { key: string; hash: string } {
  if (!isUuid(workspaceId)) throw new Error("a workspace id must be a UUID");
  const workspace = Buffer.from(workspaceId.replaceAll("-", ""), "hex").toString("base64url");
  const key = `shk_${workspace}_${randomBytes(32).toString("base64url")}`;
  return { key, hash: hashOf(key) };
}

/** What a key says of itself: its workspace, and the hash to look for there. Undefined when it is not a key. */
export function parseKey(text: string): { workspaceId: string; hash: string } | undefined {
  if (text.length !== LENGTH) return undefined;
  const [, workspace, secret] = FORM.exec(text) ?? [];
  if (!workspace || !secret) return undefined;
  const bytes = Buffer.from(workspace, "base64url");
  // 22 and 43 characters hold a few bits more than 16 and 32 bytes: without this check one key has many spellings.
  if (bytes.toString("base64url") !== workspace) return undefined;
  if (Buffer.from(secret, "base64url").toString("base64url") !== secret) return undefined;
  const hex = bytes.toString("hex");
  const workspaceId = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
  return { workspaceId, hash: hashOf(text) };
}

function hashOf(key: string) {
  return createHash("sha256").update(key).digest("hex");
}
