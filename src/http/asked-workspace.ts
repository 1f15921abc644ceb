import type { FastifyRequest } from "fastify";
import { isUuid } from "../db/uuid.ts";
import { refusal } from "../errors.ts";
import { fromGlobalId } from "../loaders/global-id.ts";

/** Id of the workspace in the header `x-workspace`: its global id, or its UUID. Throws BAD_REQUEST. */
export function askedWorkspace(request: FastifyRequest): string | undefined {
  const header = request.headers["x-workspace"];
  if (header === undefined) return undefined;
  const text = String(header);
  if (isUuid(text)) return text;
  try {
    const { type, id } = fromGlobalId(text);
    if (type === "Workspace") return id;
  } catch {
    // Told below, as of the header.
  }
  throw refusal("BAD_REQUEST", "The header x-workspace is not the id of a workspace");
}
