import { describe, expect, it } from "vitest";
import { headlineOperation } from "../../src/schema/headline.ts";
import { useDashboard } from "../support/browser.ts";
import { hasChromium } from "../support/chromium.ts";
import { plantSplits } from "../support/splits.ts";

/* What a developer finds out in the browser alone. */

const dashboard = useDashboard();

describe.skipIf(!hasChromium)("the lens", () => {
  it("leads to the loader whose batch split, as it happens", async () => {
    const page = await dashboard.open("/lens", { as: "OWNER" });
    await page.getByText("Live", { exact: true }).waitFor();
    const query = "query Split { comments(first: 18) { nodes { author { displayName } } } }";
    await dashboard.app.read(query.replace("Split", "Whole"));
    const planted = plantSplits();
    await dashboard.app.read(query).finally(() => planted.mockRestore());
    const rows = page.getByRole("table", { name: "Lens" }).locator("tbody tr");
    await rows.filter({ hasText: "Whole" }).waitFor();
    const split = rows.filter({ hasText: "Split" });
    await split.getByText("Split").first().waitFor();

    await page.getByRole("checkbox", { name: "Split" }).check();
    await expect.poll(() => rows.count()).toBe(1);
    expect(new URL(page.url()).search).toContain("split");
    await split.getByRole("link").click();
    await page.getByRole("heading", { name: "A batch split" }).waitFor();
    const said = await page.getByRole("main").textContent();
    expect(said).toContain("contactById ran");
    expect(said).toContain("comments.author");

    await page
      .getByRole("button", { name: /contactById/ })
      .first()
      .click();
    await page.getByRole("button", { name: "Show the plan" }).first().click();
    await page
      .getByText(/Index (Only )?Scan/)
      .first()
      .waitFor();
  });

  it("foresees what a query would cost and send, without sending it", async () => {
    const page = await dashboard.open("/lens/dry-run", { as: "OWNER" });
    await page.getByRole("textbox", { name: /^Query/ }).fill(headlineOperation);
    await page.getByRole("button", { name: "Foresee" }).click();
    await page.getByText("The server would execute it.").waitFor();
    const said = await page.getByRole("main").textContent();
    for (const loader of ["Account.posts", "metricsOfPost", "Post.comments", "contactById"]) {
      expect(said).toContain(loader);
    }
    await page
      .getByRole("textbox", { name: /^Query/ })
      .fill(
        "{ posts(first: 100) { nodes { comments(first: 100) { nodes { replies(first: 100) { nodes { id } } } } } } }",
      );
    await page.getByRole("button", { name: "Foresee" }).click();
    await page.getByText("The server would refuse it").waitFor();
    await page.goto("/lens");
    await page.getByText("Live", { exact: true }).waitFor();
    expect(await page.getByRole("main").textContent()).not.toContain("Dashboard");
  });
});
