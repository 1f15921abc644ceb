// Compares schema.graphql with the schema of the last release, and fails when something breaks that
// package.json's version does not announce.
//   node scripts/schema-diff.mjs [--release] [--root DIR]
// --release makes today's schema the one that later ones are compared with: part of every release.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { changesBetween, mayBreak, readSnapshot, snapshotOf } from "./schema-changes.mjs";

/** What the command prints and how it ends, as tests run it too: `problem` is what it fails with. */
export async function schemaDiff(words) {
  const { values: options } = parseArgs({
    args: words,
    options: { release: { type: "boolean" }, root: { type: "string" } },
  });
  const root = options.root ?? join(dirname(fileURLToPath(import.meta.url)), "..");
  const read = (name) => readFileSync(join(root, name), "utf8");
  const { version } = JSON.parse(read("package.json"));
  const sdl = read("schema.graphql");

  const released = readSnapshot(read("schema.released.graphql"));
  const changes = await changesBetween(released.sdl, sdl);
  const count = (kind) => changes.filter((change) => change.kind === kind).length;

  const lines = changes.map(({ kind, path, message }) => `${kind.padEnd(9)}  ${path}: ${message}`);
  lines.push(
    `compared ${sdl.split("\n").length} lines with version ${released.version}: ` +
      ["breaking", "dangerous", "safe"].map((kind) => `${count(kind)} ${kind}`).join(", "),
  );

  if (count("breaking") > 0 && !mayBreak(released.version, version)) {
    const number = version.startsWith("0.")
      ? "minor (before 1.0.0 it stands for the major)"
      : "major";
    const problem =
      `version ${version} may not break what ${released.version} promised: keep the old beside the new ` +
      `and deprecate it, or raise the ${number} number of the version in package.json`;
    return { lines, problem };
  }
  if (options.release && changes.length > 0 && version === released.version) {
    const problem = `version ${version} is released already: raise the version in package.json`;
    return { lines, problem };
  }
  if (options.release) {
    writeFileSync(join(root, "schema.released.graphql"), snapshotOf(version, sdl));
    lines.push(`schema.released.graphql is now the schema of version ${version}`);
  }
  return { lines };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { lines, problem } = await schemaDiff(process.argv.slice(2));
  for (const line of lines) console.log(line);
  if (problem) {
    console.error(problem);
    process.exitCode = 1;
  }
}
