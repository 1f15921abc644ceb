import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { RequestContext } from "../context.ts";

/**
 * Lets the client, and nobody between, keep the answer of a GET and ask whether it still holds; tells
 * whether the one that it has does. The tag covers the credential and who asks where, so that no two
 * workspaces, people or keys share one. It is weak: the same answer goes out compressed and uncompressed.
 */
export function isUnchanged(
  request: FastifyRequest,
  reply: FastifyReply,
  { viewer, person }: Pick<RequestContext, "viewer" | "person">,
  body: string | Buffer,
): boolean {
  const { authorization = "", "if-none-match": known } = request.headers;
  const hash = createHash("sha256");
  const who = `${person?.userId}:${viewer?.workspaceId}:${viewer?.id}`;
  for (const part of [authorization, who, String(reply.getHeader("content-type")), body]) {
    hash.update(`${part.length}:`).update(part);
  }
  const tag = `"${hash.digest("base64url").slice(0, 27)}"`;
  void reply.header("etag", `W/${tag}`).header("cache-control", "private, no-cache");
  return known !== undefined && matches(known, tag);
}

/** Weak comparison, as HTTP has it for If-None-Match. */
const matches = (known: string, tag: string) =>
  known.trim() === "*" || [...known.matchAll(/"[^"]*"/g)].some(([each]) => each === tag);
