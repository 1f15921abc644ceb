// Everything that must hold before a change is shared: `npm run check`. Stops at the first failure.
// A gate that looked at nothing also passes, so each step says what its output must show.
import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

const bin = (name) => `node_modules/.bin/${name}`;

const steps = [
  { name: "format", run: [bin("oxfmt"), "--check"], seen: /on (\d+) files/, fix: "npm run format" },
  { name: "lint", run: [bin("oxlint"), "--type-aware"], seen: /on (\d+) files/ },
  {
    name: "generated files",
    run: [process.execPath, "scripts/generate.mjs", "--check"],
    seen: /from (\d+) schema files/,
    fix: "npm run generate",
  },
  {
    name: "schema against the last release",
    run: [process.execPath, "scripts/schema-diff.mjs"],
    seen: /compared (\d+) lines/,
  },
  {
    name: "migrations",
    run: [process.execPath, "scripts/check-migrations.mjs"],
    seen: /cover (\d+) tables/,
  },
  {
    name: "types",
    run: [bin("tsc"), "--noEmit", "--listFiles"],
    seen: (output) => ownFiles(output).length,
    hide: (output) => output.replace(/^\S+\.(d\.[cm]?ts|ts|json)$\n/gm, ""),
  },
  {
    name: "types of the dashboard",
    run: [bin("tsc"), "--noEmit", "--listFiles", "-p", "web/tsconfig.json"],
    seen: (output) => ownFiles(output).length,
    hide: (output) => output.replace(/^\S+\.(d\.[cm]?ts|tsx?|json)$\n/gm, ""),
  },
  {
    name: "size of the dashboard",
    run: ["npm", "run", "--silent", "web:size"],
    seen: /first load (\d+) kB/,
  },
  {
    // An entry pattern without a match is a hint: as an error it keeps knip from looking at nothing.
    name: "dead code",
    run: [bin("knip"), "--no-progress", "--treat-config-hints-as-errors"],
  },
  {
    name: "SQL budget",
    run: [bin("tsx"), "scripts/budget.ts"],
    seen: /^(\d+) operations/m,
    fix: "npm run budget -- --write, where that is meant",
  },
  {
    // With those in a browser, where there is one.
    name: "tests",
    run: [process.execPath, "scripts/with-chromium.mjs", "--or-without", "npm", "test"],
    seen: /Test Files +(\d+) passed/,
    live: true,
  },
];

function ownFiles(output) {
  return output.match(/^(?!.*node_modules).*\.tsx?$/gm) ?? [];
}

function execute(step) {
  return new Promise((resolve) => {
    const [command, ...args] = step.run;
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
        if (step.live) process.stdout.write(text);
      });
    }
    child.on("error", (error) => resolve({ status: 1, output: String(error) }));
    child.on("close", (status) => resolve({ status, output: stripVTControlCharacters(output) }));
  });
}

function countSeen(step, output) {
  if (!step.seen) return undefined;
  if (typeof step.seen === "function") return step.seen(output);
  return Number(step.seen.exec(output)?.[1] ?? 0);
}

const begin = performance.now();
const since = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;

for (const step of steps) {
  const start = performance.now();
  const { status, output } = await execute(step);
  const count = countSeen(step, output);
  if (status !== 0 || count === 0) {
    if (!step.live) console.error((step.hide?.(output) ?? output).trim());
    const reason = status === 0 ? "looked at nothing" : `exit ${status}`;
    console.error(`\n✗ ${step.name}: ${reason} after ${since(start)}: ${step.run.join(" ")}`);
    if (step.fix) console.error(`  try: ${step.fix}`);
    process.exit(1);
  }
  console.log(`✓ ${step.name} ${count === undefined ? "" : `(${count}) `}${since(start)}`);
}
console.log(`✓ all in ${since(begin)}`);
