import { v7 as uuidv7 } from "uuid";
import { afterAll, describe, expect, it } from "vitest";
import { inWorkspace } from "../../src/db/workspace-transaction.ts";
import { fromGlobalId, toGlobalId } from "../../src/loaders/global-id.ts";
import type { TestApp } from "../support/app.ts";
import { useDashboard } from "../support/browser.ts";
import { hasChromium } from "../support/chromium.ts";
import { anotherServer, asOwnerOf } from "../support/people.ts";
import { operationsOf } from "../support/wire-of-page.ts";

/* What the pages show, and what they ask for it. */

const dashboard = useDashboard();

const PAGE_SIZE = 25;

describe.skipIf(!hasChromium)("the overview", () => {
  it("is one request of at most five statements, and says so", async () => {
    const page = await dashboard.open("/inbox", { as: "VIEWER" });
    await page.getByRole("list", { name: "Inbox" }).waitFor();
    const sent = operationsOf(page);
    await page.goto("/");
    const cards = page.locator("section.account");
    await cards.last().waitFor();
    await page.waitForLoadState("networkidle");
    expect(await cards.count()).toBe(15);
    expect(sent.map(({ name }) => name)).toEqual(["Overview"]);
    const { sql } = (await sent[0]!.answer()).extensions;
    expect(sql.statements).toBeGreaterThan(1);
    expect(sql.statements).toBeLessThanOrEqual(5);
    const said = await page.getByTestId("statements").textContent();
    expect(said).toContain(`${sql.statements} SQL statements`);
    expect(await page.getByRole("img", { name: /^Engagement of the latest/ }).count()).toBe(15);
  });
});

