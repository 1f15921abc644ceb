import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, platform, release, totalmem } from "node:os";

/** What it ran on. */
export const machineOf = () => ({
  cpu: cpus()[0]?.model.trim() || "unknown CPU",
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${release()}`,
});

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
