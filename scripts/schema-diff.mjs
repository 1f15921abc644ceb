// Compares schema.graphql with the schema of the last release, and fails when something breaks that
// package.json's version does not announce.
//   node scripts/schema-diff.mjs [--release] [--root DIR]
// --release makes today's schema the one that later ones are compared with: part of every release.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { changesBetween, mayBreak, readSnapshot, snapshotOf } from "./schema-changes.mjs";

const { values: options } = parseArgs({
  options: { release: { type: "boolean" }, root: { type: "string" } },
});
const root = options.root ?? join(dirname(fileURLToPath(import.meta.url)), "..");
const read = (name) => readFileSync(join(root, name), "utf8");
const { version } = JSON.parse(read("package.json"));
const sdl = read("schema.graphql");

const released = readSnapshot(read("schema.released.graphql"));
const changes = await changesBetween(released.sdl, sdl);
const count = (kind) => changes.filter((change) => change.kind === kind).length;

for (const { kind, path, message } of changes)
  console.log(`${kind.padEnd(9)}  ${path}: ${message}`);
console.log(
  `compared ${sdl.split("\n").length} lines with version ${released.version}: ` +
    ["breaking", "dangerous", "safe"].map((kind) => `${count(kind)} ${kind}`).join(", "),
);

if (count("breaking") > 0 && !mayBreak(released.version, version)) {
  const number = version.startsWith("0.")
    ? "minor (before 1.0.0 it stands for the major)"
    : "major";
  fail(
    `version ${version} may not break what ${released.version} promised: keep the old beside the new ` +
      `and deprecate it, or raise the ${number} number of the version in package.json`,
  );
} else if (options.release && changes.length > 0 && version === released.version) {
  fail(`version ${version} is released already: raise the version in package.json`);
} else if (options.release) {
  writeFileSync(join(root, "schema.released.graphql"), snapshotOf(version, sdl));
  console.log(`schema.released.graphql is now the schema of version ${version}`);
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}
