// What the browser loads before it can show the overview, compressed, and what comes later: from web/dist.
// Exit code 1 when the first load is larger than is agreed.
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const MOST_KB = 250;

const dist = join(dirname(fileURLToPath(import.meta.url)), "../web/dist");
const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));

/** A chunk with all that it imports, and their styles. */
function filesOf(key, found = new Set()) {
  const { file, css = [], imports = [] } = manifest[key];
  if (found.has(file)) return found;
  found.add(file);
  for (const each of css) found.add(each);
  for (const each of imports) filesOf(each, found);
  return found;
}

const kilobytes = (files) => {
  const bytes = [...files].map((file) => statSync(join(dist, `${file}.br`)).size);
  return Math.round(bytes.reduce((sum, size) => sum + size, 0) / 1000);
};

const first = filesOf("index.html");
const later = Object.entries(manifest)
  .filter(([, chunk]) => chunk.isDynamicEntry && !first.has(chunk.file))
  .map(([key]) => [key, kilobytes(without(filesOf(key), first))])
  .sort(([, one], [, other]) => other - one);

function without(files, others) {
  return [...files].filter((file) => !others.has(file));
}

const total = kilobytes(first);
console.log(`first load ${total} kB of ${MOST_KB} kB, by brotli, in ${first.size} files`);
for (const [key, size] of later) console.log(`  later: ${String(size).padStart(4)} kB ${key}`);
if (total > MOST_KB) {
  console.error("Load what the overview does not need lazily, or agree to another limit.");
  process.exitCode = 1;
}
