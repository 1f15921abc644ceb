import type { Command } from "commander";
import { createApp, type App } from "../app.ts";
import { readConfig, type Config } from "../config.ts";
import { seedDemo } from "../data/demo/seed.ts";
import { migrate } from "../db/migrate.ts";
import { createLogger } from "../insight/log.ts";
import { CommandError } from "./command-error.ts";
import { asOwner, openDatabase, type OpenDatabase } from "./database.ts";
import { demoKeys, lacksDemo, writeDemoFile } from "./demo.ts";

/** Registers `socialhub serve`. */
export function registerServe(program: Command): void {
  program
    .command("serve", { isDefault: true })
    .description("start the server; without DATABASE_URL with an embedded PostgreSQL and demo data")
    .action(serve);
}

async function serve() {
  const config = readConfig();
  const stopped = untilSignal();
  const say = (line: string) => console.log(line);

  if (config.database.kind === "embedded") say("Starting PostgreSQL …");
  const database = await openDatabase(config, say);
  let app: App | undefined;
  try {
    app = await start(config, database, say);
    await stopped;
    say("\nStopping …");
  } finally {
    await app?.close();
    await database.close();
  }
}

async function start(config: Config, database: OpenDatabase, say: (line: string) => void) {
  const applied = await migrate(database.ownerUrl, database);
  if (applied > 0) say(`Applied ${applied} migrations.`);

  const keys = config.demo ? await prepareDemo(config, database, say) : [];
  const logger = createLogger(config.log);
  const app = await createApp({
    config,
    databaseUrl: database.url,
    logger,
    demoKey: () => keys[0]?.key,
  });
  const url = await listen(app, config);
  if (keys.length > 0) await writeDemoFile(config, url, keys);
  say(banner(url, keys[0]));
  return app;
}

async function prepareDemo(config: Config, database: OpenDatabase, say: (line: string) => void) {
  return asOwner(database.ownerUrl, async (client) => {
    if (await lacksDemo(client)) {
      say("Loading the demo data set …");
      const { rows } = await seedDemo({ ownerUrl: database.ownerUrl });
      say(`Loaded ${rows["posts"] ?? 0} posts and ${rows["comments"] ?? 0} comments.`);
    }
    return demoKeys(config, client);
  });
}

async function listen(app: App, config: Config): Promise<string> {
  const { host, port } = config.http;
  try {
    await app.server.listen({ host, port });
  } catch (error) {
    await app.close();
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? "is already in use" : `cannot be listened on (${code})`;
    throw new CommandError(`PORT ${port} on HOST ${host} ${why}; set PORT or HOST to another one`);
  }
  const address = app.server.server.address();
  const everywhere = host === "0.0.0.0" || host === "::";
  const shown = everywhere ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${shown}:${typeof address === "object" ? (address?.port ?? port) : port}`;
}

function banner(url: string, key: { workspace: string; key: string } | undefined) {
  if (!key) {
    return `
SocialHub is ready.

  GraphQL    ${url}/graphql
  GraphiQL   ${url}/graphiql

  No demo data: make a key with \`socialhub key create --workspace ID --name NAME\`.
`;
  }
  const query =
    "{ accounts(first: 3) { nodes { displayName posts(first: 2) { nodes { body } } } } }";
  return `
SocialHub is ready.

  GraphiQL   ${url}/graphiql   (opens with a key and the dashboard's query)
  GraphQL    ${url}/graphql
  API key    ${key.key}
             of ${key.workspace}; more keys in .data/demo.json

Try:

  curl -s ${url}/graphql -H 'content-type: application/json' -H 'x-insight: sql' \\
    -H 'authorization: Bearer ${key.key}' \\
    -d '${JSON.stringify({ query })}'

Stop with Ctrl-C.
`;
}

/** Resolves at the first signal that asks to stop; a second one ends the process at once. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        // PostgreSQL survives this and is joined by the next start.
        if (asked) process.exit(130);
        asked = true;
        resolve();
      });
    }
  });
}
