import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyPluginAsync } from "fastify";
import { pageScript, pageStyle, renderPage } from "./graphiql/page.ts";

/** How the GraphiQL page is opened. */
export interface GraphiqlOptions {
  /** Path of the GraphQL endpoint on this server, such as `/graphql`. */
  readonly endpoint: string;
  /** Operation filled into the first tab of a browser that has not been here before. */
  readonly defaultOperation: string;
  /** Key filled into the Headers pane. Give it on a demo server only: whoever opens the page can read it. */
  readonly demoKey?: () => string | undefined;
}

interface Asset {
  readonly url: string;
  readonly type: string;
  readonly body: Buffer;
  readonly entityTag: string;
  /** Made when first asked for, and once: whoever needs no key must not keep the server packing. */
  packed?: Promise<Buffer>;
}

const pack = promisify(gzip);

/** A browser's accept-encoding; one that rules gzip out is left alone. */
const ACCEPTS_GZIP = /\bgzip\b(?!\s*;\s*q=0)/;

const require = createRequire(import.meta.url);

const scriptType = "text/javascript; charset=utf-8";
const styleType = "text/css; charset=utf-8";

/**
 * The package files a browser may have, in the order it must load them. Nothing else is served. The packages
 * export no UMD files, but all of them export package.json, which tells where npm put them.
 */
const packageFiles = [
  {
    manifest: () => require.resolve("react/package.json"),
    path: "umd/react.production.min.js",
    type: scriptType,
  },
  {
    manifest: () => require.resolve("react-dom/package.json"),
    path: "umd/react-dom.production.min.js",
    type: scriptType,
  },
  {
    manifest: () => require.resolve("graphiql/package.json"),
    path: "graphiql.min.js",
    type: scriptType,
  },
  {
    manifest: () => require.resolve("graphiql/package.json"),
    path: "graphiql.min.css",
    type: styleType,
  },
] as const;

/**
 * Fastify plugin with GraphiQL: `GET /graphiql` is the page, `GET /graphiql/assets/*` its files, which come
 * from the installed npm packages. The page needs no other origin.
 */
export function graphiql(options: GraphiqlOptions): FastifyPluginAsync {
  return async (fastify) => {
    const base = `${fastify.prefix}/graphiql`;
    const assets = [
      ...(await Promise.all(packageFiles.map((file) => packageAsset(base, file)))),
      ownAsset(base, "page.css", styleType, pageStyle),
      ownAsset(base, "page.js", scriptType, pageScript),
    ];
    const urlsOf = (type: string) =>
      assets.filter((asset) => asset.type === type).map((asset) => asset.url);
    const pageAssets = { stylesheets: urlsOf(styleType), scripts: urlsOf(scriptType) };

    for (const asset of assets) {
      const path = asset.url.slice(fastify.prefix.length);
      fastify.get(path, { compress: false }, async (request, reply) => {
        void reply.headers({
          "cache-control": "public, max-age=31536000, immutable",
          etag: `W/${asset.entityTag}`,
          vary: "accept-encoding",
          "x-content-type-options": "nosniff",
        });
        // Several may be joined.
        if (request.headers["if-none-match"]?.includes(asset.entityTag)) {
          return reply.code(304).send();
        }
        if (!ACCEPTS_GZIP.test(request.headers["accept-encoding"] ?? "")) {
          return reply.type(asset.type).send(asset.body);
        }
        asset.packed ??= pack(asset.body);
        const packed = await asset.packed;
        return reply.type(asset.type).header("content-encoding", "gzip").send(packed);
      });
    }

    for (const path of ["/graphiql", "/graphiql/"]) {
      fastify.get(path, async (_request, reply) => {
        const styleNonce = randomBytes(16).toString("base64");
        const page = renderPage(
          {
            endpoint: options.endpoint,
            defaultOperation: options.defaultOperation,
            headers: prefilledHeaders(options.demoKey?.()),
            styleNonce,
          },
          pageAssets,
        );
        return reply
          .headers({
            "cache-control": "no-store",
            "content-security-policy": contentSecurityPolicy(styleNonce),
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
          })
          .type("text/html; charset=utf-8")
          .send(page);
      });
    }
  };
}

/** Text of the Headers pane: ready to run with the demo key, else the shape of what the visitor must fill in. */
function prefilledHeaders(demoKey: string | undefined): string {
  // The placeholder is ASCII because a browser refuses to send any other header value.
  const headers =
    demoKey === undefined
      ? { Authorization: "Bearer paste-your-api-key-here" }
      : { Authorization: `Bearer ${demoKey}`, "x-insight": "sql" };
  return JSON.stringify(headers, null, 2);
}

/** Only this origin; fonts and small images are data URLs in GraphiQL's stylesheet. */
function contentSecurityPolicy(styleNonce: string): string {
  return [
    "default-src 'self'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${styleNonce}'`,
    "font-src data:",
    "img-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

async function packageAsset(base: string, file: (typeof packageFiles)[number]): Promise<Asset> {
  const manifestPath = file.manifest();
  const manifest = require(manifestPath) as { name: string; version: string };
  const body = await readFile(join(dirname(manifestPath), file.path));
  return {
    url: `${base}/assets/${manifest.name}@${manifest.version}/${basename(file.path)}`,
    type: file.type,
    body,
    entityTag: `"${digest(body)}"`,
  };
}

function ownAsset(base: string, name: string, type: string, text: string): Asset {
  const body = Buffer.from(text);
  return {
    url: `${base}/assets/page@${digest(body)}/${name}`,
    type,
    body,
    entityTag: `"${digest(body)}"`,
  };
}

function digest(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex").slice(0, 16);
}
