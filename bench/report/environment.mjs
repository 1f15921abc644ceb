import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, platform, release, totalmem } from "node:os";

/** What it runs on, and how busy that was before. */
export const machineOf = () => ({
  cpu: cpus()[0]?.model.trim() || "unknown CPU",
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${/^\d+\.\d+/.exec(release())?.[0] ?? ""}`.trim(),
  loadBefore: Math.round(loadavg()[0] * 100) / 100,
});

/** Of a machine that does something else; undefined of a quiet one. Building has just taken a core. */
export function warningOf({ loadBefore, cores }) {
  if (loadBefore <= cores * 0.75) return undefined;
  return `the machine is busy (load ${loadBefore} on ${cores} cores): these figures will not be fair`;
}

/** What was measured, in which versions. */
export function versionsOf(contenders, database) {
  const nodes = new Map(contenders.map(({ name, node }) => [name, node]));
  const packages = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return {
    postgres: database.version,
    node: Object.fromEntries(
      [...new Set(nodes.values())].map((node) => {
        const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
        return [version, [...nodes].filter(([, each]) => each === node).map(([name]) => name)];
      }),
    ),
    packages: Object.fromEntries(
      Object.keys(packages.dependencies).map((name) => [name, installed(name)]),
    ),
  };
}

function installed(name) {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).version;
}
