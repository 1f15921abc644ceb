// Fails when src/db/tables says something that src/db/migrations does not: runs
// `drizzle-kit generate` in a copy, so that the working tree stays as it is.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const migrations = "src/db/migrations";
const copy = mkdtempSync(join(tmpdir(), "migrations-"));
try {
  for (const path of ["package.json", "tsconfig.json", "drizzle.config.ts", "src"]) {
    cpSync(path, join(copy, path), { recursive: true });
  }
  symlinkSync(join(process.cwd(), "node_modules"), join(copy, "node_modules"), "junction");
  const before = readdirSync(join(copy, migrations), { recursive: true });
  // No stdin: drizzle-kit asks when a column looks renamed, and would wait for ever.
  const run = spawnSync(
    process.execPath,
    [join("node_modules", "drizzle-kit", "bin.cjs"), "generate", "--name", "missing"],
    { cwd: copy, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 },
  );
  const output = `${run.stdout}${run.stderr}`;
  const tables = Number(/(\d+) tables/.exec(output)?.[1] ?? 0);
  const after = readdirSync(join(copy, migrations), { recursive: true });
  const added = after.filter((name) => !before.includes(name));

  if (run.status !== 0 || tables === 0 || !/No schema changes/.test(output) || added.length > 0) {
    console.error(output.trim());
    console.error(`src/db/migrations does not cover src/db/tables: run npx drizzle-kit generate`);
    process.exitCode = 1;
  } else {
    console.log(`${before.length} migration files cover ${tables} tables`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
