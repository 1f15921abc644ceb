import type { ProvidedContext } from "vitest";
import type { TestProject } from "vitest/node";
import { seedDemo } from "../../src/data/demo/seed.ts";
import { connect, type Client } from "../../src/db/client.ts";
import { migrate } from "../../src/db/migrate.ts";
import { bundleCommand } from "./bundle.ts";
import { hasChromium } from "./chromium.ts";
import { databaseUrl, startThrowawayServer, type ThrowawayServer } from "./throwaway-server.ts";
import { fillPostTerms, withoutTriggers } from "./without-triggers.ts";

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
  if (!hasChromium) {
    console.log("The browser tests are left out: CHROMIUM_PATH is not set (npm run test:browser).");
  }
  const [server] = await Promise.all([startServer(), bundleCommand()]);
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
  await fillPostTerms(ownerUrl);
  await admin.unsafe(`alter database ${name} rename to ${demo}`);
}

/** DATABASE_URL's server, or an embedded one that goes with the run. */
async function startServer(): Promise<ThrowawayServer> {
  const url = process.env["DATABASE_URL"];
  return url ? { url, stop: async () => undefined } : startThrowawayServer();
}

const unfinished = (template: string) => `${template}_unfinished`;
