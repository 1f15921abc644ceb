import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { Json } from "./app.ts";
import { isRunning, start, temporaryFolder, type Run } from "./command.ts";

// Servers as `npm start` makes them, each a process of its own.

/** What demo.json holds. */
export interface Demo {
  url: string;
  graphql: string;
  keys: { workspace: string; role: string; key: string }[];
  people: { workspace: string; role: string; email: string; password: string }[];
}

const folders: (() => Promise<void>)[] = [];
const running = new Set<Run>();

/** Kills what still runs and removes the folders: for afterAll. */
export async function cleanUp(): Promise<void> {
  for (const { process: child } of running) child.kill("SIGKILL");
  for (const remove of folders) await remove();
}

/** A folder to start servers in. */
export async function newFolder(): Promise<string> {
  const { path, remove } = await temporaryFolder();
  folders.push(async () => {
    await killPostgres(path);
    await remove();
  });
  return path;
}

/** Starts a server, on a free port unless told. */
export function serve(
  folder: string,
  environment: Record<string, string> = {},
  main?: string,
): Run {
  const server = start(["serve"], { PORT: "0", ...environment }, folder, "", main);
  running.add(server);
  void server.ended.then(() => running.delete(server));
  return server;
}

/** Starts a server and waits until it serves the demo data. */
export async function servedFrom(
  folder: string,
  environment?: Record<string, string>,
  main?: string,
): Promise<Run> {
  const server = serve(folder, environment, main);
  await server.says(/Stop with Ctrl-C|No demo data/);
  expect(server.output()).toContain("Stop with Ctrl-C");
  return server;
}

/** Asks a server to stop and waits for its end. */
export async function stop(server: Run, signal: NodeJS.Signals): Promise<void> {
  const asked = performance.now();
  server.process.kill(signal);
  const ended = await server.ended;
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  expect(ended.stderr).toBe("");
  // Not a measurement: a stop that waits for something that never comes takes for ever.
  expect(performance.now() - asked).toBeLessThan(20_000);
}

/** Gives a server no time for anything. */
export async function kill(server: Run): Promise<void> {
  server.process.kill("SIGKILL");
  await server.ended;
}

export const demoOf = async (folder: string): Promise<Demo> =>
  JSON.parse(await readFile(join(folder, ".data/demo.json"), "utf8"));

/** Where a server says that it is. */
export const urlOf = (server: Run): string =>
  /GraphQL +(http:\S+)\/graphql/.exec(server.output())![1]!;

export async function ask(graphql: string, key: string, query: string): Promise<Json> {
  const response = await fetch(graphql, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "x-insight": "sql",
    },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

/** Signs one of the demo's people in, and answers with the status and who it is. */
export async function signInTo(url: string, person: Demo["people"][number] | undefined) {
  const response = await fetch(`${url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: person?.email, password: person?.password }),
  });
  return { status: response.status, ...((await response.json()) as Json) };
}

export const countAccounts = async (graphql: string, key: string): Promise<number> =>
  (await ask(graphql, key, "{ accounts(first: 1) { totalCount } }")).data.accounts.totalCount;

const pidFile = (folder: string) => join(folder, ".data/postgres/postmaster.pid");

/** Whether a folder's PostgreSQL runs or has left a pid file. */
export const hasPostgres = (folder: string): boolean => existsSync(pidFile(folder));

/** The process of a folder's PostgreSQL. */
export async function postgresOf(folder: string): Promise<number> {
  return Number.parseInt(await readFile(pidFile(folder), "utf8"), 10);
}

export async function killPostgres(folder: string): Promise<void> {
  const pid = await postgresOf(folder).catch(() => undefined);
  if (pid && isRunning(pid)) process.kill(pid, "SIGKILL");
}
