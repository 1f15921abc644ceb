/**
 * The browser side of GraphiQL as strings: the build copies no assets, so the page, its style and its
 * script live in TypeScript.
 */

/** What the page's script needs to know. It reaches the browser as JSON in the page. */
interface PageSettings {
  /** Path the operations are posted to. */
  readonly endpoint: string;
  /** Operation in the first tab of a browser that has not been here before. */
  readonly defaultOperation: string;
  /** Text of the Headers pane, until the visitor writes their own. */
  readonly headers: string;
  /** Nonce for the style elements that dialogs and menus insert. */
  readonly styleNonce: string;
}

/** Where the page finds its files. */
interface PageAssets {
  readonly stylesheets: readonly string[];
  readonly scripts: readonly string[];
}

/** Renders the page. The settings are safe inside it whatever text they hold. */
export function renderPage(settings: PageSettings, assets: PageAssets): string {
  const links = assets.stylesheets.map((url) => `    <link rel="stylesheet" href="${url}">`);
  const scripts = assets.scripts.map((url) => `    <script defer src="${url}"></script>`);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>SocialHub GraphiQL</title>
    <link rel="icon" href="data:,">
${links.join("\n")}
${scripts.join("\n")}
  </head>
  <body>
    <div id="graphiql"><p class="notice">Loading GraphiQL…</p></div>
    <noscript><p class="notice">GraphiQL needs JavaScript.</p></noscript>
    <script type="application/json" id="settings">${embedJson(settings)}</script>
  </body>
</html>
`;
}

/** JSON that can stand inside a script element: without `<` no text can end the element or open a comment. */
function embedJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** Style of the page around GraphiQL. */
export const pageStyle = `html, body { height: 100%; margin: 0; }
body { overflow: hidden; }
#graphiql { height: 100vh; height: 100dvh; }
.notice { margin: 0; padding: 2rem; font-family: system-ui, sans-serif; }
`;

/** Script of the page. It expects the globals React, ReactDOM and GraphiQL, and runs after the page is parsed. */
export const pageScript = String.raw`"use strict";
(() => {
  const settings = JSON.parse(document.getElementById("settings").textContent);
  const parameters = new URLSearchParams(window.location.search);

  // The scroll lock of dialogs and menus takes the nonce for its style element from this global.
  window.__webpack_nonce__ = settings.styleNonce;

  // A browser that blocks storage throws on the mere access.
  const openStorage = (name) => {
    try {
      return window[name];
    } catch {
      return null;
    }
  };

  const local = openStorage("localStorage");
  const session = openStorage("sessionStorage");

  // GraphiQL's own keys are the same in every project, and many projects share an origin such as localhost:4000.
  const namespace = "socialhub:";
  const ownKeys = (area) => Object.keys(area ?? {}).filter((key) => key.startsWith(namespace));
  const storage = local && {
    getItem: (key) => local.getItem(namespace + key),
    setItem: (key, value) => local.setItem(namespace + key, value),
    removeItem: (key) => local.removeItem(namespace + key),
    clear: () => {
      for (const area of [local, session]) ownKeys(area).forEach((key) => area.removeItem(key));
    },
    get length() {
      return ownKeys(local).length;
    },
  };

  // Headers hold a key, so they are kept for this browser tab only, and only while the server prefills the
  // same text: a demo server that was seeded again hands out a new key.
  const rememberHeaders = (text) => {
    try {
      session?.setItem(namespace + "headers", JSON.stringify({ prefilled: settings.headers, text }));
    } catch {
      // Storage is full: the edit lasts until the page is left.
    }
  };
  const recallHeaders = () => {
    try {
      const kept = JSON.parse(session?.getItem(namespace + "headers") ?? "null");
      return kept?.prefilled === settings.headers ? kept.text : settings.headers;
    } catch {
      return settings.headers;
    }
  };

  let headersText = recallHeaders();
  let schemaLoaded = false;
  let schemaRetry;

  const parseHeaders = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return {};
    }
  };

  const post = async (operation, paneHeaders) => {
    const headers = new Headers({
      accept: "application/json",
      "content-type": "application/json",
    });
    for (const [name, value] of Object.entries(paneHeaders ?? {})) {
      if (value !== null) headers.set(name, String(value));
    }
    const response = await fetch(settings.endpoint, {
      method: "POST",
      headers,
      body: JSON.stringify(operation),
    });
    const text = await response.text();
    try {
      return JSON.parse(text);
    } catch {
      const status = (response.status + " " + response.statusText).trim();
      throw new Error("The server answered " + status + ": " + text.slice(0, 2000));
    }
  };

  // GraphiQL would show a thrown error with the stack of this script.
  const send = async (operation, paneHeaders) => {
    try {
      return await post(operation, paneHeaders);
    } catch (error) {
      return { errors: [{ message: error.message }] };
    }
  };

  const createFetcher = () => async (operation, options) => {
    if (operation.operationName !== "IntrospectionQuery") return send(operation, options?.headers);
    // GraphiQL asks for the schema before its Headers pane exists, and then passes no headers at all.
    const result = await send(operation, parseHeaders(headersText));
    if (result?.data?.__schema) schemaLoaded = true;
    return result;
  };

  const linked = {};
  if (parameters.has("query")) linked.query = parameters.get("query");
  if (parameters.has("query") || parameters.has("variables")) {
    // An operation from a link must not meet the variables of the last visit. GraphiQL stores variables only
    // when they are edited, and opens the same tab again at the next visit if they are not stored.
    linked.variables = parameters.get("variables") ?? "";
    try {
      storage?.setItem("graphiql:variables", linked.variables);
    } catch {
      // Storage is full: the next visit opens the tab once more.
    }
  }

  const root = ReactDOM.createRoot(document.getElementById("graphiql"));
  const properties = {
    storage,
    shouldPersistHeaders: false,
    defaultTabs: [{ query: settings.defaultOperation, headers: headersText, ...linked }],
    defaultHeaders: headersText,
    defaultEditorToolsVisibility: "headers",
    fetcher: createFetcher(),
    ...linked,
  };
  const render = () => {
    const logo = React.createElement(GraphiQL.Logo, null, "SocialHub");
    root.render(React.createElement(GraphiQL, { ...properties, onEditHeaders }, logo));
  };
  const onEditHeaders = (text) => {
    headersText = text;
    rememberHeaders(text);
    // The next new tab starts with the headers in use, not with those of the page load.
    properties.defaultHeaders = text;
    render();
    window.clearTimeout(schemaRetry);
    if (schemaLoaded) return;
    schemaRetry = window.setTimeout(() => {
      // Only a fetcher it has not seen makes GraphiQL ask for the schema again.
      properties.fetcher = createFetcher();
      render();
    }, 800);
  };
  render();
})();
`;
