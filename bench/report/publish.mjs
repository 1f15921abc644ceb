import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chartOf } from "./chart.mjs";
import { between } from "./markdown.mjs";
import { readmeSection } from "./readme.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const NEWEST = path("../results/newest.json");
const README = path("../../README.md");

/** The last complete run. */
export const readNewest = () => JSON.parse(readFileSync(NEWEST, "utf8"));

/** Keeps a complete run. */
export function keep(result) {
  mkdirSync(path("../results"), { recursive: true });
  writeFileSync(NEWEST, `${JSON.stringify(result, null, 2)}\n`);
  format(NEWEST);
}

/** Shows a run in the project's README, as a table and a chart. */
export function publish(result) {
  writeFileSync(path("../../docs/images/bench.svg"), chartOf(result));
  const readme = readFileSync(README, "utf8");
  writeFileSync(README, between(readme, "bench", readmeSection(result)));
  format(README);
}

/** As the project's checks want files; where the formatter is not installed they stay as they are. */
function format(file) {
  spawnSync(process.execPath, [path("../../node_modules/oxfmt/bin/oxfmt"), file], {
    stdio: "ignore",
  });
}
