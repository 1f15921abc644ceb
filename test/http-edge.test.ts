import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { isErrorCode } from "../src/errors.ts";
import { negotiate, parseMediaType } from "../src/http/media-type.ts";
import { createTestApp, type TestApp } from "./support/app.ts";
import { captureLog } from "./support/log-lines.ts";
import { wire, type Wire, type WireRequest } from "./support/wire.ts";

const JSON_TYPE = "application/json";
const RESPONSE_TYPE = "application/graphql-response+json";

const log = captureLog();
let app: TestApp;
let origin: string;
beforeAll(async () => {
  app = await createTestApp({
    logger: log.logger,
    settings: { CORS_ORIGINS: "https://app.example.com, http://localhost:3000" },
  });
  origin = await app.server.listen({ host: "127.0.0.1", port: 0 });
});
beforeEach(() => log.lines.splice(0));
afterAll(() => app.close());

const send = (request: WireRequest & { path?: string }) =>
  wire(`${origin}${request.path ?? "/graphql"}`, {
    ...request,
    headers: { authorization: `Bearer ${app.key}`, ...request.headers },
  });

const post = (body: unknown, headers: Record<string, string> = {}) => send({ body, headers });

const preflight = { "apollo-require-preflight": "true" };
const get = (parameters: Record<string, string>, headers: Record<string, string> = preflight) =>
  send({ path: `/graphql?${new URLSearchParams(parameters).toString()}`, headers });

const codeOf = ({ json }: Wire): unknown => json?.errors?.[0]?.extensions?.code;

/** One error, in the one form that all errors have. */
function expectRefused(answer: Wire, status: number, code: string) {
  expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status, code });
  expect(Object.keys(answer.json)).toEqual(["errors"]);
  expect(answer.json.errors).toHaveLength(1);
  expect(Object.keys(answer.json.errors[0]).sort()).toEqual(["extensions", "message"]);
  expect(answer.headers["content-type"]).toMatch(
    /^application\/(graphql-response\+)?json; charset=utf-8$/,
  );
  expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
}

const ping = { query: "{ __typename }" };

describe("the media type of an answer", () => {
  it.each<[string, string | undefined, string | undefined]>([
    ["nothing", undefined, JSON_TYPE],
    ["an empty header", " ", JSON_TYPE],
    ["anything", "*/*", JSON_TYPE],
    ["any application", "application/*", JSON_TYPE],
    ["JSON", JSON_TYPE, JSON_TYPE],
    ["the new type", RESPONSE_TYPE, RESPONSE_TYPE],
    ["both, the new one first", `${RESPONSE_TYPE}, ${JSON_TYPE}`, RESPONSE_TYPE],
    ["both, JSON first", `${JSON_TYPE}, ${RESPONSE_TYPE}`, JSON_TYPE],
    ["what the specification tells clients", `${RESPONSE_TYPE}, ${JSON_TYPE};q=0.9`, RESPONSE_TYPE],
    ["the new one less", `${RESPONSE_TYPE};q=0.5, ${JSON_TYPE};q=0.9`, JSON_TYPE],
    ["Apollo Client's header", `${RESPONSE_TYPE},${JSON_TYPE};q=0.9`, RESPONSE_TYPE],
    ["UTF-8", `${RESPONSE_TYPE}; charset=UTF-8, ${JSON_TYPE}; charset="utf-8"`, RESPONSE_TYPE],
    ["a browser's page", "text/html,application/xhtml+xml,*/*;q=0.8", JSON_TYPE],
    ["anything but JSON", `*/*, ${JSON_TYPE};q=0`, RESPONSE_TYPE],
    ["other letters", "Application/GraphQL-Response+JSON", RESPONSE_TYPE],
    ["parts, then JSON", `multipart/mixed;deferSpec=20220824, ${JSON_TYPE}`, JSON_TYPE],
    ["a wild quality", `${RESPONSE_TYPE};q=high`, RESPONSE_TYPE],
    ["only a page", "text/html", undefined],
    ["another encoding", `${JSON_TYPE}; charset=latin1`, undefined],
    ["nothing at all", "*/*;q=0", undefined],
    ["neither", `${JSON_TYPE};q=0, ${RESPONSE_TYPE};q=0.0`, undefined],
    ["nonsense", "json", undefined],
    ["an open quote", 'application/json;a="', JSON_TYPE],
  ])("for a client that accepts %s", (_, accept, type) => {
    expect(negotiate(accept)).toBe(type);
  });

  it("is told with its encoding, for answers and for refusals alike", async () => {
    for (const accept of [JSON_TYPE, RESPONSE_TYPE]) {
      const answers = await Promise.all([
        post(ping, { accept }),
        post({ query: "{" }, { accept }),
        post("{", { accept, "content-type": JSON_TYPE }),
        post([ping], { accept }),
        send({ path: "/nothing", headers: { accept } }),
      ]);
      for (const { headers } of answers) {
        expect(headers["content-type"]).toBe(`${accept}; charset=utf-8`);
      }
      expect(answers.map(({ status }) => status)).toEqual([200, 400, 400, 400, 404]);
    }
  });

  it("that the client does not accept is 406, and nothing is executed", async () => {
    const answer = await post({ query: "{ viewer { name } }" }, { accept: "text/html" });
    expectRefused(answer, 406, "NOT_ACCEPTABLE");
    expect(answer.json.errors[0].message).toContain('"text/html"');
    await vi.waitFor(() => expect(log.operations()).toHaveLength(1));
    expect(log.operations()[0]).toMatchObject({ statements: 0, status: 406 });
  });
});

