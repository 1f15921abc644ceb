import type { FastifyRequest } from "fastify";
import { refusal } from "../errors.ts";

/**
 * Refuses a request that brings a cookie and that a page of another origin has sent. Browsers say where a
 * request comes from, in Sec-Fetch-Site and in Origin, and pages cannot make them say otherwise; whoever
 * says neither is no browser, and nobody's cookie is added to its requests.
 */
export function checkOrigin(request: FastifyRequest, publicUrl: string): void {
  const { origin, "sec-fetch-site": site } = request.headers;
  if (origin === publicUrl) return;
  const isOwn =
    site === undefined
      ? origin === undefined || isOf(request.host, origin)
      : site === "same-origin" || (site === "none" && origin === undefined);
  if (isOwn) return;
  throw refusal(
    "FORBIDDEN",
    "The request brings a cookie and comes from a page of another origin; pages of PUBLIC_URL alone " +
      "may send one, other clients an API key",
  );
}

/** Whether an origin is the host's; `:80` and `:443` may be left out. */
function isOf(host: string, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: own } = new URL(origin);
  return URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === own;
}
