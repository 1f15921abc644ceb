import { relative } from "node:path";
import type { App } from "../app.ts";
import { readConfig, runsUnderNpm, type Config } from "../config.ts";
import { seedDemo } from "../data/demo/seed.ts";
import { migrate } from "../db/migrate.ts";
import { createLogger } from "../insight/log.ts";
import { asOwner, openDatabase, type OpenDatabase } from "./database.ts";
import { demoFile, demoKeys, wantsDemo, writeDemoFile, type DemoAccess } from "./demo.ts";
import { demoPeople } from "./demo-people.ts";
import { listen } from "./listen.ts";

/** How long a stop waits for requests in flight before it cuts their connections. */
const STOP_PATIENCE_MS = 8_000;

/** `socialhub serve`: the server, until a signal stops it. */
export async function serve(): Promise<void> {
  const config = readConfig();
  const stopped = untilSignal();
  const say = (line: string) => console.log(line);
  // A terminal that was closed takes no more lines; that must not keep PostgreSQL from being stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

  if (config.database.kind === "embedded") say("Starting PostgreSQL …");
  const database = await openDatabase(config, say);
  const starting = start(config, database, say);
  let app: App | undefined;
  try {
    app = await Promise.race([starting, stopped]);
    if (app) await stopped;
    say("\nStopping …");
  } finally {
    if (app) await close(app);
    else abandon(starting);
    await database.close();
  }
  if (!app) process.exit(0);
}

/** What a start was doing when it was stopped is rolled back by the end of its connection. */
function abandon(starting: Promise<App>) {
  starting.catch(() => undefined);
  // When PostgreSQL ends, postgres.js throws from its own timers at whoever was using it.
  process.on("uncaughtException", () => undefined);
}

async function close(app: App) {
  const http = app.server.server;
  // A connection whose last request was answered during the stop is kept alive for the next one.
  const sweep = setInterval(() => http.closeIdleConnections(), 50);
  const impatient = setTimeout(() => http.closeAllConnections(), STOP_PATIENCE_MS);
  await app.close();
  clearInterval(sweep);
  clearTimeout(impatient);
}

async function start(config: Config, database: OpenDatabase, say: (line: string) => void) {
  const applied = await migrate(database.ownerUrl, database);
  if (applied > 0) say(`Applied ${applied} migrations.`);

  const demo = config.demo ? await prepareDemo(config, database, say) : nothing;
  const logger = createLogger(config.log);
  // Loaded only here: the other commands start in a third of the time without GraphQL and HTTP.
  const { createApp } = await import("../app.ts");
  const { exampleDocument } = await import("../http/trusted-documents.ts");
  const app = await createApp({
    config,
    databaseUrl: database.url,
    identityUrl: database.identityUrl,
    logger,
    demoKey: () => demo.keys[0]?.key,
  });
  await app.warmUp();
  const url = await listen(app, config.http);
  if (demo.keys.length > 0) await writeDemoFile(config, url, demo);
  const { only, path } = config.trustedDocuments;
  const trusted = only && path !== undefined ? { path, example: exampleDocument(path) } : undefined;
  say(banner(url, demo, demoFile(config), trusted));
  return app;
}

const nothing: DemoAccess = { keys: [], people: [] };

async function prepareDemo(
  config: Config,
  database: OpenDatabase,
  say: (line: string) => void,
): Promise<DemoAccess> {
  return asOwner(database.ownerUrl, async (client) => {
    if (await wantsDemo(client, database)) {
      say("Loading the demo data set …");
      const rows = await loadDemo(database.ownerUrl);
      say(`Loaded ${rows["posts"] ?? 0} posts and ${rows["comments"] ?? 0} comments.`);
    }
    const keys = await demoKeys(config, client);
    // Without its workspaces there is nobody to be.
    return { keys, people: keys.length > 0 ? await demoPeople(client) : [] };
  });
}

async function loadDemo(ownerUrl: string) {
  const { showProgress } = await import("../data/progress.ts");
  const progress = showProgress("demo data set", "posts", process.stdout);
  try {
    const { rows } = await seedDemo({
      ownerUrl,
      onProgress: ({ done, total }) => progress.update(done, total),
    });
    return rows;
  } finally {
    progress.stop();
  }
}

/** `trusted` where only the operations of a manifest are accepted: one of them that can be tried. */
function banner(
  url: string,
  { keys: [key], people }: DemoAccess,
  demoFilePath: string,
  trusted: { path: string; example: string | undefined } | undefined,
) {
  const only = trusted && `  Trusted documents only: those of ${trusted.path}, by their ids.\n`;
  if (!key) {
    return `
SocialHub is ready.

  Dashboard  ${url}/
  GraphQL    ${url}/graphql
  GraphiQL   ${url}/graphiql

${only ? `${only}\n` : ""}  No demo data. Make a workspace and a key of your own:
  socialhub workspace create NAME; socialhub key create --workspace ID --name NAME
`;
  }
  const what = only ? "(its queries are refused)" : "(opens with a key and the dashboard's query)";
  return `
SocialHub is ready.

  Dashboard  ${url}/
${peopleLines(people)}
  GraphiQL   ${url}/graphiql   ${what}
  GraphQL    ${url}/graphql
  API key    ${key.key}
             of ${key.workspace}; more keys in ${relative(".", demoFilePath)}

${only ? `${only}\n` : ""}${tryThis(url, key.key, trusted)}Stop with Ctrl-C.
`;
}

const DEMO_QUERY =
  "{ accounts(first: 3) { nodes { displayName posts(first: 2) { nodes { body } } } } }";

/** A line to paste; nothing where no operation can be asked as it is. */
function tryThis(url: string, key: string, trusted?: { example: string | undefined }) {
  if (trusted && trusted.example === undefined) return "";
  const body = trusted ? { documentId: trusted.example } : { query: DEMO_QUERY };
  return `Try:

  curl -s ${url}/graphql -H 'content-type: application/json' -H 'x-insight: sql' \\
    -H 'authorization: Bearer ${key}' \\
    -d '${JSON.stringify(body).replaceAll("'", "\\u0027")}'

`;
}

/** Who can sign in, in the workspace of the key that is shown. */
function peopleLines(people: DemoAccess["people"]) {
  const [first] = people;
  if (!first) return "";
  const lines = people
    .filter(({ workspaceId }) => workspaceId === first.workspaceId)
    .map(
      ({ role, email }, index) =>
        `  ${index === 0 ? "sign in as" : "          "} ${email} (${role})`,
    );
  return `${lines.join("\n")}\n             with the password ${first.password}\n`;
}

/** Resolves at the first signal that asks to stop; a second one ends the process at once. */
function untilSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        // PostgreSQL survives this and is joined by the next start.
        if (asked) process.exit(130);
        asked = true;
        resolve(undefined);
      });
    }
    if (runsUnderNpm()) whenParentEnds(() => resolve(undefined));
  });
}

/** Tells that the process that started this one has ended: this one is then somebody else's child. */
function whenParentEnds(tell: () => void) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    tell();
  }, 500);
  watch.unref();
}
