import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProvidedContext } from "vitest";
import type { TestProject } from "vitest/node";
import { seedDemo } from "../../src/data/demo/seed.ts";
import { connect, type Client } from "../../src/db/client.ts";
import { startEmbedded } from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";
import { withoutTriggers } from "./without-triggers.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A login that may create databases, on the server that the tests run on. */
    adminUrl: string;
    /** Databases to clone: migrated and empty, migrated and with the demo data set. */
    templates: { empty: string; demo: string };
  }
}

/** One server for the run, with migrated templates that the test files clone. */
export default async function setup(project: TestProject) {
  const server = await startServer();
  const suffix = `${process.pid}_${Date.now().toString(36)}`;
  const templates = { empty: `socialhub_empty_${suffix}`, demo: `socialhub_demo_${suffix}` };
  const admin = connect(server.url, { max: 1 });

  await admin.unsafe(`create database ${templates.empty}`);
  await migrate(databaseUrl(server.url, templates.empty));
  // The first files run meanwhile. Who wants a clone of it waits until it has its name.
  const demo = makeDemo(admin, server.url, templates);
  demo.catch((error: unknown) => console.error("The demo template could not be made:", error));

  project.provide("adminUrl", server.url);
  project.provide("templates", templates);

  return async () => {
    await demo.catch(() => undefined);
    for (const name of [...Object.values(templates), unfinished(templates.demo)]) {
      await admin.unsafe(`drop database if exists ${name} with (force)`);
    }
    await admin.end({ timeout: 5 });
    await server.stop();
  };
}

/** Makes the template with the demo data set under another name, so that nobody clones half of it. */
async function makeDemo(
  admin: Client,
  serverUrl: string,
  { empty, demo }: ProvidedContext["templates"],
) {
  const name = unfinished(demo);
  await admin.unsafe(`create database ${name} template ${empty}`);
  const ownerUrl = databaseUrl(serverUrl, name);
  await withoutTriggers(ownerUrl, () => seedDemo({ ownerUrl }));
  await admin.unsafe(`alter database ${name} rename to ${demo}`);
}

/** DATABASE_URL's server, or an embedded one in a folder that goes with the run. */
async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const url = process.env["DATABASE_URL"];
  if (url) return { url, stop: async () => undefined };

  const folder = await mkdtemp(join(tmpdir(), "socialhub-test-"));
  const embedded = await startEmbedded({
    dataDir: join(folder, "postgres"),
    // Nothing here must survive a power cut, and nobody follows along.
    settings: {
      fsync: "off",
      synchronous_commit: "off",
      full_page_writes: "off",
      wal_level: "minimal",
      max_wal_senders: "0",
    },
  });
  await makeLoginsCheap(embedded.url);
  return {
    url: embedded.url,
    async stop() {
      await embedded.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A client hashes the password four thousand times at each of five hundred connections. */
async function makeLoginsCheap(url: string) {
  const admin = connect(url, { max: 1 });
  const { password } = new URL(url);
  await admin.unsafe(`set scram_iterations = 1; alter role current_user password '${password}'`);
  await admin.end({ timeout: 5 });
}

function databaseUrl(serverUrl: string, database: string) {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

const unfinished = (template: string) => `${template}_unfinished`;
