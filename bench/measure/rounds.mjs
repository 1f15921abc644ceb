import { SETS } from "../database/sets.mjs";
import { workloads } from "../workloads.mjs";
import { difference, normalise } from "./answers.mjs";
import { watchPostgres } from "./postgres.mjs";
import { LEVELS, openContender } from "./round.mjs";
import { meanOf, shuffled } from "./statistics.mjs";

/** Who is looked at while the tables grow. */
const GROWING = ["floor-2", "ours", "postgraphile-rls"];

/** What starting and stopping a contender takes, in seconds, for the estimate. */
const START = 2.5;

/** What is done with contenders: their answers compared, their speed measured. */
export function createRounds({ contenders, options, ledger, progress }) {
  const say = (text, keeps) => progress.say(text, keeps);
  const ourAnswers = new Map();
  /** By workload and contender: cursors are good for every round, and walking to page 500 takes a while. */
  const made = new Map();
  const growing = contenders.filter(({ name }) => GROWING.includes(name));
  const growthSets = Object.entries(SETS).filter(([, { growth }]) => growth);
  /** The contender that runs. */
  let current;

  function plannedSeconds() {
    const each = (options.warmUpMs + options.ms) / 1000;
    const mixed = (options.warmUpMs + LEVELS.length * options.levelMs) / 1000;
    const ownWorkloads = options.workloads.length * (options.hotMs / 1000 + each);
    const contender = START + ownWorkloads + (options.mixed ? mixed : 0);
    const growthEach = START + options.hotMs / 1000 + each;
    const growth = options.growth ? growing.length * growthSets.length * growthEach : 0;
    return {
      contender,
      compare: 2 * START,
      total: contenders.length * (2 * START + options.rounds * contender) + options.rounds * growth,
      growth: growthEach,
    };
  }

  /** A contender that does not start or breaks off is left out of the table, and the run goes on. */
  async function withContender(contender, database, postgres, work) {
    if (!ledger.counts("all", contender.name)) return;
    try {
      const open = () => openContender(contender, database, postgres, options);
      // Once more, because on a busy machine a start may take too long.
      current = await open().catch(open);
      await work(current);
    } catch (error) {
      ledger.exclude("all", contender.name, error.message);
    } finally {
      await current?.close();
      current = undefined;
    }
  }

  /** Asks each contender for each workload, or some of its requests, and holds the answers against ours. */
  async function compareAnswers(database) {
    const postgres = await watchPostgres(database.adminUrl);
    const oursFirst = [...contenders].sort((a) => (a.name === "ours" ? -1 : 0));
    for (const contender of oursFirst) {
      await withContender(contender, database, postgres, (running) =>
        compareAll(running, contender.name, database),
      );
      if (ourAnswers.size === 0) throw new Error("there is no answer of ours to compare with");
      progress.advance(plannedSeconds().compare);
    }
    await postgres.close();
  }

  async function compareAll(running, name, database) {
    for (const workload of new Set(["dashboard", ...options.workloads])) {
      say(`comparing ${name}'s answers: ${workload}`);
      try {
        const requests = await workloads[workload](running.ask, database.workspaces);
        made.set(`${workload} ${name}`, requests);
        const step = Math.max(1, Math.floor(requests.length / 20));
        const answers = [];
        for (const request of requests.filter((_, index) => index % step === 0)) {
          answers.push(normalise(await running.ask(request)));
        }
        if (name === "ours") ourAnswers.set(workload, answers);
        const found = difference(ourAnswers.get(workload), answers);
        if (found) ledger.exclude(workload, name, found);
      } catch (error) {
        ledger.exclude(workload, name, error.message);
      }
    }
    if (!options.mixed || !countsForAll(name)) return;
    say(`comparing ${name}'s answers: mixed load`);
    made.set(`mixed ${name}`, await running.makeMixed());
  }

  const countsForAll = (name) =>
    ["dashboard", ...options.workloads].every((workload) => ledger.counts(workload, name));

  /** Everybody once in each round, in random order. */
  async function measureRounds(database) {
    const postgres = await watchPostgres(database.adminUrl);
    for (let round = 1; round <= options.rounds; round++) {
      for (const contender of shuffled(contenders)) {
        const told = (what) =>
          say(`round ${round} of ${options.rounds}: ${contender.name}, ${what}`);
        told("starting");
        await withContender(contender, database, postgres, (running) =>
          measureContender(contender, running, told),
        );
        progress.advance(plannedSeconds().contender);
      }
    }
    await postgres.close();
  }

  async function measureContender({ name }, running, told) {
    const keep = (sample) => {
      // What fails is quick, and would look good.
      if (!(sample.errors > 0)) return ledger.keep({ ...sample, contender: name });
      ledger.exclude(sample.workload, name, `${sample.errors} of its answers had no data`);
    };
    if (ledger.counts("dashboard", name)) keep(await running.firstAnswer());
    const requestsOf = (workload) => made.get(`${workload} ${name}`);
    const counting = options.workloads.filter((workload) => ledger.counts(workload, name));
    if (counting.length === 0) return;
    told("warming up");
    await running.warmUp(counting.map(requestsOf));
    // In another order each time, because a server that has run for longer is quicker; and a piece of each in
    // turn, because a machine that is slow for a while is then slow for all of them.
    const pieces = new Map(counting.map((workload) => [workload, []]));
    for (let pass = 0; pass < options.passes; pass++) {
      for (const workload of shuffled(counting)) {
        told(workload);
        const share = 1 / options.passes;
        pieces.get(workload).push(await running.measure(workload, requestsOf(workload), share));
      }
    }
    for (const samples of pieces.values()) keep(meanOf(samples));
    if (!options.mixed || !countsForAll(name) || !ledger.counts("mixed", name)) return;
    told("mixed load");
    keep(await running.measureMixed(requestsOf("mixed")));
  }

  /** The same dashboard while the tables have 1, 4 and 16 times the rows. */
  async function measureGrowth(prepare) {
    const answers = new Map();
    for (let round = 1; round <= options.rounds; round++) {
      for (const [set, { growth }] of shuffled(growthSets)) {
        const database = await prepare(set);
        const postgres = await watchPostgres(database.adminUrl);
        for (const contender of shuffled(growing)) {
          say(`growth, round ${round} of ${options.rounds}: ${growth} × rows, ${contender.name}`);
          if (!ledger.counts("dashboard", contender.name)) continue;
          await withContender(contender, database, postgres, async (running) => {
            const [request] = await workloads.dashboard(running.ask, database.workspaces);
            const workload = `growth-${growth}`;
            answers.set(`${workload} ${contender.name}`, normalise(await running.ask(request)));
            await running.warmUp([[request]]);
            const sample = await running.measure(workload, [request]);
            ledger.keep({ ...sample, contender: contender.name });
          });
          progress.advance(plannedSeconds().growth);
        }
        await postgres.close();
      }
    }
    for (const [key, answer] of answers) {
      const [workload, name] = key.split(" ");
      const found = difference(answers.get(`${workload} ours`), answer);
      if (found) ledger.exclude(workload, name, found);
    }
  }

  return {
    plannedSeconds,
    compareAnswers,
    measureRounds,
    measureGrowth,
    /** For whoever stops the run. */
    close: async () => current?.close(),
  };
}