describe("the status", () => {
  const accept = RESPONSE_TYPE;

  it.each([
    ["of whole data", 200, "{ viewer { name } }"],
    ["of partial data", 200, '{ viewer { name } node(id: "x") { id } }'],
    ["of no GraphQL", 400, "{"],
    ["of what does not fit the schema", 400, "{ nothing }"],
    ["of an operation that cannot be chosen", 400, "query A { __typename } query B { __typename }"],
    ["of a variable that does not fit", 400, "query ($id: ID!) { node(id: $id) { id } }"],
  ])("%s is %i, with either media type", async (_, status, query) => {
    for (const type of [JSON_TYPE, RESPONSE_TYPE]) {
      const answer = await post({ query }, { accept: type });
      expect(answer.status).toBe(status);
      expect("data" in answer.json).toBe(status === 200);
    }
  });

  it("of a refusal is not 2xx without data, as the new media type has it", async () => {
    const persistedQuery = { version: 1, sha256Hash: "0".repeat(64) };
    const answer = await post({ extensions: { persistedQuery } }, { accept });
    expectRefused(answer, 404, "PERSISTED_QUERY_NOT_FOUND");
  });

  it("of a request without a key is 401 and names the scheme", async () => {
    const answer = await wire(`${origin}/graphql`, { body: { query: "{ viewer { name } }" } });
    expectRefused(answer, 401, "UNAUTHENTICATED");
    expect(answer.headers["www-authenticate"]).toBe('Bearer realm="SocialHub"');
    expect((await wire(`${origin}/graphql`, { body: ping })).status).toBe(200);
  });
});

