import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { memberRoles } from "../../src/db/tables/access-words.ts";
import { emailOf, useDashboard } from "../support/browser.ts";
import { hasChromium } from "../support/chromium.ts";
import { asOwnerOf, PASSWORD } from "../support/people.ts";
import { operationsOf } from "../support/wire-of-page.ts";

/* Who comes in, and what each may do. */

const dashboard = useDashboard();

describe.skipIf(!hasChromium)("signing in", () => {
  it("asks for the page that was wanted, and says when the password is wrong", async () => {
    const page = await dashboard.open("/posts");
    await page.getByLabel("E-mail address").fill(emailOf("EDITOR"));
    await page.getByLabel("Password").first().fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The e-mail address or the password is wrong.").waitFor();
    await dashboard.expectProblems(/401.*sign-in\/email/);

    await page.getByLabel("Password").first().fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Posts", level: 1 }).waitFor();
    await page.getByRole("list", { name: "Posts" }).waitFor();

    await page.getByRole("button", { name: /^Account of/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
  });

  it.each(memberRoles)("shows a %s what the role allows", async (role) => {
    const manages = role === "OWNER" || role === "ADMIN";
    const page = await dashboard.open("/settings/keys", { as: role });
    await (
      manages
        ? page.getByRole("button", { name: "Make a key" })
        : page.getByText("Your role does not show this")
    ).waitFor();
    const sections = page.getByRole("navigation", { name: "Settings" }).getByRole("link");
    expect(await sections.allTextContents()).toEqual(
      manages ? ["Members", "API keys", "Audit log", "Workspace"] : ["Members", "Workspace"],
    );
    await sections.first().click();
    await (
      manages
        ? page.getByRole("button", { name: "Make the invitation" })
        : page.getByText("Owners and admins of the workspace invite members")
    ).waitFor();
  });
});

describe.skipIf(!hasChromium)("two tabs of one browser", () => {
  it("are signed out together, and both are of whoever signs in next", async () => {
    const first = await dashboard.open("/", { as: "EDITOR" });
    const second = await first.context().newPage();
    await second.goto("/settings");
    const account = (page: Page) => page.getByRole("button", { name: /^Account of / });
    await first.locator("section.account h2").first().waitFor();
    await second.getByRole("list", { name: "Members" }).locator("li").first().waitFor();
    await expect.poll(() => account(second).textContent()).toContain("EDITOR");

    await account(first).click();
    await first.getByRole("menuitem", { name: "Sign out" }).click();
    await second.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();

    await first.getByLabel("E-mail address").fill(emailOf("OWNER"));
    await first.getByLabel("Password").first().fill(PASSWORD);
    await first.getByRole("button", { name: "Sign in" }).click();
    await second.getByRole("heading", { name: "Settings: Members", level: 1 }).waitFor();
    await expect.poll(() => account(second).textContent()).toContain("OWNER");
    await second.getByRole("button", { name: "Make the invitation" }).waitFor();
  });
});

describe.skipIf(!hasChromium)("another workspace of the same person", () => {
  it("shows its own accounts and none of the first, also after coming back", async () => {
    const page = await dashboard.open("/", { as: "ADMIN" });
    const names = page.locator("section.account h2");
    await names.first().waitFor();
    const atHome = await names.allTextContents();
    await page.getByRole("button", { name: "Workspace: Harbour & Pine Agency" }).click();
    await page.getByRole("menuitem", { name: /Maison/ }).click();
    await page.getByRole("button", { name: /^Workspace: .*Maison/ }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: /^Workspace: .*Maison/ }).waitFor();
    await names.first().waitFor();
    const elsewhere = await names.allTextContents();
    expect(elsewhere.length).toBeGreaterThan(1);
    expect(elsewhere.filter((name) => atHome.includes(name))).toEqual([]);
  });
});

describe.skipIf(!hasChromium)("an invitation", () => {
  it("brings somebody new into the workspace, by its link alone", async () => {
    const owner = await dashboard.open("/settings", { as: "OWNER" });
    await owner.getByLabel("E-mail address").fill("new@browser.example.com");
    await owner.getByRole("button", { name: "Make the invitation" }).click();
    const link = await owner.getByLabel("Link of the invitation").inputValue();
    expect(link).toMatch(new RegExp(`^${dashboard.url}/join#.{20,}`));

    const guest = await dashboard.open(link);
    await guest.getByLabel("E-mail address that was invited").fill("new@browser.example.com");
    await guest.getByLabel("Your name").fill("Noor Newcomer");
    await guest
      .getByLabel(/^New password/)
      .first()
      .fill(PASSWORD);
    await guest.getByRole("button", { name: "Make the account" }).click();
    await guest.getByRole("button", { name: "Accept the invitation" }).click();
    await guest.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
    await guest.getByText("Harbour & Pine Agency").waitFor();

    await owner.reload();
    await owner.getByText("Noor Newcomer").waitFor();
    await owner.getByText("Accepted", { exact: true }).waitFor();
  });
});

describe.skipIf(!hasChromium)("a change that the server cannot make", () => {
  it("is shown at once, taken back, and explained with the request's id", async () => {
    const rename = (from: string, to: string) =>
      asOwnerOf(dashboard.app.database, (client) =>
        client.unsafe(`alter table ${from} rename to ${to}`),
      );
    const page = await dashboard.open("/settings", { as: "OWNER" });
    const members = page.getByRole("list", { name: "Members" }).locator("li");
    const role = members.filter({ hasText: emailOf("EDITOR") }).getByRole("combobox");
    await expect.poll(() => role.inputValue()).toBe("EDITOR");
    let letGo = () => {};
    const isWatched = new Promise<void>((resolve) => (letGo = resolve));
    await page.route("**/graphql", async (route) => {
      await isWatched;
      await route.continue();
    });
    await rename("idempotency_records", "idempotency_elsewhere");
    try {
      await role.selectOption("VIEWER");
      await expect.poll(() => role.inputValue()).toBe("VIEWER");
      letGo();
      const told = page.getByRole("alert").filter({ hasText: "It was not changed" });
      expect(await told.textContent()).toMatch(/Request [0-9a-f-]{36}/);
      expect(await role.inputValue()).toBe("EDITOR");
    } finally {
      await rename("idempotency_elsewhere", "idempotency_records");
    }
    await page.reload();
    await expect.poll(() => role.inputValue()).toBe("EDITOR");
  });
});

describe.skipIf(!hasChromium)("an API key", () => {
  it("is shown once, works at once, and stops when it is revoked", async () => {
    const page = await dashboard.open("/settings/keys", { as: "OWNER" });
    await page.getByRole("button", { name: "Make a key" }).click();
    await page.getByLabel("What it is for").fill("Weekly report");
    await page.getByRole("button", { name: "Make the key" }).click();
    const key = await page.getByLabel("The key", { exact: true }).inputValue();
    // As over plain HTTP, where there is none.
    await page.evaluate("delete Navigator.prototype.clipboard");
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByText("copy it with the keyboard").waitFor();
    expect(await page.evaluate("getSelection().toString()")).toBe(key);
    const ask = () =>
      byCurl(`${dashboard.url}/graphql`, key, "{ viewer { role } workspace { name } }");
    expect(await ask()).toEqual({
      status: 200,
      answer: {
        data: { viewer: { role: "VIEWER" }, workspace: { name: "Harbour & Pine Agency" } },
      },
    });

    await page.reload();
    await page.getByText("Weekly report").first().waitFor();
    expect(await page.content()).not.toContain(key);

    await page.getByRole("button", { name: "Revoke: Weekly report" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByText("Revoked", { exact: true }).waitFor();
    await expect.poll(async () => (await ask()).status, { timeout: 30_000 }).toBe(401);
  });

  async function byCurl(url: string, key: string, query: string) {
    const headers = [`authorization: Bearer ${key}`, "content-type: application/json"];
    const words = [
      "--silent",
      "--write-out",
      "\n%{http_code}",
      "--data",
      JSON.stringify({ query }),
    ];
    for (const header of headers) words.push("--header", header);
    const { stdout } = await promisify(execFile)("curl", [...words, url]);
    const end = stdout.lastIndexOf("\n");
    const answer: unknown = JSON.parse(stdout.slice(0, end));
    return { status: Number(stdout.slice(end)), answer };
  }
});

describe.skipIf(!hasChromium)("a keyboard", () => {
  it("is all that it takes to sign in, go to the posts and open one", async () => {
    const page = await dashboard.open("/");
    const { keyboard } = page;
    /** Tab until what is named has the focus. */
    const tabTo = async (isMeant: (focused: string) => boolean) => {
      const passed: string[] = [];
      while (passed.length < 40) {
        await keyboard.press("Tab");
        passed.push(await page.evaluate<string>(FOCUSED));
        if (isMeant(passed.at(-1)!)) return;
      }
      throw new Error(`Tab came to all of these: ${passed.join(" | ")}`);
    };
    const called = (name: string) => (focused: string) => focused === name;
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await tabTo(called("E-mail address"));
    await keyboard.type(emailOf("VIEWER"));
    await tabTo(called("Password"));
    await keyboard.type(PASSWORD);
    await keyboard.press("Enter");
    await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
    await tabTo(called("Skip to the content"));
    await tabTo(called("Posts"));
    await keyboard.press("Enter");
    await page.getByRole("list", { name: "Posts" }).waitFor();
    // The heading has the focus: what follows is the list's own.
    expect(await page.evaluate<string>(FOCUSED)).toBe("Posts");
    const sent = operationsOf(page);
    const first = page.getByRole("list", { name: "Posts" }).getByRole("link").first();
    const text = await first.textContent();
    await tabTo((focused) => focused === text);
    await keyboard.press("Enter");
    await page.getByRole("heading", { name: /^Post: /, level: 1 }).waitFor();
    expect(sent.map(({ name }) => name)).toEqual(["Post"]);
  });
});

describe.skipIf(!hasChromium)("a page that cannot be shown", () => {
  it("says so, and leaves the others as they are", async () => {
    const page = await dashboard.open("/settings/keys", { as: "OWNER" });
    await page.getByRole("button", { name: "Make a key" }).waitFor();
    await page.route(/\/lens-[^/]*\.js$/, (route) =>
      route.fulfill({
        contentType: "text/javascript",
        body: 'export default () => { throw new Error("broken on purpose"); };',
      }),
    );
    await page.getByRole("link", { name: "Lens" }).click();
    await page.getByText("This page has stumbled").waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "Make a key" }).waitFor();
    await dashboard.expectProblems(/broken on purpose/);
  });
});

/** What has the focus, by its label or its text. */
const FOCUSED = `(() => {
  const { activeElement: one } = document;
  return one.labels?.[0]?.textContent || one.getAttribute("aria-label") || one.textContent;
})()`;
