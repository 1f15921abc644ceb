import { createContext, runInContext } from "node:vm";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { graphiql, type GraphiqlOptions } from "../src/graphiql.ts";
import { pageScript } from "../src/graphiql/page.ts";

const servers: FastifyInstance[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(
  options: Partial<GraphiqlOptions> = {},
  prefix = "",
): Promise<FastifyInstance> {
  const server = Fastify();
  servers.push(server);
  await server.register(
    graphiql({ endpoint: "/graphql", defaultOperation: "{ me { id } }", ...options }),
    { prefix },
  );
  return server;
}

async function fetchPage(server: FastifyInstance, url = "/graphiql") {
  const response = await server.inject(url);
  const html = response.body;
  const references = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1] ?? "");
  return {
    response,
    html,
    references,
    assets: references.filter((reference) => !reference.startsWith("data:")),
    settings: JSON.parse(
      /<script type="application\/json" id="settings">(.*?)<\/script>/s.exec(html)?.[1] ?? "",
    ) as Record<string, string>,
  };
}

function directives(policy: unknown): Map<string, string[]> {
  return new Map(
    String(policy)
      .split("; ")
      .map((directive): [string, string[]] => {
        const [name = "", ...sources] = directive.split(" ");
        return [name, sources];
      }),
  );
}