describe("a method", () => {
  it.each(["PUT", "PATCH", "DELETE", "PROPFIND", "TRACE"])(
    "%s is 405 and told what is allowed",
    async (method) => {
      const answer = await send({ method });
      expectRefused(answer, 405, "METHOD_NOT_ALLOWED");
      expect(answer.headers.allow).toBe("GET, HEAD, POST, OPTIONS");
    },
  );

  it("PUT is 405 whatever it carries", async () => {
    const answer = await send({
      method: "PUT",
      body: "<a/>",
      headers: { "content-type": "text/xml" },
    });
    expectRefused(answer, 405, "METHOD_NOT_ALLOWED");
  });

  it("OPTIONS tells what is allowed", async () => {
    const answer = await send({ method: "OPTIONS" });
    expect(answer.status).toBe(204);
    expect(answer.headers.allow).toBe("GET, HEAD, POST, OPTIONS");
    expect(answer.text).toBe("");
  });

  it("GET is for queries: a mutation is 405 and told to use POST", async () => {
    for (const accept of [JSON_TYPE, RESPONSE_TYPE]) {
      const answer = await get({ query: "mutation { __typename }" }, { ...preflight, accept });
      expectRefused(answer, 405, "METHOD_NOT_ALLOWED");
      expect(answer.headers.allow).toBe("POST");
    }
  });

  it("GET is for queries: of a subscription it says so", async () => {
    const answer = await get({ query: "subscription { __typename }" }, preflight);
    expectRefused(answer, 405, "METHOD_NOT_ALLOWED");
    expect(answer.json.errors[0].message).toMatch(/^GET is for queries alone; a subscription/);
  });

  it("HEAD is GET without the body", async () => {
    const parameters = new URLSearchParams(ping).toString();
    const answer = await send({
      method: "HEAD",
      path: `/graphql?${parameters}`,
      headers: preflight,
    });
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe(`${JSON_TYPE}; charset=utf-8`);
    expect(answer.body).toHaveLength(0);
  });
});

describe("an unknown URL", () => {
  it.each([
    ["GET", "/nothing"],
    ["POST", "/graphql/"],
    ["POST", "/healthz"],
    ["DELETE", "/graphiql"],
    ["OPTIONS", "/nothing"],
    ["GET", "/graphiql/assets/none.js"],
    ["GET", "/%2e%2e/%2e%2e/etc/passwd"],
  ])("%s %s is 404 in the form of every error", async (method, path) => {
    expectRefused(await send({ method, path }), 404, "NOT_FOUND");
  });

  it("that cannot be decoded is refused in the same form", async () => {
    expectRefused(await send({ path: "/%c3%28" }), 400, "BAD_REQUEST");
  });
});

describe("a request's content type", () => {
  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    'application/json; charset="utf-8"',
    "Application/JSON; Charset=utf8",
  ])("%s is taken", async (type) => {
    const answer = await post(JSON.stringify({ query: "{ viewer { name } } # é🏊" }), {
      "content-type": type,
    });
    expect(answer.json).toEqual({ data: { viewer: { name: "test" } } });
  });

  it.each([
    "application/json; charset=utf-16",
    "application/json; charset=iso-8859-1",
    "application/graphql",
    "application/jsonp",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "text/plain; charset=utf-8",
    "json",
    "",
  ])("%s is 415", async (type) => {
    const answer = await post(JSON.stringify(ping), { "content-type": type });
    expectRefused(answer, 415, "UNSUPPORTED_MEDIA_TYPE");
    expect(answer.json.errors[0].message).toContain("application/json");
  });

  it("that is missing is 415", async () => {
    expectRefused(await post(JSON.stringify(ping)), 415, "UNSUPPORTED_MEDIA_TYPE");
  });

  it("is asked of compressed bodies too: they are not unpacked", async () => {
    const answer = await post(ping, { "content-encoding": "gzip" });
    expectRefused(answer, 415, "UNSUPPORTED_MEDIA_TYPE");
  });

  it.each(["identity", "Identity", "IDENTITY", "", " ", "identity, identity"])(
    "is asked of bodies that say that they are not compressed (%j)",
    async (encoding) => {
      const answer = await post(ping, { "content-encoding": encoding });
      expect(answer.json).toEqual({ data: { __typename: "Query" } });
    },
  );

  it.each(["identity, gzip", "GZIP", "br", "none"])("is not taken as %s", async (encoding) => {
    const answer = await post(ping, { "content-encoding": encoding });
    expectRefused(answer, 415, "UNSUPPORTED_MEDIA_TYPE");
  });

  it("consists of a type and parameters", () => {
    expect(parseMediaType('a/b; c="d;e,f" ; G=H;x')).toEqual({
      type: "a/b",
      parameters: new Map([
        ["c", "d;e,f"],
        ["g", "h"],
      ]),
    });
    expect(parseMediaType("a")).toBeUndefined();
  });
});

