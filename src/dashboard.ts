import { randomBytes } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { missingPage } from "./dashboard/missing-page.ts";
import { DASHBOARD_PATHS } from "./dashboard/paths.ts";
import { unknownRoute } from "./http/edge.ts";

/** Where `npm start` builds it; the same from src and from dist. */
const BUILT = join(import.meta.dirname, "..", "web", "dist");

interface Asset {
  readonly type: string;
  readonly body: Buffer;
  /** Packed at the build; by the name of the encoding. */
  readonly packed: ReadonlyMap<string, Buffer>;
}

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};
/** The smaller first, with the ends of their files' names. */
const ENCODINGS = [
  ["br", "br"],
  ["gzip", "gz"],
] as const;

/**
 * Fastify plugin with the dashboard: its HTML page at each of its paths, its files at `/assets/*`. Only
 * files that the build left are served, each under a name with the hash of its content. Without a build the
 * paths say how to make one.
 */
export function dashboard(folder = BUILT): FastifyPluginAsync {
  return async (fastify) => {
    const assets = await readAssets(join(folder, "assets"));
    const page = await readFile(join(folder, "index.html"), "utf8").catch(ifMissing);

    const answer = (request: FastifyRequest, reply: FastifyReply) => {
      // No page lies below an API: whoever asks there is a program.
      if (request.url.startsWith("/lens/api")) throw unknownRoute(request.method, request.url);
      const nonce = randomBytes(16).toString("base64");
      return reply
        .headers({
          "cache-control": "no-cache",
          "content-security-policy": contentSecurityPolicy(nonce),
          "referrer-policy": "same-origin",
        })
        .type("text/html; charset=utf-8")
        .send(page?.replaceAll("STYLE_NONCE", nonce) ?? missingPage(nonce));
    };
    for (const path of DASHBOARD_PATHS) {
      fastify.get(path, answer);
      if (path !== "/") fastify.get(`${path}/*`, answer);
    }
    for (const [name, asset] of assets) {
      fastify.get(`/assets/${name}`, { compress: false }, (request, reply) =>
        sendAsset(asset, request, reply),
      );
    }
  };
}

function sendAsset({ type, body, packed }: Asset, request: FastifyRequest, reply: FastifyReply) {
  void reply.type(type).headers({
    "cache-control": "public, max-age=31536000, immutable",
    vary: "accept-encoding",
  });
  const accepted = request.headers["accept-encoding"] ?? "";
  for (const [encoding, bytes] of packed) {
    // One that is ruled out is left alone.
    if (!new RegExp(`\\b${encoding}\\b(?!\\s*;\\s*q=0)`).test(accepted)) continue;
    return reply.header("content-encoding", encoding).send(bytes);
  }
  return reply.send(body);
}

/** Everything that was built, in memory: less than two megabytes. */
async function readAssets(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const names = new Set((await readdir(folder).catch(ifMissing)) ?? []);
  const assets = new Map<string, Asset>();
  for (const name of names) {
    const type = TYPES[name.split(".").at(-1) ?? ""];
    if (!type) continue;
    const packed = new Map<string, Buffer>();
    for (const [encoding, end] of ENCODINGS) {
      const file = `${name}.${end}`;
      if (names.has(file)) packed.set(encoding, await readFile(join(folder, file)));
    }
    assets.set(name, { type, body: await readFile(join(folder, name)), packed });
  }
  return assets;
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/** Only this origin; no script in the page, and style elements only of the libraries that know the nonce. */
function contentSecurityPolicy(styleNonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${styleNonce}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
