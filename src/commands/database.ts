import { createHmac } from "node:crypto";
import { resolve } from "node:path";
import type { Config } from "../config.ts";
import {
  APP_ROLE,
  connect,
  IDENTITY_ROLE,
  OWNER_ROLE,
  type Client,
  type ServerRole,
} from "../db/client.ts";
import { startEmbedded } from "../db/embedded.ts";
import { migrate } from "../db/migrate.ts";
import { CommandError } from "./command-error.ts";

/** The database of a command: where the server logs in, where the owner does, and how to leave it. */
export interface OpenDatabase {
  kind: "embedded" | "external";
  url: string;
  /** Where the server logs in for people, sessions and passwords. */
  identityUrl: string;
  ownerUrl: string;
  /** Passwords of the server's own logins; only where this project manages the cluster. */
  passwords?: Record<ServerRole, string>;
  /** Leaves it; the last process that uses an embedded PostgreSQL stops it. */
  close(): Promise<void>;
}

/** Preferred port of the embedded PostgreSQL, so that psql finds it again; another one when taken. */
const EMBEDDED_PORT = 54320;

/** DATABASE_URL's server, or the embedded PostgreSQL in the data folder, started when it is not running. */
export async function openDatabase(
  config: Config,
  log?: (line: string) => void,
): Promise<OpenDatabase> {
  if (config.database.kind === "external") {
    const { url, ownerUrl } = config.database;
    return { kind: "external", url, identityUrl: url, ownerUrl, close: async () => undefined };
  }
  const dataDir = resolve(config.dataDir, "postgres");
  const embedded = await startEmbedded({
    dataDir,
    port: EMBEDDED_PORT,
    ...(log ? { log } : {}),
  }).catch((error: unknown) => {
    // Its errors say what to do; a stack would hide that.
    const told = error instanceof Error && error.constructor === Error;
    throw told ? new CommandError(error.message, { cause: error }) : error;
  });
  const owner = new URL(embedded.url);
  const passwordOf = (role: ServerRole) =>
    createHmac("sha256", owner.password).update(role).digest("base64url");
  const urlOf = (role: ServerRole) =>
    Object.assign(new URL(owner), { username: role, password: passwordOf(role) }).href;
  return {
    kind: "embedded",
    url: urlOf(APP_ROLE),
    identityUrl: urlOf(IDENTITY_ROLE),
    ownerUrl: embedded.url,
    passwords: {
      [APP_ROLE]: passwordOf(APP_ROLE),
      [IDENTITY_ROLE]: passwordOf(IDENTITY_ROLE),
    },
    close: () => embedded.stop(),
  };
}

/** Opens the database, brings it up to date, lends it to the work and leaves it. */
export const withMigratedDatabase = <Result>(
  config: Config,
  work: (database: OpenDatabase) => Promise<Result>,
): Promise<Result> =>
  withDatabase(config, async (database) => {
    await migrate(database.ownerUrl, database);
    return work(database);
  });

/**
 * Opens the database as it is, lends it to the work and leaves it, whatever happens: a signal ends
 * the work's transaction, but an embedded PostgreSQL still wants to be left.
 */
export async function withDatabase<Result>(
  config: Config,
  work: (database: OpenDatabase) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase(config);
  const interrupt = () => {
    void database.close().finally(() => process.exit(130));
  };
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    return await work(database);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    await database.close();
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Lends a connection of the owner to the work. */
export async function asOwner<Result>(
  ownerUrl: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = connect(ownerUrl, { role: OWNER_ROLE, max: 1 });
  try {
    return await work(client);
  } finally {
    await client.end({ timeout: 5 });
  }
}
