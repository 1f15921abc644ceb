import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { createTestApp, makeKey, type Json, type TestApp } from "./support/app.ts";
import { start, temporaryFolder } from "./support/command.ts";
import { makeProgram } from "../src/commands/program.ts";

let app: TestApp;
let url: string;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  app = await createTestApp();
  url = await app.server.listen({ port: 0, host: "127.0.0.1" });
  folder = await temporaryFolder();
});
afterAll(async () => {
  await app.close();
  await folder.remove();
});

/** Runs `socialhub lens` in this process while `work` does something to the server. */
async function following(
  words: string[],
  work: (printed: () => string[], said: () => string[]) => Promise<void>,
) {
  const lines: string[] = [];
  const complaints: string[] = [];
  const printed = vi
    .spyOn(console, "log")
    .mockImplementation((line: string) => void lines.push(line));
  const complained = vi
    .spyOn(console, "error")
    .mockImplementation((line: string) => void complaints.push(line));
  try {
    const running = makeProgram().parseAsync(["lens", ...words], { from: "user" });
    running.catch(() => undefined);
    await expect
      .poll(() => app.server.server.listening && process.listenerCount("SIGINT"))
      .toBeGreaterThan(0);
    // Connected: an operation is told.
    await expect
      .poll(async () => {
        await app.read("query Knock { tags(first: 1) { nodes { id } } }");
        return lines.length + (words.includes("--op") || words.includes("--slow") ? 1 : 0);
      })
      .toBeGreaterThan(0);
    await work(
      () => lines,
      () => complaints,
    );
    process.emit("SIGINT");
    await running;
  } finally {
    printed.mockRestore();
    complained.mockRestore();
  }
}

const refusedBy = async (words: string[]): Promise<string> => {
  const stopped = makeProgram().parseAsync(["lens", ...words], { from: "user" });
  return stopped.then(
    () => "it went on",
    (error: Error) => error.message,
  );
};

describe("socialhub lens", () => {
  it("prints a line for each operation, and ends quietly at Ctrl-C", async () => {
    await following([url, "--key", app.key], async (printed) => {
      await app.read("query Latest { posts(first: 2) { nodes { account { handle } } } }");
      await app.ask("{ posts { nodes { nothing } } }");
      await expect.poll(() => printed().at(-1)).toContain("GRAPHQL_VALIDATION_FAILED");
      const line = printed().find((each) => each.includes("Latest"));
      expect(line).toMatch(
        /^\d\d:\d\d:\d\d {2}Latest {22} +2 stmt +\d+\.\d ms sql +\d+\.\d ms +\d+ pt {2}depth 2$/,
      );
    });
  });

  it("prints JSON, and only operations of a name", async () => {
    await following([url, "--key", app.key, "--json", "--op", "Wanted"], async (printed) => {
      await expect
        .poll(async () => {
          await app.read("query Wanted { tags(first: 1) { nodes { id } } }");
          return printed().length;
        })
        .toBeGreaterThan(0);
      const told: Json[] = printed().map((line) => JSON.parse(line));
      expect(new Set(told.map(({ name }) => name))).toEqual(new Set(["Wanted"]));
      expect(told[0]).toMatchObject({ statements: 1, marks: [] });
    });
  });

  it("goes on where it was when the connection was lost", async () => {
    await following([url, "--key", app.key], async (printed, said) => {
      app.server.server.closeAllConnections();
      await app.read("query Meanwhile { tags(first: 1) { nodes { id } } }");
      await expect.poll(() => printed().join("\n"), { timeout: 5_000 }).toContain("Meanwhile");
      expect(said().join("\n")).toContain("again");
      expect(printed().filter((line) => line.includes("Meanwhile"))).toHaveLength(1);
    });
  });

  it("says what is wrong when it may not, or cannot, follow", async () => {
    const [workspace] = demoWorkspaceList();
    const blind = await makeKey(app.database, workspace!.id, ["read"]);
    expect(await refusedBy([url, "--key", "sh_wrong"])).toMatch(/refuses the key \(401\)/);
    expect(await refusedBy([url, "--key", blind])).toMatch(/\(403\).*READ_INSIGHT/);
    expect(await refusedBy(["http://127.0.0.1:9", "--key", app.key])).toMatch(/cannot be reached/);
    await expect(refusedBy([url])).resolves.toContain("there is no API key");
  });

  it("finds the demo's server and key by itself, and ends when nobody reads on", async () => {
    mkdirSync(join(folder.path, ".data"));
    const keys = [{ workspace: "Demo", workspaceId: "1", role: "OWNER", key: app.key }];
    const demo = { url, graphql: `${url}/graphql`, keys };
    writeFileSync(join(folder.path, ".data/demo.json"), JSON.stringify(demo));
    const run = start(["lens"], {}, folder.path);
    const asking = setInterval(() => void app.ask("query Piped { __typename }"), 50);
    try {
      await run.says("Piped");
      run.process.stdout!.destroy();
      const { code, stderr } = await run.ended;
      expect([code, stderr]).toEqual([0, ""]);
    } finally {
      clearInterval(asking);
    }
  });
});
