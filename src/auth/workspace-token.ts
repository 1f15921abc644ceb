import { hash, randomBytes } from "node:crypto";
import { isUuid } from "../db/uuid.ts";

/** What a token says of itself: its workspace, and the hash to look for there. */
export class ParsedToken {
  readonly hash: string;
  readonly #workspace: string;

  constructor(text: string, workspace: string) {
    this.hash = hashOf(text);
    this.#workspace = workspace;
  }

  /** Nobody asks for it while the token is remembered by its hash. */
  get workspaceId(): string {
    const hex = Buffer.from(this.#workspace, "base64url").toString("hex");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }
}

/**
 * The workspace's 16 bytes, `_`, 32 secret bytes; both parts in base64url. Their last characters have four
 * and two bits more than the bytes: were those not all 0, one token would have many spellings.
 */
const FORM = /^([\w-]{21}[AQgw])_[\w-]{42}[AEIMQUYcgkosw048]$/;
const LENGTH = 66;

/**
 * A new token of a workspace: the text for its holder, and the hash that is stored. The workspace is part
 * of the token, so that looking the token up needs nothing that sees across workspaces.
 */
export function createToken(prefix: string, workspaceId: string): { token: string; hash: string } {
  if (!isUuid(workspaceId)) throw new Error("a workspace id must be a UUID");
  const workspace = Buffer.from(workspaceId.replaceAll("-", ""), "hex").toString("base64url");
  const token = `${prefix}${workspace}_${randomBytes(32).toString("base64url")}`;
  return { token, hash: hashOf(token) };
}

/** Undefined for what is no token with this prefix. */
export function parseToken(prefix: string, text: string): ParsedToken | undefined {
  if (text.length !== prefix.length + LENGTH || !text.startsWith(prefix)) return undefined;
  const [, workspace] = FORM.exec(text.slice(prefix.length)) ?? [];
  if (!workspace) return undefined;
  return new ParsedToken(text, workspace);
}

const hashOf = (token: string) => hash("sha256", token, "hex");
