// Pictures of the dashboard's main pages for docs/images, from the demo data at the demo's own moment, and how
// fast its first page comes. Starts a server of its own: `npm run screenshots`.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { ANCHOR, MINUTE } from "../src/data/demo/workspaces.ts";
import { launchChromium } from "../test/support/chromium.ts";

interface Shot {
  name: string;
  path: string;
  /** What is there when the page is whole. */
  content: string;
  /** What the picture is of: this comes when the content is clicked on. */
  opens?: string;
  options?: BrowserContextOptions;
}

/** So long after its last post that nothing is of this minute. */
const NOW = ANCHOR + 3 * 60 * MINUTE;
const wide = { viewport: { width: 1200, height: 760 } };
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const shots: Shot[] = [
  { name: "overview", path: "/", content: "section.account .recharts-surface" },
  {
    name: "overview-dark",
    path: "/",
    content: "section.account .recharts-surface",
    options: { colorScheme: "dark" },
  },
  {
    name: "overview-phone",
    path: "/",
    content: "section.account .recharts-surface",
    options: phone,
  },
  { name: "posts", path: "/posts?status=PUBLISHED", content: "ul.rows > li" },
  {
    name: "post",
    path: "/posts?status=PUBLISHED",
    content: "ul.rows > li a",
    opens: "svg.recharts-surface",
  },
  { name: "calendar", path: "/calendar", content: 'main a[href^="/posts/"]' },
  {
    name: "inbox",
    path: "/inbox",
    content: "ul.rows > li a",
    opens: 'main section a[href^="/posts/"]',
  },
  { name: "settings", path: "/settings", content: "ul.rows > li" },
  {
    name: "lens",
    path: "/lens",
    content: "tr:has-text('Overview') a",
    opens: "button:has-text('Account.posts')",
  },
];

/** Runs in the page. */
const OBSERVE = `
  globalThis.seen = { largest: 0, tasks: [] };
  new PerformanceObserver((list) => {
    seen.largest = list.getEntries().at(-1).startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      seen.tasks.push({ start: startTime, ms: duration });
    }
  }).observe({ type: "longtask", buffered: true });
`;

const folder = await mkdtemp(join(tmpdir(), "socialhub-screenshots-"));
const main = join(import.meta.dirname, "../dist/main.js");
const server = spawn(process.execPath, [main, "serve"], {
  cwd: folder,
  env: { ...process.env, PORT: "0", DATA_DIR: join(folder, ".data") },
  stdio: ["ignore", "pipe", "inherit"],
});
const ended = new Promise((resolve) => server.once("close", resolve));
let browser: Browser | undefined;
try {
  await new Promise<void>((resolve, reject) => {
    server.stdout.on("data", (text) => String(text).includes("Stop with Ctrl-C") && resolve());
    void ended.then(() => reject(new Error("the server ended")));
  });
  browser = await launchChromium();
  const { url, people } = JSON.parse(await readFile(join(folder, ".data/demo.json"), "utf8"));
  const { email, password } = people.find(({ role }: { role: string }) => role === "OWNER");
  const first = await browser.newContext({ baseURL: url });
  const page = await first.newPage();
  await page.goto("/");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").first().fill(password);
  await page.keyboard.press("Enter");
  await page.locator("section.account").first().waitFor();
  const storageState = await first.storageState();
  const options = { baseURL: url, storageState, locale: "en-GB", timezoneId: "UTC" };
  for (const shot of shots) await take(browser, shot, { ...options, ...wide, ...shot.options });
  for (const throttled of [false, true]) await measure(browser, throttled, { ...options, ...wide });
} finally {
  await browser?.close();
  server.kill("SIGTERM");
  await ended;
  await rm(folder, { recursive: true });
}

async function take(from: Browser, shot: Shot, options: BrowserContextOptions) {
  const context = await from.newContext({ ...options, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW);
  await page.goto(shot.path);
  const content = page.locator(shot.content).first();
  await content.waitFor();
  if (shot.opens) {
    await content.click();
    await page.locator(shot.opens).first().waitFor();
  }
  await page.waitForLoadState("networkidle");
  await page.mouse.move(0, 0);
  const path = join(import.meta.dirname, `../docs/images/dashboard-${shot.name}.png`);
  const { length } = await page.screenshot({ path, animations: "disabled" });
  console.log(`${shot.name}: ${Math.round(length / 1000)} kB`);
  await context.close();
}

/** The first load of the overview with an empty cache; throttled as Lighthouse does for a phone. */
async function measure(from: Browser, throttled: boolean, options: BrowserContextOptions) {
  const context = await from.newContext(options);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  if (throttled) {
    await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 150,
      downloadThroughput: (1638.4 * 1024) / 8,
      uploadThroughput: (675 * 1024) / 8,
    });
  }
  let bytes = 0;
  await session.send("Network.enable");
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.addInitScript(OBSERVE);
  await page.goto("/");
  await page.locator("section.account").first().waitFor();
  await page.waitForLoadState("networkidle");
  console.log(
    `${throttled ? "slow phone (4 times slower, 1.6 Mbit/s, 150 ms)" : "this machine"}: ` +
      `${await figuresOf(page)}, ${Math.round(bytes / 1000)} kB over the wire, data and all`,
  );
  await context.close();
}

async function figuresOf(page: Page): Promise<string> {
  const { largest, tasks, first } = await page.evaluate<{
    largest: number;
    first: number;
    tasks: { start: number; ms: number }[];
  }>("({ ...seen, first: performance.getEntriesByName('first-contentful-paint')[0].startTime })");
  const late = tasks.filter(({ start, ms }) => start + ms > first);
  const blocking = late.reduce((sum, { ms }) => sum + Math.max(0, ms - 50), 0);
  return (
    `first contentful paint ${Math.round(first)} ms, largest ${Math.round(largest)} ms, ` +
    `total blocking time ${Math.round(blocking)} ms`
  );
}
