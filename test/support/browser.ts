import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import { demoWorkspaceList } from "../../src/data/demo/seed.ts";
import { connect } from "../../src/db/client.ts";
import { memberRoles, type MemberRole } from "../../src/db/tables/access-words.ts";
import { createTestApp, type TestApp } from "./app.ts";
import { launchChromium } from "./chromium.ts";
import { AT_ONCE_MS } from "./patience.ts";
import { addPerson, sessionOf } from "./people.ts";

/* The dashboard as people use it: the real server, the built pages, Chromium. */

const [home, away] = demoWorkspaceList();

/** Against what hangs: a busy machine takes its time. */
const TIMEOUT_MS = 60_000;

/** How a page is opened. */
export interface Opening {
  /** Signed in as the member with this role; signed out unless told. */
  as?: MemberRole;
  /** Another server than the file's own, on the same database. */
  from?: string;
  options?: BrowserContextOptions;
}

/** A browser in front of a server of its own, with the demo data and a person for each role; the admin is one in two workspaces. */
export class Dashboard {
  app!: TestApp;
  url!: string;
  #browser!: Browser;
  #contexts: BrowserContext[] = [];
  /** What the pages have complained about. */
  #problems: string[] = [];

  readonly workspaceId = home!.id;

  async start(): Promise<void> {
    await buildDashboard();
    [this.app, this.#browser] = await Promise.all([createTestApp(), launchChromium()]);
    for (const role of memberRoles) {
      const memberships = [{ workspaceId: this.workspaceId, role }];
      if (role === "ADMIN") memberships.push({ workspaceId: away!.id, role });
      await addPerson(this.app.database, emailOf(role), memberships);
    }
    this.url = await this.app.server.listen({ host: "127.0.0.1", port: 0 });
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.app?.close();
  }

  /** Opens a path in a browser profile of its own. */
  async open(path: string, { as, from = this.url, options }: Opening = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      baseURL: from,
      locale: "en-GB",
      timezoneId: "UTC",
      reducedMotion: "reduce",
      ...(as ? { storageState: await this.#signedIn(as, from) } : {}),
      ...options,
    });
    this.#contexts.push(context);
    context.setDefaultTimeout(TIMEOUT_MS);
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) {
        this.#problems.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    context.on("weberror", (error) => this.#problems.push(String(error.error().stack)));
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.origin !== from) {
        this.#problems.push(`asks another origin: ${request.url()}`);
      }
    });
    const page = await context.newPage();
    await page.goto(path);
    return page;
  }

  /** Takes away the complaints that a test has provoked: exactly these, which may be on their way. */
  async expectProblems(...patterns: RegExp[]): Promise<void> {
    const expected = patterns.map((pattern) => expect.stringMatching(pattern));
    await expect.poll(() => this.#problems, { timeout: AT_ONCE_MS }).toEqual(expected);
    this.#problems = [];
  }

  /** Closes what a test has opened, and fails when a page complained. */
  async tidy(): Promise<void> {
    for (const context of this.#contexts.splice(0)) await context.close();
    const problems = this.#problems.splice(0);
    expect(problems).toEqual([]);
  }

  /** What a browser keeps of somebody who has signed in before. */
  async #signedIn(role: MemberRole, origin: string) {
    const [name = "", value = ""] = (await sessionOf(this.app, emailOf(role))).split("=");
    const rest = { expires: -1, httpOnly: true, secure: false, sameSite: "Lax" as const };
    return {
      cookies: [{ name, value, domain: "127.0.0.1", path: "/", ...rest }],
      origins: [{ origin, localStorage: [{ name: "socialhub.signed-in", value: "yes" }] }],
    };
  }
}

export const emailOf = (role: MemberRole) => `${role.toLowerCase()}@browser.example.com`;

/** Starts a dashboard for the tests of a file, and looks after each of them whether a page complained. */
export function useDashboard(): Dashboard {
  const dashboard = new Dashboard();
  beforeAll(() => dashboard.start());
  afterEach(() => dashboard.tidy());
  afterAll(() => dashboard.stop());
  return dashboard;
}

/** Builds it when its sources have changed; two files wait for each other. */
async function buildDashboard() {
  const client = connect(inject("adminUrl"), { max: 1 });
  try {
    await client`select pg_advisory_lock(hashtext('build of the dashboard'))`;
    await promisify(execFile)(process.execPath, ["scripts/build-web.mjs"]);
  } finally {
    await client.end({ timeout: 5 });
  }
}
