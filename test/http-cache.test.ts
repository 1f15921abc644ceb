import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { headlineOperation } from "../src/schema/headline.ts";
import { createTestApp, makeKey, type TestApp } from "./support/app.ts";
import { wire } from "./support/wire.ts";

const [workspace, other] = demoWorkspaceList();
let app: TestApp;
let url: string;
beforeAll(async () => {
  app = await createTestApp({ settings: { COMPRESSION_THRESHOLD_BYTES: "2000" } });
  url = await app.server.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(() => app.close());

const small = "{ accounts(first: 2) { nodes { id displayName } } }";

function get(query: string, headers: Record<string, string> = {}, method = "GET") {
  return wire(`${url}/graphql?${new URLSearchParams({ query }).toString()}`, {
    method,
    headers: { authorization: `Bearer ${app.key}`, "apollo-require-preflight": "1", ...headers },
  });
}

const tagOf = async (...request: Parameters<typeof get>) =>
  String((await get(...request)).headers.etag);

describe("the entity tag of a GET", () => {
  it("comes with an answer that only its client may keep, and must ask about", async () => {
    const { status, headers } = await get(small);
    expect(status).toBe(200);
    expect(headers.etag).toMatch(/^W\/"[\w-]{27}"$/);
    expect(headers["cache-control"]).toBe("private, no-cache");
    const vary = String(headers.vary).split(", ");
    expect(vary).toEqual(expect.arrayContaining(["authorization", "accept", "accept-encoding"]));
  });

  it("is answered 304 without a body while the answer is the same", async () => {
    const tag = await tagOf(small);
    const same = await get(small, { "if-none-match": tag });
    expect(same.status).toBe(304);
    expect(same.body).toHaveLength(0);
    expect(same.headers).toMatchObject({ etag: tag, "cache-control": "private, no-cache" });
    expect(same.headers.vary).toContain("authorization");
    expect(same.headers).not.toHaveProperty("content-type");
    expect((await get(small.replace("2", "3"), { "if-none-match": tag })).status).toBe(200);
  });

  it.each<[string, (tag: string) => string, number]>([
    ["the tag as a strong one", (tag) => tag.slice(2), 304],
    ["a list with it", (tag) => `"a", W/"b,c" ,${tag}`, 304],
    ["anything", () => "*", 304],
    ["another tag", () => 'W/"other"', 200],
    ["a part of it", (tag) => `${tag.slice(0, 12)}"`, 200],
    ["it without quotes", (tag) => tag.slice(3, -1), 200],
    ["nothing", () => "", 200],
  ])("compares weakly with %s", async (_, known, status) => {
    const tag = await tagOf(small);
    expect((await get(small, { "if-none-match": known(tag) })).status).toBe(status);
  });

  it("is of one workspace, and of one key in it, also where the answers are equal", async () => {
    const query = "{ __typename }";
    const keys = [
      app.key,
      await makeKey(app.database, workspace!.id),
      await makeKey(app.database, other!.id),
    ];
    const answers = await Promise.all(
      keys.map((key) => get(query, { authorization: `Bearer ${key}` })),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const tags = answers.map(({ headers }) => String(headers.etag));
    expect(new Set(tags).size).toBe(3);
    for (const key of keys.slice(1)) {
      const asked = await get(query, { authorization: `Bearer ${key}`, "if-none-match": tags[0]! });
      expect(asked.status).toBe(200);
    }
    const stranger = await get(query, { authorization: "Bearer no", "if-none-match": "*" });
    expect(stranger.status).toBe(401);
  });

  it("is another for another media type", async () => {
    const accept = "application/graphql-response+json";
    expect(await tagOf(small, { accept })).not.toBe(await tagOf(small));
  });

  it("is the same for HEAD", async () => {
    const tag = await tagOf(small);
    expect((await get(small, {}, "HEAD")).headers.etag).toBe(tag);
    expect((await get(small, { "if-none-match": tag }, "HEAD")).status).toBe(304);
  });

  it("is not given for POST, for errors, and for partial data", async () => {
    const posted = await wire(`${url}/graphql`, {
      body: { query: small },
      headers: { authorization: `Bearer ${app.key}`, "if-none-match": "*" },
    });
    const answers = [
      posted,
      await get("{ nothing }"),
      await get('{ __typename node(id: "x") { id } }'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 200]);
    for (const { headers } of answers) {
      expect(headers).not.toHaveProperty("etag");
      expect(headers["cache-control"]).toBe("no-store");
    }
  });
});

describe("compression", () => {
  const decode = { br: brotliDecompressSync, gzip: gunzipSync };

  it.each([
    ["br", "br"],
    ["gzip", "gzip"],
    ["gzip, deflate, br", "br"],
    ["br;q=0.1, gzip;q=0.9", "gzip"],
    ["*", "gzip"],
    ["gzip, br;q=0", "gzip"],
  ] as const)("for a client that accepts %s is %s", async (accepted, encoding) => {
    const plain = await get(headlineOperation);
    const packed = await get(headlineOperation, { "accept-encoding": accepted });
    expect(packed.status).toBe(200);
    expect(packed.headers["content-encoding"]).toBe(encoding);
    expect(packed.headers.vary).toContain("accept-encoding");
    expect(packed.body.length).toBeLessThan(plain.body.length / 3);
    expect(decode[encoding](packed.body).toString()).toBe(plain.text);
    // The tag is weak, so that it may stand for both.
    expect(packed.headers.etag).toBe(plain.headers.etag);
  });

  it.each(["identity", "deflate", "zstd", "", "br;q=0, gzip;q=0"])(
    "is not done for a client that accepts %j",
    async (accepted) => {
      const { headers, json } = await get(headlineOperation, { "accept-encoding": accepted });
      expect(headers).not.toHaveProperty("content-encoding");
      expect(json.data.accounts).toBeDefined();
    },
  );

  it("is done for the new media type and for POST as well, and never for a 304", async () => {
    const headers = {
      authorization: `Bearer ${app.key}`,
      accept: "application/graphql-response+json",
      "accept-encoding": "br",
    };
    const posted = await wire(`${url}/graphql`, { body: { query: headlineOperation }, headers });
    expect(posted.headers["content-encoding"]).toBe("br");
    const tag = await tagOf(headlineOperation, headers);
    const same = await get(headlineOperation, { ...headers, "if-none-match": tag });
    expect(same.status).toBe(304);
    expect(same.headers).not.toHaveProperty("content-encoding");
  });

  it("leaves what is shorter than COMPRESSION_THRESHOLD_BYTES alone", async () => {
    const { headers, body } = await get(small, { "accept-encoding": "br, gzip" });
    expect(body.length).toBeLessThan(2000);
    expect(headers).not.toHaveProperty("content-encoding");
    expect(headers.vary).toContain("accept-encoding");
  });

  it("is done for GraphiQL's files", async () => {
    const page = await wire(`${url}/graphiql`, { headers: { "accept-encoding": "br" } });
    const html = page.headers["content-encoding"]
      ? brotliDecompressSync(page.body).toString()
      : page.text;
    const [, script] = /src="(\/graphiql\/assets\/graphiql@[^"]+\.js)"/.exec(html) ?? [];
    const plain = await wire(`${url}${script}`);
    const packed = await wire(`${url}${script}`, { headers: { "accept-encoding": "br, gzip" } });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(packed.body.length).toBeLessThan(plain.body.length / 2);
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    for (const { headers } of [plain, packed]) {
      expect(headers.etag).toMatch(/^W\//);
      expect(headers.vary).toBe("accept-encoding");
    }
    const refused = await wire(`${url}${script}`, { headers: { "accept-encoding": "gzip;q=0" } });
    expect(refused.headers).not.toHaveProperty("content-encoding");
  });
});
