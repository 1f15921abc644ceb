import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Installs the peers when they are not there, or not those of the lockfile. */
export function installPeers(say) {
  const lock = readFileSync(here("package-lock.json"), "utf8");
  const mark = here("node_modules/.installed");
  if (existsSync(mark) && readFileSync(mark, "utf8") === lock) return;
  say("installing the peers into bench/node_modules", true);
  const { status, stderr } = spawnSync(
    "npm",
    ["ci", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: here("."),
      stdio: ["ignore", "ignore", "pipe"],
      encoding: "utf8",
      shell: process.platform === "win32",
    },
  );
  if (status !== 0) throw new Error(`npm ci in bench/ failed: ${stderr.trim()}`);
  writeFileSync(mark, lock);
}