describe.skipIf(!hasChromium)("the list of posts", () => {
  it("keeps 500 posts once each, one request a page, while another client writes", async () => {
    const before = await postIds(20 * PAGE_SIZE);
    const inserted: string[] = [];
    const page = await dashboard.open("/", { as: "EDITOR" });
    await page.locator("section.account").first().waitFor();
    const sent = operationsOf(page);
    await page.getByRole("link", { name: "Posts", exact: true }).click();
    const rows = page.getByRole("list", { name: "Posts" }).locator("li");
    for (let count = PAGE_SIZE; count < before.length; count += PAGE_SIZE) {
      await rows.nth(count - 1).waitFor({ state: "attached" });
      // Above everything that is shown, and where the list has not come yet.
      const later = before[count + 2 * PAGE_SIZE];
      inserted.push(...(await insertPosts(before[0], later)).slice(1));
      await rows.nth(count - 1).scrollIntoViewIfNeeded();
    }
    await rows.nth(before.length - 1).waitFor({ state: "attached" });
    await page.waitForLoadState("networkidle");

    const shown = await rows
      .locator('a[href^="/posts/"]')
      .evaluateAll((links) => links.map((each) => String(each.getAttribute("href")).slice(7)));
    expect(new Set(shown).size).toBe(shown.length);
    expect(shown.length).toBeGreaterThanOrEqual(before.length);
    const early = shown.filter((id) => !inserted.includes(id));
    expect(early).toEqual(before.slice(0, early.length));
    expect(inserted.length).toBeGreaterThan(10);
    expect(shown).toEqual(expect.arrayContaining(inserted));
    const pages = sent.filter(({ name }) => name === "Posts");
    expect(pages).toHaveLength(Math.ceil(shown.length / PAGE_SIZE));
    expect(new Set(pages.map(({ variables }) => variables.after)).size).toBe(pages.length);

    // And back: what the cache has is not asked for again.
    await page.getByRole("link", { name: "Overview", exact: true }).click();
    await page.locator("section.account").first().waitFor();
    await page.getByRole("link", { name: "Posts", exact: true }).click();
    await rows.nth(before.length - 1).waitFor({ state: "attached" });
    expect(sent.filter(({ name }) => name === "Posts")).toHaveLength(pages.length);
  });

  it("is narrowed by filters, which stand in the address", async () => {
    const page = await dashboard.open("/posts", { as: "VIEWER" });
    const rows = page.getByRole("list", { name: "Posts" }).locator("li");
    await rows.first().waitFor();
    await page.getByRole("button", { name: "Filters" }).click();
    await choose("Network", "Instagram");
    await choose("Status", "Scheduled");
    await expect.poll(() => page.url()).toMatch(/network=INSTAGRAM&status=SCHEDULED/);
    await expect.poll(notFitting).toEqual([]);
    const found = await rows.count();
    expect(found).toBeGreaterThan(0);
    await page.reload();
    await rows.nth(found - 1).waitFor({ state: "attached" });
    expect(await notFitting()).toEqual([]);

    await page.getByLabel("To", { exact: true }).fill("2001-01-01");
    await page.getByText("No posts fit the filters").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).first().click();
    await rows.nth(PAGE_SIZE - 1).waitFor({ state: "attached" });
    expect(new URL(page.url()).search).toBe("");

    async function choose(label: string, option: string) {
      await page.getByRole("combobox", { name: label }).click();
      await page.getByRole("option", { name: option, exact: true }).click();
      await page.keyboard.press("Escape");
    }
    async function notFitting() {
      const texts = await rows.allTextContents();
      return texts.filter((text) => !text.includes("Instagram") || !text.includes("Scheduled"));
    }
  });

  it("is searched by words, which stand in the address", async () => {
    const page = await dashboard.open("/posts", { as: "VIEWER" });
    const rows = page.getByRole("list", { name: "Posts" }).locator("li");
    await rows.nth(PAGE_SIZE - 1).waitFor({ state: "attached" });
    const sent = operationsOf(page);
    const field = page.getByRole("searchbox", { name: "Search posts" });
    await field.pressSequentially("About the");
    await expect.poll(() => page.url()).toContain("?text=About+the");
    const without = async () =>
      (await rows.allTextContents()).filter((text) => !/\babout\b/i.test(text));
    await expect.poll(without).toEqual([]);
    expect(await rows.count()).toBeGreaterThan(0);
    // Not after every key.
    expect(sent.length).toBeLessThan("About the".length);
    expect(sent.at(-1)?.variables.filter).toEqual({ text: "About the" });

    await field.fill("nosuchword");
    await page.getByText("No posts with these words").waitFor();
    await page.getByRole("button", { name: "Clear the search" }).click();
    await rows.nth(PAGE_SIZE - 1).waitFor({ state: "attached" });
    expect([new URL(page.url()).search, await field.inputValue()]).toEqual(["", ""]);

    await field.fill("🎉");
    await page.getByText("A search needs a word of letters or digits.").waitFor();
    await field.fill("a b c d e f g h i");
    await page.getByText("Only the first 8 words count.").waitFor();

    // Cleared between the last key and the moment after it: what was typed does not come back.
    await page.goto("/posts?status=DRAFT");
    await rows.first().waitFor();
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 5_000);
    await field.fill("about");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.clock.runFor(1_000);
    expect([new URL(page.url()).search, await field.inputValue()]).toEqual(["", ""]);
  });
});

describe.skipIf(!hasChromium)("a post", () => {
  it("opens with its figures and its conversation, which goes on", async () => {
    const page = await dashboard.open(`/posts/${await liveliestPost()}`, { as: "VIEWER" });
    const thread = page.getByRole("region", { name: "Conversation" });
    const comments = thread.locator("ul.thread > li");
    await comments.first().waitFor();
    await page.getByRole("region", { name: "Figures" }).getByText("Impressions").waitFor();
    const before = await comments.count();
    const sent = operationsOf(page);
    await thread.getByRole("button", { name: "More comments" }).click();
    await comments.nth(before).waitFor();
    expect(sent).toHaveLength(1);
    const ids = (await sent[0]!.answer()).data.post.comments.edges.length;
    await expect.poll(() => comments.count()).toBe(before + ids);
  });

  it("that does not exist says so", async () => {
    const missing = toGlobalId("Post", uuidv7());
    const page = await dashboard.open(`/posts/${missing}`, { as: "VIEWER" });
    await page.getByText("There is no such post").waitFor();
  });
});

