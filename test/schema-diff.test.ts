import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// What scripts/schema-diff.mjs says of a release of ours that was changed: the real schema, edited.

interface Change {
  kind: "breaking" | "dangerous" | "safe";
  path: string;
  message: string;
  isText: boolean;
}
interface Changes {
  changesBetween(releasedSdl: string, sdl: string): Promise<Change[]>;
  mayBreak(releasedVersion: string, version: string): boolean;
  readSnapshot(text: string): { version: string; sdl: string };
  snapshotOf(version: string, sdl: string): string;
}

/** The command itself, for what needs no process of its own. */
interface Command {
  schemaDiff(words: string[]): Promise<{ lines: string[]; problem?: string }>;
}

const root = join(import.meta.dirname, "..");
const read = (name: string) => readFileSync(join(root, name), "utf8");
const sdl = read("schema.graphql");
let script: Changes;
let command: Command;
beforeAll(async () => {
  // The paths are no literals, because TypeScript knows no types of them.
  const path = (name: string) => new URL(`../scripts/${name}.mjs`, import.meta.url).href;
  script = (await import(path("schema-changes"))) as Changes;
  command = (await import(path("schema-diff"))) as Command;
});

/** The schema with one place of a type changed. */
function edited(type: string, from: string | RegExp, to: string): string {
  const [whole = ""] = new RegExp(`^(type|enum|input) ${type} [^]*?^}`, "m").exec(sdl) ?? [];
  const changed = whole.replace(from, to);
  if (changed === whole) throw new Error(`${type} has no ${String(from)}`);
  return sdl.replace(whole, changed);
}

