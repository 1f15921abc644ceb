import { createToken, parseToken, type ParsedToken } from "./workspace-token.ts";

const PREFIX = "shi_";

/** A new invitation's token: the text for whoever is invited, and the hash that is stored. */
export const createInvitationToken = (workspaceId: string): { token: string; hash: string } =>
  createToken(PREFIX, workspaceId);

/** What an invitation's token says of itself. Undefined when it is none. */
export const parseInvitationToken = (text: string): ParsedToken | undefined =>
  parseToken(PREFIX, text);
