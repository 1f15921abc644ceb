import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vitest/config";

const root = join(import.meta.dirname, "../..");
const [src, dist] = [join(root, "src/"), join(root, "dist/")];

/** The file that a source was built to. */
const builtFrom = (source: string) => source.replace(src, dist).replace(/\.ts$/, ".js");

let watches = false;

/**
 * Tests import src/ and get what was built of it, as `npm start` runs it: Node loads that by itself, in a
 * fifth of the time in which Vite transforms and wraps each module. Whoever watches gets src/.
 */
export const built: Plugin = {
  name: "socialhub:built",
  enforce: "pre",
  config: buildWhatChanged,
  configureVitest({ vitest }) {
    watches = vitest.config.watch;
  },
  async resolveId(source, importer, options) {
    if (watches || !source.endsWith(".ts")) return null;
    const found = await this.resolve(source, importer, { ...options, skipSelf: true });
    return found?.id.startsWith(src) ? { id: builtFrom(found.id), external: true } : null;
  },
};

/** `npm test` has built it; whoever calls vitest must not test what was there before their change. */
function buildWhatChanged() {
  const information = join(dist, ".tsbuildinfo");
  const builtAt = existsSync(information) ? statSync(information).mtimeMs : 0;
  const sources = readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => join(src, name));
  const isBuilt = (source: string) =>
    statSync(source).mtimeMs < builtAt && existsSync(builtFrom(source));
  if (sources.every(isBuilt)) return;
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const words = [compiler, "-p", join(root, "tsconfig.build.json")];
  const { status } = spawnSync(process.execPath, words, { stdio: "inherit" });
  if (status !== 0) throw new Error("src/ could not be built: npm run build says why");
}
