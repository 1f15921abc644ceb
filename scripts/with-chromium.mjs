// Runs a command for which Chromium may be started: node scripts/with-chromium.mjs [--or-without] COMMAND …
// What happens to be installed decides nothing by itself: tests look at CHROMIUM_PATH alone, and this sets it.
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const isProgram = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** The file of a program that is named or has a path. */
const programOf = (name) =>
  [name, ...(process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name))].find(
    isProgram,
  );

const words = process.argv.slice(2);
const orWithout = words[0] === "--or-without";
const [command, ...args] = orWithout ? words.slice(1) : words;
const wanted = process.env.CHROMIUM_PATH;
const found = (wanted ? [wanted] : NAMES).map(programOf).find(Boolean);

if (!found && (wanted || !orWithout)) {
  console.error(
    wanted
      ? `CHROMIUM_PATH is ${wanted}, which is no program: give the path of Chromium, or leave it out.`
      : `There is no Chromium on PATH (${NAMES.join(", ")}): install it, or set CHROMIUM_PATH.`,
  );
  process.exit(1);
}
const env = { ...process.env, ...(found ? { CHROMIUM_PATH: found } : {}) };
const child = spawn(command, args, { stdio: "inherit", env });
child.on("error", (error) => {
  console.error(`${command}: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code) => process.exit(code ?? 1));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