describe("a request that is not well-formed", () => {
  const raw = (text: string) => post(text, { "content-type": JSON_TYPE });

  it.each([
    ["no JSON", "{", /JSON/],
    ["nothing", "", /JSON/],
    ["null", "null", /body is empty/],
    ["a string", '"{ __typename }"', /body is a string/],
    ["a batch", '[{"query":"{ __typename }"}]', /batches/],
    ["no query", '{"qeury":"{ __typename }"}', /no query/],
    ["an empty query", '{"query":""}', /no query/],
  ])("because it holds %s is 400 and says so", async (_, text, message) => {
    const answer = await raw(text);
    expectRefused(answer, 400, "BAD_REQUEST");
    expect(answer.json.errors[0].message).toMatch(message);
  });

  const kinds: [unknown, string][] = [
    [1, "a number"],
    [false, "a boolean"],
    [["a"], "a list"],
    [{ a: 1 }, "an object"],
    ["a", "a string"],
  ];
  const wanted: Record<string, string> = {
    query: "a string",
    operationName: "a string",
    documentId: "a string",
    variables: "an object",
    extensions: "an object",
  };
  it.each(Object.entries(wanted))("because %s is not %s is 400 and says so", async (name, kind) => {
    for (const [value, is] of kinds.filter(([, is]) => is !== kind)) {
      const answer = await post({ ...ping, [name]: value });
      expectRefused(answer, 400, "BAD_REQUEST");
      expect(answer.json.errors[0].message).toBe(`${name} is ${is}; it must be ${kind}`);
    }
  });

  it.each([
    ["a parameter twice", "query={__typename}&query={__typename}", /query is in the URL twice/],
    ["variables that are no JSON", "query={__typename}&variables={", /variables in the URL/],
    ["variables that are a list", "query={__typename}&variables=[1]", /variables is a list/],
    ["no query", "operationName=A", /no query/],
  ])("because its URL holds %s is 400 and says so", async (_, search, message) => {
    const answer = await send({
      path: `/graphql?${search.replaceAll(/[{}[\]]/g, encodeURIComponent)}`,
      headers: preflight,
    });
    expectRefused(answer, 400, "BAD_REQUEST");
    expect(answer.json.errors[0].message).toMatch(message);
  });

  it("is not one with nulls, empty parameters of a URL, or names that mean nothing here", async () => {
    const nulls = { operationName: null, variables: null, extensions: null, documentId: null };
    expect((await post({ ...ping, ...nulls, id: 7 })).json).toEqual({
      data: { __typename: "Query" },
    });
    const empty = { operationName: "", variables: "", extensions: "", other: "1" };
    expect((await get({ ...ping, ...empty })).json).toEqual({ data: { __typename: "Query" } });
  });
});

describe("a request that another site could forge", () => {
  it("is a GET without a header of its own: 400", async () => {
    const answer = await get(ping, {});
    expectRefused(answer, 400, "BAD_REQUEST");
    expect(answer.json.errors[0].message).toContain("apollo-require-preflight");
  });

  it.each(["apollo-require-preflight", "x-apollo-operation-name", "graphql-require-preflight"])(
    "is not one with %s, unless that is empty",
    async (name) => {
      expect((await get(ping, { [name]: "1" })).status).toBe(200);
      expect((await get(ping, { [name]: "" })).status).toBe(400);
    },
  );

  it("is not one with the content type of JSON; another one is 415", async () => {
    expect((await get(ping, { "content-type": JSON_TYPE })).status).toBe(200);
    expectRefused(await get(ping, { "content-type": "text/plain" }), 415, "UNSUPPORTED_MEDIA_TYPE");
  });
});

