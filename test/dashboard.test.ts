import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dashboard } from "../src/dashboard.ts";
import { DASHBOARD_PATHS } from "../src/dashboard/paths.ts";

/* The server's side of the dashboard, with files in the place of a build. */

const folder = mkdtempSync(join(tmpdir(), "socialhub-dashboard-"));
let server: FastifyInstance;

async function serve(from: string): Promise<FastifyInstance> {
  const made = Fastify();
  await made.register(dashboard(from));
  return made;
}

beforeAll(async () => {
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), '<meta name="style-nonce" content="STYLE_NONCE">');
  writeFileSync(join(folder, "secret.js"), "not of the build's assets");
  writeFileSync(join(folder, "assets/main-1a2b.js"), "plain");
  writeFileSync(join(folder, "assets/main-1a2b.js.br"), "brotli");
  writeFileSync(join(folder, "assets/main-1a2b.js.gz"), "gzip");
  writeFileSync(join(folder, "assets/notes.txt"), "of no type that is served");
  server = await serve(folder);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe("the dashboard's page", () => {
  it.each(DASHBOARD_PATHS.flatMap((path) => [path, path === "/" ? "/?a=b" : `${path}/1`]))(
    "is answered at %s",
    async (url) => {
      const { statusCode, headers } = await server.inject(url);
      expect(statusCode).toBe(200);
      expect(headers).toMatchObject({
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-cache",
      });
    },
  );

  it("lets no script but the server's run, and styles by a nonce of its own each time", async () => {
    const pages = await Promise.all([server.inject("/"), server.inject("/posts")]);
    const nonces = pages.map(({ body, headers }) => {
      const [, nonce = ""] = /content="(.+)"/.exec(body) ?? [];
      const policy = String(headers["content-security-policy"]).split("; ");
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
      expect(policy).toContain("frame-ancestors 'none'");
      return nonce;
    });
    expect(nonces[0]).not.toBe(nonces[1]);
    expect(nonces[0]!.length).toBeGreaterThan(20);
  });

  it("says how to build it where it is not built", async () => {
    const unbuilt = await serve(join(folder, "none"));
    const { statusCode, body, headers } = await unbuilt.inject("/");
    await unbuilt.close();
    expect(statusCode).toBe(200);
    expect(body).toContain("npm run build:web");
    expect(body).toContain('href="/graphiql"');
    const [, nonce] = /nonce="(.+?)"/.exec(body) ?? [];
    expect(headers["content-security-policy"]).toContain(`'nonce-${nonce}'`);
  });
});

describe("the dashboard's files", () => {
  it.each([
    ["br", "gzip, deflate, br", "brotli"],
    ["gzip", "gzip, deflate", "gzip"],
    ["gzip", "gzip, br;q=0", "gzip"],
    [undefined, "identity", "plain"],
  ])("come as %s to whoever accepts %s", async (encoding, accepted, expected) => {
    const { body, headers } = await server.inject({
      url: "/assets/main-1a2b.js",
      headers: { "accept-encoding": accepted },
    });
    expect(body).toBe(expected);
    expect(headers["content-encoding"]).toBe(encoding);
    expect(headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=31536000, immutable",
      vary: "accept-encoding",
    });
  });

  it.each(["none.js", "notes.txt", "main-1a2b.js.br", "..%2fsecret.js", "../secret.js"])(
    "are those of the build alone: not %s",
    async (name) => {
      expect((await server.inject(`/assets/${name}`)).statusCode).toBe(404);
    },
  );
});
