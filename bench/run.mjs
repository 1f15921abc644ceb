// SocialHub and its peers on the same data, one after the other: `npm run bench`. See README.md.
import { writeFileSync } from "node:fs";
import { contenders as everybody } from "./contenders/index.mjs";
import { startDatabase } from "./database/server.mjs";
import { SETS } from "./database/sets.mjs";
import { installPeers } from "./install.mjs";
import { openLedger } from "./measure/ledger.mjs";
import { createRounds } from "./measure/rounds.mjs";
import { readOptions } from "./options.mjs";
import { parityTable, summaryOf } from "./parity/report.mjs";
import { showProgress } from "./progress.mjs";
import { machineOf, versionsOf, warningOf } from "./report/environment.mjs";
import { keep, publish, readNewest } from "./report/publish.mjs";
import { tableOf } from "./report/table.mjs";
import { rowsOf } from "./rows.mjs";

const options = readOptions(process.argv.slice(2));
if (options.onlyPublish) {
  publish(readNewest());
  process.exit(0);
}

const progress = showProgress();
const say = (text, keeps) => progress.say(text, keeps);
const ledger = openLedger(say);
const contenders = everybody.filter(
  ({ name }) => name === "ours" || (options.contenders?.includes(name) ?? true),
);
const rounds = createRounds({ contenders, options, ledger, progress });

installPeers(say);
const server = await startDatabase(say);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => {
    void Promise.allSettled([rounds.close(), server.stop()]).then(() => process.exit(130));
  });
}
try {
  await (options.onlyParity ? proveOnly() : measure());
} finally {
  progress.end();
  await server.stop();
}

async function prove() {
  // It needs what was just installed.
  const { proveParity } = await import("./parity/prove.mjs");
  return proveParity(await server.prepareDemo(), say);
}

async function proveOnly() {
  const results = await prove();
  progress.end();
  process.stdout.write(`${parityTable(results)}\n`);
  if (summaryOf(results).different > 0) process.exitCode = 1;
}

async function measure() {
  const environment = machineOf();
  const warning = warningOf(environment);
  if (warning) say(warning, true);
  const sets = options.growth ? Object.keys(SETS).filter((set) => SETS[set].growth) : [];
  for (const set of sets) await server.prepare(set);
  const database = await server.prepare(options.set);
  progress.expect(rounds.plannedSeconds().total);

  const proof = options.complete ? await proveFirst() : undefined;
  await rounds.compareAnswers(database);
  await rounds.measureRounds(database);
  if (options.growth) await rounds.measureGrowth(server.prepare);
  report(database, environment, proof);
}

/** What answers otherwise is no "before": it is left out then, and the run goes on. */
async function proveFirst() {
  let proof;
  try {
    proof = await prove();
  } catch (error) {
    ledger.exclude("all", "before", `the parity proof broke off: ${error.message}`);
    return undefined;
  }
  progress.end();
  process.stdout.write(`${parityTable(proof)}\n\n`);
  const { different } = summaryOf(proof);
  if (different > 0)
    ledger.exclude("all", "before", `it answers ${different} operations otherwise`);
  return summaryOf(proof);
}

/** What was typed, without a path that means something on this machine only. */
function commandOf(words) {
  const typed = words.filter((word, index) => word !== "--json" && words[index - 1] !== "--json");
  return ["npm run bench", ...(typed.length > 0 ? ["--", ...typed] : [])].join(" ");
}

function report(database, machine, parity) {
  const samples = ledger.samples();
  const result = {
    date: new Date().toISOString(),
    command: commandOf(process.argv.slice(2)),
    smoke: !options.complete,
    machine,
    versions: versionsOf(contenders, database),
    data: { set: options.set, ...SETS[options.set], workspaces: database.workspaces.length },
    load: { rounds: options.rounds, seconds: options.ms / 1000, inFlight: options.concurrency },
    ...(parity && { parity }),
    contenders: contenders.map(({ name, about }) => ({ name, about })),
    excluded: ledger.excluded(),
    rows: rowsOf(samples),
  };
  progress.end();
  process.stdout.write(`${tableOf(result)}\n`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  if (!options.complete) return;
  // Each round's own figures too: whoever doubts a median can look.
  keep({ ...result, samples });
  publish(result);
}