describe("a page of another origin", () => {
  const ask = (from: string) => post(ping, { origin: from });

  it.each(["https://app.example.com", "http://localhost:3000"])("%s may ask", async (from) => {
    const answer = await ask(from);
    expect(answer.status).toBe(200);
    expect(answer.headers["access-control-allow-origin"]).toBe(from);
    expect(answer.headers).not.toHaveProperty("access-control-allow-credentials");
    const exposed = String(answer.headers["access-control-expose-headers"]).split(", ");
    expect(exposed).toEqual(
      expect.arrayContaining(["x-request-id", "etag", "retry-after", "ratelimit"]),
    );
    expect(answer.headers.vary).toMatch(/\borigin\b/i);
    expect(answer.headers.vary).toMatch(/\bauthorization\b/i);
  });

  it("can read refusals as well", async () => {
    const answers = await Promise.all([
      post("{", { "content-type": JSON_TYPE, origin: "https://app.example.com" }),
      post(ping, { accept: "text/html", origin: "https://app.example.com" }),
      post({ query: "{ a }" }, { authorization: "Bearer no", origin: "https://app.example.com" }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 406, 401]);
    for (const { headers } of answers) {
      expect(headers["access-control-allow-origin"]).toBe("https://app.example.com");
    }
  });

  it.each(["https://evil.example", "https://app.example.com.evil.example", "null"])(
    "%s may not read the answer",
    async (from) => {
      expect((await ask(from)).headers).not.toHaveProperty("access-control-allow-origin");
    },
  );

  it("asks before it sends, and may keep the answer", async () => {
    const answer = await wire(`${origin}/graphql`, {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example.com",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": "https://app.example.com",
      "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
      "access-control-allow-headers": "authorization,content-type",
      "access-control-max-age": "7200",
    });
    expect(log.operations()).toEqual([]);
  });

  it("of any origin may ask where that is set, still without cookies", async () => {
    const database = { ...app.database, close: async () => undefined };
    const anybody = await createTestApp({ database, settings: { CORS_ORIGINS: "*" } });
    try {
      const { headers } = await anybody.server.inject({
        method: "POST",
        url: "/graphql",
        headers: { origin: "https://any.example", authorization: `Bearer ${anybody.key}` },
        payload: ping,
      });
      expect(headers["access-control-allow-origin"]).toBe("*");
      expect(headers).not.toHaveProperty("access-control-allow-credentials");
    } finally {
      await anybody.close();
    }
  });

  it("is not asked for where there are no origins", async () => {
    const closed = await createTestApp({
      database: { ...app.database, close: async () => undefined },
    });
    try {
      const { headers } = await closed.server.inject({
        method: "OPTIONS",
        url: "/graphql",
        headers: { origin: "https://app.example.com", "access-control-request-method": "POST" },
      });
      expect(headers).not.toHaveProperty("access-control-allow-origin");
      expect(headers.allow).toBe("GET, HEAD, POST, OPTIONS");
    } finally {
      await closed.close();
    }
  });
});

describe("every answer", () => {
  it("keeps browsers from guessing what it is and from showing it as a page", async () => {
    const answers = await Promise.all([
      post(ping),
      post([]),
      send({ path: "/no" }),
      send({ path: "/healthz" }),
    ]);
    for (const { headers } of answers) {
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'");
    }
    const page = await send({ path: "/graphiql" });
    expect(page.headers["content-security-policy"]).toContain("script-src 'self'");
  });
});

describe("whatever is sent", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "application/json",
      "*/*",
      "__proto__",
      "utf-8",
      "q",
      '"',
      ";",
      ",",
      "=",
      "{",
      "}",
    ),
    fc.string({ maxLength: 12 }),
  );
  const header = fc
    .array(word, { maxLength: 12 })
    .map((words) => words.join("").replaceAll(/[^\x20-\x7e]/g, "?"));
  const parameter = fc.oneof(
    header,
    fc.json(),
    fc.constantFrom("{ __typename }", "{", "mutation { a }"),
  );
  const request = fc.record({
    method: fc.constantFrom("GET", "POST", "HEAD", "PUT", "OPTIONS", "DELETE"),
    accept: header,
    type: fc.oneof(header, fc.constant("application/json")),
    known: header,
    encoding: header,
    parameters: fc.dictionary(
      fc.constantFrom("query", "variables", "extensions", "operationName", "documentId"),
      parameter,
    ),
    body: fc.oneof(fc.json(), header),
  });

  it("is answered or refused in the one form, and nothing fails", async () => {
    await fc.assert(
      fc.asyncProperty(
        request,
        async ({ method, accept, type, known, encoding, parameters, body }) => {
          const search = new URLSearchParams(parameters).toString();
          const answer = await app.server.inject({
            method: method as "GET",
            url: method === "POST" ? "/graphql" : `/graphql?${search}`,
            headers: {
              authorization: `Bearer ${app.key}`,
              "apollo-require-preflight": "1",
              "content-type": type,
              "if-none-match": known,
              "accept-encoding": encoding,
              accept,
            },
            ...(method === "POST" ? { payload: body } : {}),
          });
          expect(answer.statusCode).toBeLessThan(500);
          const isEmpty =
            method === "HEAD" || answer.statusCode === 204 || answer.statusCode === 304;
          if (isEmpty || answer.headers["content-encoding"]) return;
          const { data, errors } = answer.json();
          expect(data !== undefined || errors.length > 0).toBe(true);
          for (const { extensions } of errors ?? [])
            expect(isErrorCode(extensions.code)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("in headers is read in no time, however long they are", () => {
    const hostile = ['"', ",", ";", "a/b;", "a/b,", ' ;q="', "a=", " ", "*/*;q=0,"].map((part) =>
      part.repeat(16_000 / part.length),
    );
    const start = performance.now();
    for (const text of hostile) {
      negotiate(text);
      negotiate(`application/json${text}`);
    }
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe("JSON that is larger than it is long", () => {
  const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  const body = (variables: string) => `{ "query": "{ __typename }", "variables": ${variables} }`;

  it.each([
    ["a hundred thousand levels of variables", body(`{ "a": ${nested(100_000)} }`)],
    ["a body of brackets alone", nested(120_000)],
    ["levels below a string that looks like its end", body(`{ "a\\\\": ["\\"", ${nested(65)}] }`)],
    ["a hundred thousand values", body(`{ "a": [${"0,".repeat(100_000)}0] }`)],
    ["a hundred thousand keys", body(`{ "a": {${'"":0,'.repeat(40_000)}"":0} }`)],
  ])("is refused before it is parsed: %s", async (_, text) => {
    const parse = vi.spyOn(JSON, "parse");
    const answer = await send({ body: text, headers: { "content-type": JSON_TYPE } });
    const texts = parse.mock.calls.map(([given]) => given);
    parse.mockRestore();
    expectRefused(answer, 400, "BAD_REQUEST");
    expect(texts).not.toContain(text);
  });

  it.each([2000, 5000, 7500])("is refused in a URL: %i levels", async (levels) => {
    const answer = await send({
      path: `/graphql?query=%7B__typename%7D&variables=%7B%22a%22:${nested(levels)}%7D`,
      headers: preflight,
    });
    expectRefused(answer, 400, "BAD_REQUEST");
  });

  it("is taken when it only has many brackets and commas in its texts", async () => {
    const answer = await send({
      headers: { "content-type": JSON_TYPE },
      body: body(`{ "a": "${'[{,\\"'.repeat(20_000)}", "__proto__": { "constructor": {} } }`),
    });
    expect(answer.json).toEqual({ data: { __typename: "Query" } });
  });
});
