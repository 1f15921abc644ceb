import { createToken, parseToken, type ParsedToken } from "./workspace-token.ts";

const PREFIX = "shk_";

/** How many of a key's last characters are kept, to tell keys apart. */
const HINT_LENGTH = 4;

/** A new API key of a workspace: the text for its holder, the hash that is stored, and its hint. */
export function createKey(workspaceId: string): { key: string; hash: string; hint: string } {
  const { token, hash } = createToken(PREFIX, workspaceId);
  return { key: token, hash, hint: token.slice(-HINT_LENGTH) };
}

/** What a key says of itself. Undefined when it is not a key. */
export const parseKey = (text: string): ParsedToken | undefined => parseToken(PREFIX, text);
