import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { settings } from "../src/settings.ts";

const root = join(import.meta.dirname, "..");
const read = (name: string) => readFileSync(join(root, name), "utf8");
const pages = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "docs/observability.md",
  "docs/lens.md",
  ...["docs/decisions", "docs/api"].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  ),
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

  it.each(["decisions", "api"])("has a line in the list for every page of docs/%s", (folder) => {
    const listed = read(`docs/${folder}/README.md`);
    const names = pages
      .filter((page) => page.startsWith(`docs/${folder}/`) && !page.endsWith("README.md"))
      .map((page) => page.split("/").at(-1));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(listed).toContain(`(${name})`);
  });
});