describe.skipIf(!hasChromium)("the calendar", () => {
  it("goes from month to week, and opens a post", async () => {
    const page = await dashboard.open("/calendar?day=2026-10-15", { as: "VIEWER" });
    await page.getByText("October 2026").waitFor();
    await page.locator('main a[href^="/posts/"]').first().waitFor();
    await page.getByText("Week", { exact: true }).click();
    await page.getByText(/12.*18 Oct 2026/).waitFor();
    await page.getByRole("button", { name: "Earlier" }).click();
    await page.getByText(/5.*11 Oct 2026/).waitFor();
    await page.locator('main a[href^="/posts/"]').first().click();
    await page.getByRole("heading", { name: /^Post: /, level: 1 }).waitFor();
  });
});

describe.skipIf(!hasChromium)("the inbox", () => {
  it("marks and counts what is new since the last look, and asks for nothing that it has", async () => {
    const page = await dashboard.open("/inbox", { as: "EDITOR" });
    await page.getByText("From your next visit on, what is new is marked here.").waitFor();
    const news = page.getByRole("list", { name: "Inbox" }).getByText("New since you last looked");
    const sent = operationsOf(page);
    const awayAndBack = async () => {
      await page.getByRole("link", { name: "Overview", exact: true }).click();
      await page.locator("section.account").first().waitFor();
      await page.getByRole("link", { name: "Inbox", exact: true }).click();
    };
    await awayAndBack();
    await page.getByText(/^Nothing new since/).waitFor();
    expect(sent.map(({ name }) => name)).toEqual(["Overview"]);

    await insertComment("Written while nobody looked");
    await page.getByRole("button", { name: "Look for new ones" }).click();
    await page.getByText(/^1 new since/).waitFor();
    expect(await news.count()).toBe(1);
    const row = page.getByRole("list", { name: "Inbox" }).locator("li").first();
    expect(await row.textContent()).toContain("Written while nobody looked");

    await awayAndBack();
    await page.getByText(/^Nothing new since/).waitFor();
    await row.getByText("Written while nobody looked").waitFor();
    expect(await news.count()).toBe(0);
    expect(sent.map(({ name }) => name)).toEqual(["Overview", "Inbox"]);
  });

  it("takes a day that is typed, and asks for it once", async () => {
    const page = await dashboard.open("/inbox?to=9999-12-31", { as: "VIEWER" });
    await page.getByRole("list", { name: "Inbox" }).waitFor();
    await page.getByRole("button", { name: "Filters" }).click();
    const field = page.getByLabel("From", { exact: true });
    const sent = operationsOf(page);
    // The same in the browsers that begin with the month.
    await field.pressSequentially("10102025");
    await expect.poll(() => page.url()).toMatch(/\?from=2025-10-10$/);
    expect(await field.inputValue()).toBe("2025-10-10");
    await page.waitForLoadState("networkidle");
    expect(sent.filter(({ name }) => name === "Inbox")).toHaveLength(1);
  });
});

describe.skipIf(!hasChromium)("what comes", () => {
  it("takes the place of its skeleton: nothing jumps", async () => {
    const page = await dashboard.open("/healthz", { as: "VIEWER" });
    // The data come when the skeleton is there.
    await page.route("**/graphql", async (route) => {
      await page.locator(".mantine-Skeleton-root").first().waitFor();
      await route.continue();
    });
    for (const [path, content] of [
      ["/", "section.account"],
      ["/posts", "main ul.rows > li"],
    ] as const) {
      await page.goto(path);
      await page.locator(content).last().waitFor();
      await page.waitForLoadState("networkidle");
      expect(await page.evaluate<number>(SHIFTED), path).toBeLessThan(0.1);
    }
    // What jumps is seen.
    await page
      .locator("main")
      .evaluate((main) => Object.assign(main, { style: "margin-top: 40vh" }));
    await expect.poll(() => page.evaluate<number>(SHIFTED)).toBeGreaterThan(0.1);
  });
});

