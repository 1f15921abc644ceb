import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** A rule that cannot fire is worse than none: each case breaks one in a copy of the layout. */

const imports = "eslint(no-restricted-imports)";
const environment = "eslint(no-restricted-properties)";
const unawaited = "typescript(no-floating-promises)";
const cycle = "import(no-cycle)";

const importing = (specifier: string) => `export { thing } from "${specifier}";\n`;

const breaches: [file: string, rule: string, text: string][] = [
  ...(
    [
      ["resolvers", "drizzle-orm"],
      ["resolvers", "drizzle-orm/pg-core"],
      ["resolvers", "postgres"],
      ["resolvers", "../db/tables/post.ts"],
      ["resolvers", "../db/session.ts"],
      ["loaders", "postgres"],
      ["loaders", "../resolvers/post.ts"],
      ["loaders", "../gates/depth.ts"],
      ["actions", "postgres"],
      ["actions", "../resolvers/post.ts"],
      ["gates", "../resolvers/post.ts"],
      ["execution", "../resolvers/post.ts"],
      ["gates", "../loaders/post.ts"],
      ["gates", "../db/tables/post.ts"],
      ["gates", "../schema/types.generated.ts"],
      ["gates", "drizzle-orm"],
      ["gates/deep", "../../loaders/post.ts"],
      ["budget", "../loaders/post.ts"],
      ["insight", "../resolvers/post.ts"],
      ["insight", "../loaders/post.ts"],
      ["insight", "../db/tables/post.ts"],
      ["insight", "../schema/types.generated.ts"],
      ["insight", "postgres"],
      ["db", "../resolvers/post.ts"],
      ["db", "../loaders/post.ts"],
      ["db", "../gates/depth.ts"],
      ["db", "../auth/viewer.ts"],
      ["db/tables", "../../loaders/post.ts"],
      ["db", "../context.ts"],
      ["db", "node:process"],
      ["schema", "../db/tables/post.ts"],
      ["schema", "postgres"],
      ["auth", "../resolvers/post.ts"],
      ["auth", "postgres"],
      ["data", "../loaders/post.ts"],
      ["data", "postgres"],
      ["commands", "../resolvers/post.ts"],
      ["commands", "postgres"],
      [".", "postgres"],
      [".", "node:process"],
    ] as const
  ).map(([folder, specifier], index): [string, string, string] => [
    join("src", folder, `breach-${index}.ts`),
    imports,
    importing(specifier),
  ]),
  ["src/errors.ts", imports, importing("./db/session.ts")],
  [
    "src/resolvers/dynamic.ts",
    imports,
    'export const load = async () => await import("postgres");\n',
  ],
  ["src/db/environment.ts", environment, "export const url = process.env.DATABASE_URL;\n"],
  ["src/main.ts", environment, 'export const url = process["env"].DATABASE_URL;\n'],
  ["src/auth/environment.ts", environment, "export const { env } = process;\n"],
  ["src/data/environment.ts", environment, "export const held = globalThis.process;\n"],
  ["src/db/console.ts", "eslint(no-console)", 'console.log("no");\n'],
  ["src/db/promise.ts", unawaited, "export function go(): void {\n  Promise.resolve(1);\n}\n"],
  [
    // A Drizzle update that nobody awaits is never sent.
    "src/db/update.ts",
    unawaited,
    'import { pgTable, text } from "drizzle-orm/pg-core";\n' +
      'import { drizzle } from "drizzle-orm/postgres-js";\n' +
      'const words = pgTable("words", { word: text("word") });\n' +
      'export function go(): void {\n  drizzle("").update(words).set({ word: "x" });\n}\n',
  ],
  [
    "src/db/cycle-one.ts",
    cycle,
    'import { two } from "./cycle-two.ts";\nexport const one = () => two;\n',
  ],
  [
    "src/db/cycle-two.ts",
    cycle,
    'import { one } from "./cycle-one.ts";\nexport const two = () => one;\n',
  ],
  [
    "test/focused.test.ts",
    "vitest(no-focused-tests)",
    'import { test } from "vitest";\ntest.only("one", () => {});\n',
  ],
];

const allowed: [file: string, text: string][] = [
  [
    "src/resolvers/fine.ts",
    importing("../loaders/post.ts") + 'export type { PostRow } from "../db/tables/post.ts";\n',
  ],
  ["src/loaders/fine.ts", importing("../db/tables/post.ts") + importing("drizzle-orm")],
  ["src/gates/fine.ts", importing("graphql") + importing("../errors.ts")],
  ["src/insight/fine.ts", importing("pino") + importing("../db/session.ts")],
  ["src/db/fine.ts", importing("postgres") + importing("drizzle-orm")],
  ["src/auth/fine.ts", importing("../db/session.ts")],
  ["src/commands/fine.ts", 'console.log("command output");\n'],
  ["src/config.ts", "export const url = process.env.DATABASE_URL;\n"],
  ["test/fine.ts", "export const url = process.env.DATABASE_URL;\n"],
];

interface Report {
  number_of_files: number;
  diagnostics: { code?: string; message: string; filename: string }[];
}

let folder = "";
let report: Report;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lint-rules-"));
  for (const name of [".oxlintrc.json", "tsconfig.json"]) await cp(name, join(folder, name));
  await symlink(join(process.cwd(), "node_modules"), join(folder, "node_modules"), "junction");
  for (const [file, text] of [
    ...breaches.map(([name, , text]) => [name, text] as const),
    ...allowed,
  ]) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const oxlint = join(process.cwd(), "node_modules/.bin/oxlint");
  report = await new Promise((resolve, reject) => {
    const options = { cwd: folder, maxBuffer: 2 ** 26 };
    // Findings make it exit with 1: only an answer that is not JSON is an error here.
    execFile(oxlint, ["--type-aware", "--format=json"], options, (error, stdout) => {
      try {
        resolve(JSON.parse(stdout) as Report);
      } catch {
        reject(error ?? new Error(stdout));
      }
    });
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const rulesOf = (file: string) =>
  report.diagnostics.filter(({ filename }) => filename === file).map(({ code }) => code);

test("oxlint looked at every file", () => {
  expect(report.number_of_files).toBe(breaches.length + allowed.length);
});

describe("refused", () => {
  test.each(breaches)("%s: %s", (file, rule) => {
    expect(rulesOf(file)).toContain(rule);
  });
});

describe("allowed", () => {
  test.each(allowed)("%s", (file) => {
    expect(rulesOf(file)).toEqual([]);
  });
});
