import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedDemo } from "../src/data/demo/seed.ts";
import { headlineOperation } from "../src/schema/headline.ts";
import { createTestApp, type TestApp } from "./support/app.ts";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

describe("the headline operation", () => {
  it("answers fifteen accounts with ten posts each in five statements", async () => {
    const { data, extensions } = await app.read(headlineOperation);

    const accounts = data.accounts.edges;
    expect(accounts).toHaveLength(15);
    for (const { node } of accounts) expect(node.posts.edges).toHaveLength(10);
    expect(extensions["sql"].statements).toBe(5);
    expect(extensions["sql"].batches.map((batch: { loader: string }) => batch.loader)).toEqual([
      "Query.accounts",
      "Account.posts",
      "metricsOfPost",
      "Post.comments",
      "contactById",
    ]);
  });

  it("issues as many on four times the data", async () => {
    await seedDemo({ ownerUrl: app.database.ownerUrl, scale: 4 });
    const { extensions } = await app.read(headlineOperation);
    expect(extensions["sql"].statements).toBe(5);
  });
});