describe.skipIf(!hasChromium)("a problem", () => {
  let strict: TestApp | undefined;
  afterAll(() => strict?.close());

  it("that a gate makes is told in words, with the request's id and a retry", async () => {
    strict = await anotherServer(dashboard.app, { MAX_COMPLEXITY: "20" });
    const from = await strict.server.listen({ host: "127.0.0.1", port: 0 });
    const page = await dashboard.open("/", { as: "VIEWER", from });
    const alert = page.getByRole("alert");
    await alert.getByText("That is more than the server answers at once.").waitFor();
    // And what the server says itself.
    await alert.getByText(/points; at most 20 are allowed/).waitFor();
    const id = alert.getByText(/^Request /);
    const first = await id.textContent();
    expect(first).toMatch(/^Request \S{8,}/);
    await alert.getByRole("button", { name: "Try again" }).click();
    await expect.poll(() => id.textContent()).not.toBe(first);
    await dashboard.expectProblems(/400.*graphql/, /400.*graphql/);
  });

  it("of one part leaves the rest, and is gone when trying again goes well", async () => {
    const rename = (from: string, to: string) =>
      asOwnerOf(dashboard.app.database, (client) =>
        client.unsafe(`alter table ${from} rename to ${to}`),
      );
    await rename("comments", "comments_elsewhere");
    try {
      const page = await dashboard.open("/", { as: "VIEWER" });
      await page.getByText("Some of it could not be loaded").waitFor();
      expect(await page.locator("section.account").count()).toBe(15);
      await page
        .getByRole("alert")
        .getByText(/^Request /)
        .waitFor();
      await rename("comments_elsewhere", "comments");
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByRole("alert").waitFor({ state: "detached" });
    } finally {
      await rename("if exists comments_elsewhere", "comments");
    }
  });
});

/** The newest posts as the API has them, straight from the database. */
const postIds = (count: number): Promise<string[]> =>
  asOwnerOf(dashboard.app.database, (client) =>
    inWorkspace(client, dashboard.workspaceId, async (transaction) => {
      const rows = await transaction<{ id: string }[]>`
        select id from posts order by timeline_at desc, id desc limit ${count}`;
      return rows.map(({ id }) => toGlobalId("Post", id));
    }),
  );

/** How much has moved on the page since it was opened, as Cumulative Layout Shift counts. */
const SHIFTED = `new Promise((resolve) => {
  const shifts = [];
  const note = (list) => shifts.push(...list.getEntries());
  new PerformanceObserver(note).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(shifts.reduce((sum, { value }) => sum + value, 0)), 50);
})`;

/** Somebody writes, later than everybody before. */
const insertComment = (body: string): Promise<unknown> =>
  asOwnerOf(dashboard.app.database, (client) =>
    inWorkspace(
      client,
      dashboard.workspaceId,
      (transaction) => transaction`
        insert into comments (workspace_id, id, account_id, post_id, contact_id, body, created_at)
        select workspace_id, ${uuidv7()}, account_id, post_id, contact_id, ${body},
          created_at + interval '1 minute'
        from comments order by created_at desc limit 1`,
    ),
  );

const liveliestPost = (): Promise<string> =>
  asOwnerOf(dashboard.app.database, (client) =>
    inWorkspace(client, dashboard.workspaceId, async (transaction) => {
      const [row] = await transaction<{ id: string }[]>`
        select post_id as id from comments group by post_id order by count(*) desc limit 1`;
      return toGlobalId("Post", row!.id);
    }),
  );

/** A post of another client for each that is given, at its moment and newer than it. Answers with their ids. */
const insertPosts = (...like: (string | undefined)[]): Promise<string[]> =>
  asOwnerOf(dashboard.app.database, (client) =>
    inWorkspace(client, dashboard.workspaceId, async (transaction) => {
      const rows = await transaction<{ id: string }[]>`
        insert into posts
          (workspace_id, id, account_id, network, status, body, created_at, published_at)
        select workspace_id, gen_random_uuid(), account_id, network, 'PUBLISHED', 'of another client',
          now(), timeline_at + interval '1 millisecond'
        from posts where id = any(${like.flatMap((id) => (id ? [fromGlobalId(id).id] : []))}::uuid[])
        order by timeline_at desc
        returning id`;
      return rows.map(({ id }) => toGlobalId("Post", id));
    }),
  );
