// Builds the dashboard into web/dist, when its sources are others than those of the last build.
//   node scripts/build-web.mjs [--force]
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "web/dist");
const stamp = join(dist, ".sources");

/** What a build depends on: files, and folders with all that is in them. */
const sources = [
  "package-lock.json",
  "scripts/build-web.mjs",
  "clients/apollo/type-policies.ts",
  "src/dashboard/paths.ts",
  "web/package.json",
  "web/vite.config.ts",
  "web/component-styles.ts",
  "web/index.html",
  "web/src",
];

function hashOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths.flatMap(filesIn)) {
    const body = readFileSync(join(root, path));
    hash.update(`${path}\0${body.length}\0`).update(body);
  }
  return hash.digest("hex");
}

function filesIn(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/** Beside each file that is worth it, what the server sends to whoever takes br or gzip: packed once. */
async function pack(folder) {
  const files = readdirSync(folder).filter((name) => /\.(js|css|svg)$/.test(name));
  await Promise.all(
    files.map(async (name) => {
      const path = join(folder, name);
      const body = readFileSync(path);
      writeFileSync(`${path}.br`, await promisify(brotliCompress)(body));
      writeFileSync(`${path}.gz`, await promisify(gzip)(body, { level: 9 }));
    }),
  );
}

// Whoever calls may have another one: packages have more in them for development, and say more in the console.
process.env.NODE_ENV = "production";
const hash = hashOf(sources);
const isFresh = existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
if (!isFresh || process.argv.includes("--force")) {
  // An installation without development dependencies has what was built before, or the API alone.
  const vite = await import("vite").catch(() => undefined);
  if (vite) {
    const start = performance.now();
    console.log("Building the dashboard …");
    await vite.build({ root: join(root, "web"), logLevel: "warn" });
    await pack(join(dist, "assets"));
    writeFileSync(stamp, hash);
    console.log(`Built in ${((performance.now() - start) / 1000).toFixed(1)} s.`);
  } else {
    console.error("The dashboard is not built: its development dependencies are not installed.");
  }
}