describe("the GraphiQL page", () => {
  it("is an HTML page that must not be stored, framed or sniffed", async () => {
    const { response, html } = await fetchPage(await serve());
    expect(response.statusCode).toBe(200);
    expect(response.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(response.headers["cache-control"]).toBe("no-store");
    expect(response.headers["referrer-policy"]).toBe("no-referrer");
    expect(response.headers["x-content-type-options"]).toBe("nosniff");
    expect(html).toContain("<title>SocialHub GraphiQL</title>");
  });

  it("has a policy that admits this origin only and no inline script", async () => {
    const { response, html, settings } = await fetchPage(await serve());
    const policy = directives(response.headers["content-security-policy"]);
    expect(policy.get("default-src")).toEqual(["'self'"]);
    expect(policy.get("script-src")).toEqual(["'self'"]);
    expect(policy.get("style-src")).toEqual(["'self'", `'nonce-${settings["styleNonce"]}'`]);
    expect(policy.get("connect-src")).toEqual(["'self'"]);
    expect(policy.get("frame-ancestors")).toEqual(["'none'"]);
    expect([...policy.values()].flat().join(" ")).not.toMatch(/https?:|\*|unsafe|blob:/);
    expect(html).not.toMatch(/<script(?![^>]*\b(?:src=|type="application\/json"))/);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
  });

  it("uses a nonce once", async () => {
    const server = await serve();
    const first = await fetchPage(server);
    const second = await fetchPage(server);
    expect(first.settings["styleNonce"]).toMatch(/^[\w+/]{22}==$/);
    expect(second.settings["styleNonce"]).not.toBe(first.settings["styleNonce"]);
  });

  it("answers with a trailing slash and below a prefix too", async () => {
    const server = await serve({}, "/tools");
    const { response, assets } = await fetchPage(server, "/tools/graphiql/");
    expect(response.statusCode).toBe(200);
    for (const url of assets) {
      expect(url).toMatch(/^\/tools\/graphiql\/assets\//);
      expect((await server.inject(url)).statusCode).toBe(200);
    }
  });

  it("fills in the key the demo server has at that moment", async () => {
    let key: string | undefined = "first-key";
    const server = await serve({ demoKey: () => key });
    const headers = async () =>
      JSON.parse((await fetchPage(server)).settings["headers"] ?? "") as unknown;
    expect(await headers()).toEqual({ Authorization: "Bearer first-key", "x-insight": "sql" });
    key = "second-key";
    expect(await headers()).toEqual({ Authorization: "Bearer second-key", "x-insight": "sql" });
    key = undefined;
    expect(await headers()).toEqual({ Authorization: "Bearer paste-your-api-key-here" });
  });

  it("has a placeholder that a browser agrees to send", async () => {
    const { settings } = await fetchPage(await serve());
    const headers = JSON.parse(settings["headers"] ?? "") as Record<string, string>;
    expect(() => new Headers(headers)).not.toThrow();
  });

  it("keeps hostile text inside its script element", async () => {
    const hostile = `# </script><script>alert(1)</script> <!-- <script> \u2028 \\ " ' \${x} $& {{y}}\n{ me { id } }`;
    const { html, settings } = await fetchPage(
      await serve({ defaultOperation: hostile, demoKey: () => "</SCRIPT><img src=x>" }),
    );
    expect(settings["defaultOperation"]).toBe(hostile);
    expect(JSON.parse(settings["headers"] ?? "")).toMatchObject({
      Authorization: "Bearer </SCRIPT><img src=x>",
    });
    expect(html).not.toContain("<img");
    expect(html).not.toContain("<!-- ");
    expect(html).not.toContain("<script>");
    expect(html.match(/<\/script>/gi)).toHaveLength(5);
  });
});

describe("the assets", () => {
  it("are all the page refers to, on this origin", async () => {
    const { references, assets } = await fetchPage(await serve());
    expect(assets).toHaveLength(6);
    for (const reference of references) {
      expect(reference).toMatch(/^(?:\/graphiql\/assets\/|data:,$)/);
    }
  });

  it("answer with their type and may be kept for ever, under a URL with their version", async () => {
    const server = await serve();
    const { assets } = await fetchPage(server);
    for (const url of assets) {
      const response = await server.inject(url);
      expect(response.statusCode).toBe(200);
      expect(response.headers["content-type"]).toBe(
        url.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8",
      );
      expect(response.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
      expect(response.headers["x-content-type-options"]).toBe("nosniff");
      expect(url).toMatch(
        /\/assets\/(?:react@\d+\.\d+\.\d+|react-dom@\d+\.\d+\.\d+|graphiql@\d+\.\d+\.\d+|page@[0-9a-f]{16})\/[\w.-]+$/,
      );
    }
  });

  it("are not sent again to a browser that has them", async () => {
    const server = await serve();
    const { assets } = await fetchPage(server);
    for (const url of assets) {
      const { etag } = (await server.inject(url)).headers;
      const inject = (tag: string) => server.inject({ url, headers: { "if-none-match": tag } });
      for (const tag of [String(etag), `W/${String(etag)}`, `"other", ${String(etag)}`]) {
        const response = await inject(tag);
        expect(response.statusCode).toBe(304);
        expect(response.body).toBe("");
        expect(response.headers.etag).toBe(etag);
      }
      expect((await inject(`"other"`)).statusCode).toBe(200);
    }
  });

  it("load the script's globals in the order it needs them", async () => {
    const { html } = await fetchPage(await serve());
    const names = [...html.matchAll(/<script defer src="[^"]*\/([^"/]+)"/g)].map(
      (match) => match[1],
    );
    expect(names).toEqual([
      "react.production.min.js",
      "react-dom.production.min.js",
      "graphiql.min.js",
      "page.js",
    ]);
  });

  it("load nothing from elsewhere", async () => {
    const server = await serve();
    const { assets } = await fetchPage(server);
    for (const url of assets) {
      const { body } = await server.inject(url);
      if (url.endsWith(".css")) {
        expect(body).not.toMatch(/@import/);
        for (const [, target] of body.matchAll(/url\(\s*["']?([^)]{0,60})/g)) {
          expect(target).toMatch(/^(?:data:|#)/);
        }
      } else {
        expect(body).not.toMatch(/\b(?:fetch|import|importScripts|open)\(\s*["'`](?:https?:)?\/\//);
        expect(body).not.toMatch(/\b(?:src|href)\s*=\s*["'`](?:https?:)?\/\//);
        expect(body).not.toMatch(
          /new (?:Shared)?Worker\(|new Function\(|cdn\.|unpkg\.com|esm\.sh\//,
        );
      }
    }
  });

  it.each([
    "/graphiql/assets",
    "/graphiql/assets/",
    "/graphiql/assets/graphiql@4.1.2/",
    "/graphiql/assets/graphiql@0.0.0/graphiql.min.js",
    "/graphiql/assets/graphiql/package.json",
    "/graphiql/assets/page.js",
    "/graphiql/assets/../../package.json",
    "/graphiql/assets/..%2f..%2fpackage.json",
    "/graphiql/assets/%2e%2e/%2e%2e/package.json",
    "/graphiql/assets/..%5c..%5cpackage.json",
    "/graphiql/assets//etc/passwd",
    "/graphiql/assets/%00",
  ])("do not include %s", async (url) => {
    expect((await (await serve()).inject(url)).statusCode).toBe(404);
  });
});

type Fetcher = (
  operation: { query: string; operationName?: string },
  options?: { headers?: Record<string, unknown> },
) => Promise<Record<string, unknown>>;

interface Properties {
  fetcher: Fetcher;
  onEditHeaders: (text: string) => void;
  storage: {
    getItem: (key: string) => string | null;
    setItem: (key: string, value: string) => void;
    clear: () => void;
    length: number;
  } | null;
  query?: string;
  variables?: string;
  defaultTabs: Record<string, unknown>[];
  defaultHeaders: string;
  shouldPersistHeaders: boolean;
  defaultEditorToolsVisibility: string;
}

interface Sent {
  url: string;
  headers: Record<string, string>;
  body: unknown;
}

class MemoryStorage {
  // Own properties are the keys, as in a browser.
  [key: string]: unknown;
  getItem(key: string) {
    return Object.hasOwn(this, key) ? this[key] : null;
  }
  setItem(key: string, value: string) {
    this[key] = value;
  }
  removeItem(key: string) {
    delete this[key];
  }
}

const prefilled = JSON.stringify({ Authorization: "Bearer demo-key", "x-insight": "sql" });

/** Runs the page's script among stand-ins for the browser and the libraries. */
function openPage({
  search = "",
  headers = prefilled,
  local = new MemoryStorage(),
  session = new MemoryStorage(),
  answer = () => new Response(JSON.stringify({ data: { __schema: {} } })),
}: {
  search?: string;
  headers?: string;
  local?: MemoryStorage | null;
  session?: MemoryStorage | null;
  answer?: () => Response;
} = {}) {
  const rendered: Properties[] = [];
  const sent: Sent[] = [];
  const timers = new Map<number, () => void>();
  const settings = JSON.stringify({
    endpoint: "/graphql",
    defaultOperation: "{ me { id } }",
    headers,
    styleNonce: "nonce",
  });
  const window = {
    location: { search },
    get localStorage() {
      if (local === null) throw new Error("blocked");
      return local;
    },
    get sessionStorage() {
      if (session === null) throw new Error("blocked");
      return session;
    },
    setTimeout: (callback: () => void) => {
      const id = timers.size + 1;
      timers.set(id, callback);
      return id;
    },
    clearTimeout: (id: number) => timers.delete(id),
  };
  runInContext(
    pageScript,
    createContext({
      window,
      document: { getElementById: () => ({ textContent: settings }) },
      URLSearchParams,
      Headers,
      fetch: async (url: string, init: { headers: Headers; body: string }) => {
        sent.push({
          url,
          headers: Object.fromEntries(init.headers),
          body: JSON.parse(init.body) as unknown,
        });
        return answer();
      },
      GraphiQL: { Logo: "logo" },
      React: { createElement: (_type: unknown, properties: Properties | null) => properties },
      ReactDOM: {
        createRoot: () => ({ render: (properties: Properties) => rendered.push(properties) }),
      },
    }),
  );
  const properties = () => {
    const last = rendered.at(-1);
    if (last === undefined) throw new Error("nothing was rendered");
    return last;
  };
  const runTimers = () => {
    for (const [id, callback] of timers) {
      timers.delete(id);
      callback();
    }
  };
  return { window, properties, sent, runTimers, local, session };
}

const introspection = {
  query: "query IntrospectionQuery { x }",
  operationName: "IntrospectionQuery",
};

describe("the page's script", () => {
  it("opens the given operation with the prefilled headers in view", () => {
    const { properties, window } = openPage();
    expect(properties()).toMatchObject({
      defaultTabs: [{ query: "{ me { id } }", headers: prefilled }],
      defaultHeaders: prefilled,
      defaultEditorToolsVisibility: "headers",
      shouldPersistHeaders: false,
    });
    expect(properties()).not.toHaveProperty("query");
    expect(window).toHaveProperty("__webpack_nonce__", "nonce");
  });

  it("sends the prefilled headers with the first introspection, for which GraphiQL has none", async () => {
    const { properties, sent } = openPage();
    await properties().fetcher(introspection, {});
    expect(sent).toEqual([
      {
        url: "/graphql",
        headers: {
          accept: "application/json",
          authorization: "Bearer demo-key",
          "content-type": "application/json",
          "x-insight": "sql",
        },
        body: introspection,
      },
    ]);
  });

  it("sends an operation with the headers of its tab and no others", async () => {
    const { properties, sent } = openPage();
    await properties().fetcher({ query: "{ a }" }, { headers: { "X-Own": 1, "X-None": null } });
    await properties().fetcher({ query: "{ a }" });
    expect(sent.map(({ headers }) => headers)).toEqual([
      { accept: "application/json", "content-type": "application/json", "x-own": "1" },
      { accept: "application/json", "content-type": "application/json" },
    ]);
  });

  it("shows an answer that is no JSON, and a header no browser sends, as errors", async () => {
    const { properties } = openPage({
      answer: () => new Response("<h1>Bad</h1>", { status: 502, statusText: "Bad Gateway" }),
    });
    expect(await properties().fetcher({ query: "{ a }" })).toEqual({
      errors: [{ message: "The server answered 502 Bad Gateway: <h1>Bad</h1>" }],
    });
    expect(await properties().fetcher({ query: "{ a }" }, { headers: { key: "…" } })).toMatchObject(
      {
        errors: [{ message: expect.any(String) as string }],
      },
    );
  });

  it("asks for the schema again after the headers were edited, until it has it", async () => {
    let authorized = false;
    const { properties, sent, runTimers } = openPage({
      answer: () =>
        new Response(JSON.stringify(authorized ? { data: { __schema: {} } } : { errors: [] })),
    });
    const first = properties().fetcher;
    await first(introspection);
    authorized = true;
    properties().onEditHeaders('{"Authorization":"Bearer ow');
    properties().onEditHeaders('{"Authorization":"Bearer own"}');
    expect(properties().fetcher).toBe(first);
    runTimers();
    const second = properties().fetcher;
    expect(second).not.toBe(first);
    await second(introspection);
    expect(sent.at(-1)?.headers["authorization"]).toBe("Bearer own");
    properties().onEditHeaders("");
    runTimers();
    expect(properties().fetcher).toBe(second);
  });

  it("keeps edited headers over a reload, for this browser tab and these prefilled headers only", () => {
    const first = openPage();
    first.properties().onEditHeaders('{"Authorization":"Bearer own"}');
    expect(first.properties().defaultHeaders).toBe('{"Authorization":"Bearer own"}');
    expect(JSON.stringify(first.local)).not.toContain("Bearer");

    const { local, session } = first;
    expect(openPage({ local, session }).properties().defaultHeaders).toBe(
      '{"Authorization":"Bearer own"}',
    );
    expect(openPage({ local }).properties().defaultHeaders).toBe(prefilled);
    const reseeded = prefilled.replace("demo-key", "new-key");
    expect(openPage({ local, session, headers: reseeded }).properties().defaultHeaders).toBe(
      reseeded,
    );
  });

  it("opens an operation from the URL, with its variables and none of an earlier visit", () => {
    const search = `?${new URLSearchParams({ query: "{ b }", variables: '{"n":1}' }).toString()}`;
    const { properties, local } = openPage({ search });
    expect(properties()).toMatchObject({
      query: "{ b }",
      variables: '{"n":1}',
      defaultTabs: [{ query: "{ b }", variables: '{"n":1}' }],
    });
    expect(properties().storage?.getItem("graphiql:variables")).toBe('{"n":1}');
    expect(openPage({ search: "?query=x", local }).properties().variables).toBe("");
    expect(openPage({ search: "?variables=y" }).properties().defaultTabs).toMatchObject([
      { query: "{ me { id } }", variables: "y" },
    ]);
  });

  it("has storage of its own, and clears nothing else", () => {
    const { properties, local, session } = openPage();
    local?.setItem("graphiql:query", "of another project");
    const { storage, onEditHeaders } = properties();
    expect(storage?.getItem("graphiql:query")).toBeNull();
    storage?.setItem("graphiql:query", "own");
    expect(storage?.getItem("graphiql:query")).toBe("own");
    expect(storage?.length).toBe(1);
    onEditHeaders("{}");
    storage?.clear();
    expect(Object.fromEntries(Object.entries(local ?? {}))).toEqual({
      "graphiql:query": "of another project",
    });
    expect(Object.keys(session ?? {})).toEqual([]);
  });

  it("works in a browser that blocks storage", () => {
    const { properties } = openPage({ local: null, session: null, search: "?query=x" });
    properties().onEditHeaders("{}");
    expect(properties()).toMatchObject({ storage: null, query: "x", defaultHeaders: "{}" });
  });
});
