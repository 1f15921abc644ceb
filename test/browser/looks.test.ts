import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { useDashboard } from "../support/browser.ts";
import { hasChromium } from "../support/chromium.ts";

/* How the pages look and read: for eyes in light and dark, on a phone, for screen readers, in French. */

const dashboard = useDashboard();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The main pages, and what each shows when all of it is there. */
const pages: [path: string, heading: string, content: string][] = [
  ["/", "Overview", "section.account"],
  ["/posts", "Posts", "main ul.rows > li"],
  ["/calendar?day=2026-10-15", "Calendar", 'main a[href^="/posts/"]'],
  ["/inbox", "Inbox", "main ul.rows > li"],
  ["/settings", "Settings: Members", "main ul.rows > li"],
  ["/settings/keys", "Settings: API keys", "main form, main button[aria-expanded]"],
  ["/settings/log", "Settings: Audit log", "main section"],
  ["/settings/workspace", "Settings: Workspace", "main form"],
  ["/lens", "Lens", "main table tbody tr"],
  ["/lens/dry-run", "Dry run", "main form"],
  ["/lens/statements", "Statements", "main table tbody tr"],
];

/** Goes to a page without loading the document again, and waits until it is whole. */
async function goTo(page: Page, [path, heading, content]: (typeof pages)[number]) {
  await page.evaluate(
    `history.pushState(null, "", ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent("popstate"))`,
  );
  await page.getByRole("heading", { name: heading, level: 1, exact: true }).waitFor();
  await page.locator(content).first().waitFor();
  await page.locator(".mantine-Skeleton-root").first().waitFor({ state: "detached" });
  // A colour on its way to another one is neither.
  await page.evaluate(
    "Promise.all(document.getAnimations().map((each) => each.finished)).then(() => 0)",
  );
}

/** The first items of a list stand for all: to look at fifty is ten times the work. */
const ALIKE = ["ul.rows > li:nth-child(n+6)", "section.account:nth-child(n+4)"];

/** What axe finds on a page, serious or worse. */
async function barriersOf(page: Page, rules?: readonly string[]): Promise<unknown[]> {
  // Not as a script element: the page's policy would refuse it.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(`${axe}; undefined`);
  const { violations, passes } = await page.evaluate<AxeResults>(
    `axe.run(${JSON.stringify({ exclude: ALIKE })}, ${JSON.stringify(rules ? { runOnly: rules } : {})})`,
  );
  // A look at nothing finds nothing.
  expect(passes.length).toBeGreaterThanOrEqual(rules?.length ?? 10);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) }));
}

describe.skipIf(!hasChromium)("accessibility rules", () => {
  it.each([
    ["light", undefined],
    // All else is the same there.
    ["dark", ["color-contrast"]],
  ] as const)("hold on every page in %s", async (colorScheme, rules) => {
    const page = await dashboard.open("/", { options: { colorScheme } });
    await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
    expect(await barriersOf(page, rules), "signing in").toEqual([]);

    const inside = await dashboard.open("/", { as: "OWNER", options: { colorScheme } });
    await inside.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
    for (const each of pages) {
      await goTo(inside, each);
      expect(await barriersOf(inside, rules), each[0]).toEqual([]);
    }
    await inside.locator('nav a[href="/posts"]').first().click();
    await inside.locator('main a[href^="/posts/"]').first().click();
    await inside.getByRole("region", { name: "Figures" }).waitFor();
    expect(await barriersOf(inside, rules), "a post").toEqual([]);
  });

  it("hold in the menus and lists that open", async () => {
    const page = await dashboard.open("/posts", { as: "ADMIN" });
    await page.getByRole("list", { name: "Posts" }).locator("li").first().waitFor();
    for (const name of [/^Account of/, /^Workspace: /]) {
      await page.getByRole("button", { name }).click();
      await page.getByRole("menu").waitFor();
      expect(await barriersOf(page), String(name)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("menu").waitFor({ state: "detached" });
    }
    await page.getByRole("button", { name: "Filters" }).click();
    for (const name of ["Account", "Order"]) {
      await page.getByRole("combobox", { name, exact: true }).click();
      await page.getByRole("option").first().waitFor();
      expect(await barriersOf(page), name).toEqual([]);
      await page.keyboard.press("Escape");
    }
  });
});

describe.skipIf(!hasChromium)("a phone", () => {
  it("shows every page without scrolling sideways", async () => {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    const page = await dashboard.open("/", { as: "OWNER", options: phone });
    for (const each of pages) {
      await goTo(page, each);
      expect(await page.evaluate("document.documentElement.scrollWidth"), each[0]).toBe(390);
    }
    const tabs = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
    expect(await tabs.allTextContents()).toContain("Calendar");
    await tabs.filter({ hasText: "Posts" }).tap();
    await page.locator('main a[href^="/posts/"]').first().tap();
    await page.getByRole("heading", { name: /^Post: /, level: 1 }).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  });
});

describe.skipIf(!hasChromium)("French", () => {
  it("is what a French browser gets, and the choice of anybody else", async () => {
    const page = await dashboard.open("/", { as: "VIEWER", options: { locale: "fr-FR" } });
    await page.getByRole("heading", { name: "Aperçu", level: 1 }).waitFor();
    expect(await page.evaluate("document.documentElement.lang")).toBe("fr");
    await page.getByRole("link", { name: "Publications", exact: true }).click();
    await page.getByRole("list", { name: "Publications" }).locator("li").first().waitFor();

    const english = await dashboard.open("/", { as: "VIEWER" });
    await english.getByRole("button", { name: /^Account of/ }).click();
    await english.getByRole("menuitemradio", { name: "Français" }).click();
    await english.getByRole("heading", { name: "Aperçu", level: 1 }).waitFor();
    await english.reload();
    await english.getByRole("heading", { name: "Aperçu", level: 1 }).waitFor();
  });
});

describe.skipIf(!hasChromium)("the network", () => {
  it("is the server alone: the page's policy refuses whatever else is asked for", async () => {
    const page = await dashboard.open("/");
    await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
    await page.evaluate('fetch("https://elsewhere.example.com/").catch(() => undefined)');
    await dashboard.expectProblems(/connect-src 'self'/, /Content Security Policy/);
  });
});
