import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { settings } from "../src/config.ts";

const root = join(import.meta.dirname, "..");
const read = (name: string) => readFileSync(join(root, name), "utf8");
const pages = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  ...readdirSync(join(root, "docs/api")).map((name) => `docs/api/${name}`),
  ...readdirSync(join(root, "docs/decisions")).map((name) => `docs/decisions/${name}`),
];

describe("the documentation", () => {
  it.each(pages)("has only links that lead somewhere: %s", (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)(#[^)]*)?\)/g)];
    const broken = links
      .map(([, target]) => target ?? "")
      .filter((target) => !existsSync(join(root, dirname(page), target)));
    expect(broken).toEqual([]);
  });

  it("lists every setting in the README with its default", () => {
    const rows = [...read("README.md").matchAll(/^\| `([A-Z_]+)` +\| (.*?) +\| (.*?) +\|$/gm)];
    const documented = rows.map(([, name, initial, about]) => ({ name, initial, about }));
    const expected = Object.entries(settings).map(([name, setting]) => ({
      name,
      initial: setting.default === undefined ? "not set" : `\`${setting.default}\``,
      about: setting.about,
    }));
    expect(documented).toEqual(expected);
  });

  it("has a line in the list for every decision", () => {
    const listed = read("docs/decisions/README.md");
    const decisions = pages.filter((page) => /decisions\/(?!README)/.test(page));
    expect(decisions.length).toBeGreaterThan(0);
    for (const page of decisions) expect(listed).toContain(`(${page.split("/").at(-1)})`);
  });
});
