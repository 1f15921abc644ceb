// SocialHub and its peers on the same data, one after the other: `npm run bench`. See README.md.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { contenders as everybody } from "./contenders/index.mjs";
import { startDatabase } from "./database/server.mjs";
import { SETS } from "./database/sets.mjs";
import { installPeers } from "./install.mjs";
import { difference, normalise } from "./measure/answers.mjs";
import { watchPostgres } from "./measure/postgres.mjs";
import { openContender, P99_LIMIT_MS } from "./measure/round.mjs";
import { shuffled } from "./measure/statistics.mjs";
import { readOptions } from "./options.mjs";
import { showProgress } from "./progress.mjs";
import { chartOf } from "./report/chart.mjs";
import { machineOf, versionsOf } from "./report/environment.mjs";
import { tableOf } from "./report/table.mjs";
import { rowsOf } from "./rows.mjs";
import { workloads } from "./workloads.mjs";

/** Who is looked at while the tables grow. */
const GROWING = ["floor-2", "ours", "postgraphile-rls"];

const options = readOptions(process.argv.slice(2));
const progress = showProgress();
const say = (text, keeps) => progress.say(text, keeps);
const contenders = everybody.filter(
  ({ name }) => name === "ours" || (options.contenders?.includes(name) ?? true),
);
const samples = [];
/** By workload and contender: an answer that is not ours. */
const excluded = new Map();
const ourAnswers = new Map();
/** By workload and contender: cursors are good for every round, and walking to page 500 takes a while. */
const made = new Map();

installPeers(say);
let open;
const server = await startDatabase(say);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => {
    void Promise.allSettled([open?.close(), server.stop()]).then(() => process.exit(130));
  });
}
try {
  const database = await server.prepare(options.set);
  await measureRounds(database);
  if (options.growth) await measureGrowth();
  report(database);
} finally {
  progress.end();
  await server.stop();
}

async function measureRounds(database) {
  const postgres = await watchPostgres(database.adminUrl);
  const oursFirst = [...contenders].sort((a) => (a.name === "ours" ? -1 : 0));
  for (const contender of oursFirst) {
    await withContender(contender, database, postgres, (running) =>
      compareAll(running, contender.name, database),
    );
  }
  for (let round = 1; round <= options.rounds; round++) {
    for (const contender of shuffled(contenders)) {
      const told = (what) => say(`round ${round} of ${options.rounds}: ${contender.name}, ${what}`);
      told("starting");
      await withContender(contender, database, postgres, (running) =>
        measureContender(contender, running, database, told),
      );
    }
  }
  await postgres.close();
}

/** A contender that does not start or breaks off is left out of the table, and the run goes on. */
async function withContender(contender, database, postgres, work) {
  if (excluded.has(`all ${contender.name}`)) return;
  try {
    open = await openContender(contender, database, postgres, options);
    await work(open);
  } catch (error) {
    exclude("all", contender.name, error.message);
  } finally {
    await open?.close();
    open = undefined;
  }
}

function exclude(workload, contender, why) {
  excluded.set(`${workload} ${contender}`, { workload, contender, why });
  say(`${contender} does not count for ${workload}: ${why}`, true);
}

function counts(workload, contender) {
  return !excluded.has(`${workload} ${contender}`) && !excluded.has(`all ${contender}`);
}

/** Asks each workload's requests once, or some of them, and holds the answers against ours. */
async function compareAll(running, name, database) {
  for (const workload of new Set(["dashboard", ...options.workloads])) {
    say(`comparing ${name}'s answers: ${workload}`);
    try {
      const requests = await workloads[workload](running.ask, database.workspaces);
      made.set(`${workload} ${name}`, requests);
      const step = Math.max(1, Math.floor(requests.length / 20));
      const chosen = requests.filter((_, index) => index % step === 0);
      const answers = [];
      for (const request of chosen) answers.push(normalise(await running.ask(request)));
      if (name === "ours") ourAnswers.set(workload, answers);
      const found = difference(ourAnswers.get(workload), answers);
      if (found) exclude(workload, name, found);
    } catch (error) {
      exclude(workload, name, error.message);
    }
  }
}

async function measureContender({ name }, running, database, told) {
  const keep = (sample) => samples.push({ ...sample, contender: name });
  if (counts("dashboard", name)) keep(await running.firstAnswer());
  for (const workload of options.workloads) {
    if (!counts(workload, name)) continue;
    told(workload);
    const sample = await running.measure(workload, made.get(`${workload} ${name}`));
    // What fails is quick, and would look good.
    if (sample.errors > 0) exclude(workload, name, `${sample.errors} of its answers had no data`);
    else keep(sample);
  }
  if (!options.mixed || !["dashboard", ...options.workloads].every((each) => counts(each, name))) {
    return;
  }
  told("mixed load");
  const mixed = await running.measureMixed();
  if (mixed) keep(mixed);
  else exclude("mixed", name, `with one request in flight its p99 passes ${P99_LIMIT_MS} ms`);
}

/** The same dashboard while the tables have 1, 4 and 16 times the rows. */
async function measureGrowth() {
  const growing = contenders.filter(
    ({ name }) => GROWING.includes(name) && counts("dashboard", name),
  );
  for (let round = 1; round <= options.rounds; round++) {
    for (const [set, { growth }] of Object.entries(SETS)) {
      const database = await server.prepare(set);
      const postgres = await watchPostgres(database.adminUrl);
      for (const contender of shuffled(growing)) {
        say(`growth, round ${round} of ${options.rounds}: ${growth} × rows, ${contender.name}`);
        await withContender(contender, database, postgres, async (running) => {
          const requests = await workloads.dashboard(running.ask, database.workspaces);
          const sample = await running.measure(`growth-${growth}`, requests);
          samples.push({ ...sample, contender: contender.name });
        });
      }
      await postgres.close();
    }
  }
}

/** What was typed, without a path that means something on this machine only. */
function commandOf(words) {
  const typed = words.filter((word, index) => word !== "--json" && words[index - 1] !== "--json");
  return ["npm run bench", ...(typed.length > 0 ? ["--", ...typed] : [])].join(" ");
}

function report(database) {
  const result = {
    date: new Date().toISOString(),
    command: commandOf(process.argv.slice(2)),
    smoke: !options.complete,
    machine: machineOf(),
    versions: versionsOf(contenders, database),
    data: { set: options.set, ...SETS[options.set], workspaces: database.workspaces.length },
    contenders: contenders.map(({ name, about }) => ({ name, about })),
    excluded: [...excluded.values()],
    rows: rowsOf(samples.filter(({ workload, contender }) => counts(workload, contender))),
  };
  progress.end();
  process.stdout.write(`${tableOf(result)}\n`);
  const json = `${JSON.stringify(result, null, 2)}\n`;
  if (options.json) writeFileSync(options.json, json);
  if (!options.complete) return;
  const path = (name) => fileURLToPath(new URL(name, import.meta.url));
  mkdirSync(path("results"), { recursive: true });
  writeFileSync(path("results/newest.json"), json);
  writeFileSync(path("../docs/images/bench.svg"), chartOf(result));
}