describe("a change of the schema", () => {
  const changes = [
    {
      about: "a field that is gone",
      after: edited("Post", /"""Address that the post links to[^]*?link: String$/m, ""),
      expected: ["breaking Post.link"],
    },
    {
      about: "a field of another type",
      after: edited("Post", "body: String!", "body: Int!"),
      expected: ["breaking Post.body"],
    },
    {
      about: "a field that may be null now",
      after: edited("Post", "body: String!", "body: String"),
      expected: ["breaking Post.body"],
    },
    {
      about: "a new argument that must be given",
      after: edited("Query", /\bpost\(/, 'post("Which." language: String!'),
      expected: ["breaking Query.post.language"],
    },
    {
      about: "a filter field that must be given",
      after: edited("PostFilter", "statuses: [PostStatus!]", "statuses: [PostStatus!]!"),
      expected: ["breaking PostFilter.statuses"],
    },
    {
      about: "an enum value that is gone",
      after: edited("PostStatus", /^ {2}FAILED$/m, "  BROKEN"),
      expected: ["breaking PostStatus.FAILED", "dangerous PostStatus.BROKEN"],
    },
    {
      about: "a type that is no Node any more",
      after: sdl.replace("type Tag implements Node", "type Tag"),
      expected: ["breaking Tag"],
    },
    {
      about: "another default",
      after: edited(
        "Query",
        "orderBy: AccountOrder! = OLDEST_FIRST",
        "orderBy: AccountOrder! = NAME",
      ),
      expected: ["dangerous Query.accounts.orderBy"],
    },
    {
      about: "a new field of a new type",
      after: `${edited("Post", "body: String!", "body: String!\n  place: Place")}\ntype Place { name: String! }`,
      expected: ["safe Place", "safe Post.place"],
    },
    {
      about: "a new argument that may be left out",
      after: edited("Query", /\bpost\(/, 'post("Which." language: String'),
      expected: ["dangerous Query.post.language"],
    },
    {
      about: "a deprecation",
      after: edited("Post", "link: String", 'link: String @deprecated(reason: "Nobody uses it.")'),
      expected: ["safe Post.link"],
    },
    { about: "nothing", after: sdl, expected: [] },
  ];

  it.each(changes)("is named: $about", async ({ after, expected }) => {
    const found = await script.changesBetween(sdl, after);
    expect(found.map(({ kind, path }) => `${kind} ${path}`)).toEqual(expected);
  });

  it.each([
    ["0.1.0", "0.1.1", false],
    ["0.1.0", "0.2.0", true],
    ["0.9.3", "1.0.0", true],
    ["1.4.0", "1.5.0", false],
    ["1.4.0", "2.0.0", true],
    ["1.4.0", "0.9.0", false],
    ["1.0.0", "1.0.0", false],
  ])("may break %s in %s: %s", (released, version, may) => {
    expect(script.mayBreak(released, version)).toBe(may);
  });
});

describe("npm run schema:diff", () => {
  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  /** A project whose schema was released as it is in ours, then changed. */
  function projectOf(after: string, version = "1.5.0") {
    const folder = mkdtempSync(join(tmpdir(), "schema-diff-"));
    folders.push(folder);
    writeFileSync(join(folder, "package.json"), JSON.stringify({ version }));
    writeFileSync(join(folder, "schema.graphql"), after);
    writeFileSync(join(folder, "schema.released.graphql"), script.snapshotOf("1.4.0", sdl));
    return folder;
  }

  /** Runs the command over such a project, in this process. */
  async function run(after: string, { version = "1.5.0", words = [] as string[] } = {}) {
    const folder = projectOf(after, version);
    const { lines, problem } = await command.schemaDiff(["--root", folder, ...words]);
    const snapshot = readFileSync(join(folder, "schema.released.graphql"), "utf8");
    return { stdout: lines.join("\n"), problem, snapshot };
  }

  const broken = edited("Post", /"""Address that the post links to[^]*?link: String$/m, "");

  it("fails on a breaking change, names it, and says how to go on", () => {
    const path = join(root, "scripts/schema-diff.mjs");
    const words = [path, "--root", projectOf(broken)];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stdout).toContain("breaking   Post.link: Field 'link' was removed");
    expect(stderr).toContain("raise the major number of the version");
  });

  it("passes with a major version, and still names the change", async () => {
    const { problem, stdout } = await run(broken, { version: "2.0.0" });
    expect(problem).toBeUndefined();
    expect(stdout).toMatch(/^breaking {3}Post\.link/);
  });

  it("keeps the released schema until the next release, which needs a version of its own", async () => {
    const safe = edited("Post", "body: String!", "body: String!\n  title: String");
    const again = await run(safe, { version: "1.4.0", words: ["--release"] });
    expect(again.problem).toContain("released already");
    const next = await run(safe, { words: ["--release"] });
    expect(next.problem).toBeUndefined();
    expect(script.readSnapshot(next.snapshot).version).toBe("1.5.0");
    expect(next.snapshot).toContain("title: String");
    const forced = await run(broken, { words: ["--release"] });
    expect(forced.problem).toContain("may not break what 1.4.0 promised");
    expect(forced.snapshot).toContain("version 1.4.0");
  });
});

describe("what changed since the last release", () => {
  const changelog = read("CHANGELOG.md");
  const released = () => script.readSnapshot(read("schema.released.graphql"));

  it("stands in the changelog's newest schema section", async () => {
    const changes = await script.changesBetween(released().sdl, sdl);
    const [, newest = ""] = changelog.split(/^## /m);
    const [, section = ""] = /^### Schema$([^]*?)(^### |$(?![^]))/m.exec(newest) ?? [];
    const missing = changes
      .filter(({ isText, path }) => !isText && !isNamed(section, path))
      .map(({ kind, path }) => `${kind}: \`${path}\``);
    expect(missing).toEqual([]);
    expect(changelog).toMatch(/^### Schema$/m);
  });

  /** A field's arguments come and go with it. */
  const isNamed = (section: string, path: string) =>
    [path, path.replace(/^(\w+\.\w+)\.\w+$/, "$1")].some((one) => section.includes(`\`${one}\``));

  it("is counted from the newest release in the changelog", () => {
    const [, newest = "0.1.0"] = /^## \[?(\d+\.\d+\.\d+)/m.exec(changelog) ?? [];
    expect(released().version, "npm run schema:diff -- --release").toBe(newest);
  });
});
