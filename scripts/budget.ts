// Holds what every operation of the tests and the documents costs in SQL against sql-budget.lock.json: how
// many statements each loader sends, how many buffers each touches, by which plan, on N rows and on 4N.
//   npm run budget [-- --write] [-- --json FILE]
// --write makes what is measured the lock. Always on the embedded PostgreSQL: plans depend on the version.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startThrowawayServer } from "../test/support/throwaway-server.ts";
import { makeDatabases } from "./sql-budget/data.ts";
import { hold } from "./sql-budget/hold.ts";
import { LOCK_FILE } from "./sql-budget/lock.ts";
import { measure } from "./sql-budget/measure.ts";

const { values: options } = parseArgs({
  options: { write: { type: "boolean", default: false }, json: { type: "string" } },
});
const say = (line: string) => {
  if (process.stderr.isTTY) console.error(`… ${line}`);
};

// Vacuumed at a moment of its own choosing, a table would have other figures in the next run.
const server = await startThrowawayServer({ autovacuum: "off" });
// Ctrl-C reaches this process twice, by the terminal and by tsx.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // Whatever is being asked breaks off with the server.
    process.on("uncaughtException", () => undefined);
    void server.stop().finally(() => process.exit(130));
  });
}
try {
  const databases = await makeDatabases(server.url, say);
  say("measuring");
  const measured = await measure(databases);
  const lockFile = join(import.meta.dirname, "..", LOCK_FILE);
  const { output, code, findings } = hold(measured, { lockFile, write: options.write });
  if (options.json !== undefined) {
    const { postgresql, figures } = measured;
    writeFileSync(
      options.json,
      `${JSON.stringify({ postgresql, findings, figures }, undefined, 2)}\n`,
    );
  }
  process.stdout.write(output);
  process.exitCode = code;
} finally {
  await server.stop();
}
