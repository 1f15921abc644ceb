import { createRequire } from "node:module";
import { defineConfig } from "vitest/config";
import { built } from "./test/support/built.ts";
import LongestFirst from "./test/support/sequencer.ts";
import { knownV8Flags } from "./test/support/v8-flags.ts";

// Node loads graphql's CommonJS file for @apollo/server and the other packages, but Vite would pick
// index.mjs for our own imports: two copies, and "Cannot use … from another module or realm".
const graphql = createRequire(import.meta.url).resolve("graphql/index.js");

export default defineConfig({
  plugins: [built],
  resolve: { alias: [{ find: /^graphql$/, replacement: graphql }] },
  test: {
    include: ["test/**/*.test.ts"],
    server: { deps: { external: [/\/dist\/.*\.js$/] } },
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    // Each file has its own database and app; loading every module anew for each takes a fifth of the run.
    isolate: false,
    // Four times the room for what is young: a tenth less time, which went into collecting it.
    execArgv: ["--max-semi-space-size=64", "--min-semi-space-size=64", ...knownV8Flags()],
    sequence: { sequencer: LongestFirst },
    // Against what hangs: a busy machine takes its time.
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
