import { createToken, parseToken, type ParsedToken } from "./workspace-token.ts";

const PREFIX = "shk_";

/** A new API key of a workspace: the text for its holder, and the hash that is stored. */
export function createKey(workspaceId: string): { key: string; hash: string } {
  const { token, hash } = createToken(PREFIX, workspaceId);
  return { key: token, hash };
}

/** What a key says of itself. Undefined when it is not a key. */
export const parseKey = (text: string): ParsedToken | undefined => parseToken(PREFIX, text);
