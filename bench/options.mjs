import { parseArgs } from "node:util";
import { workloads } from "./workloads.mjs";

const HELP = `npm run bench -- [options]

  --quick            small data, two rounds, no growth and no mixed load: under three minutes
  --parity           only the parity proof: the "before" answers as we do, or exit code 1
  --publish          only write README and chart once more, from results/newest.json
  --json FILE        write the rows there
  --rounds N         interleaved rounds: 4
  --seconds N        how long each workload is measured in each round: 3
  --concurrency N    requests in flight: 8
  --contenders A,B   only these, and ours
  --workloads A,B    only these; of ${Object.keys(workloads).join(", ")}, mixed, growth
`;

/** What a run is to do. */
export function readOptions(words) {
  const { values } = parseArgs({
    args: words,
    options: {
      quick: { type: "boolean", default: false },
      parity: { type: "boolean", default: false },
      publish: { type: "boolean", default: false },
      json: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      concurrency: { type: "string" },
      contenders: { type: "string" },
      workloads: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const { quick } = values;
  const named = values.workloads?.split(",");
  const wanted =
    named ??
    (quick
      ? ["dashboard", "post", "page-1", "page-500"]
      : [...Object.keys(workloads), "mixed", "growth"]);
  const unknown = wanted.filter(
    (name) => !workloads[name] && name !== "mixed" && name !== "growth",
  );
  if (unknown.length > 0) throw new Error(`there is no workload ${unknown.join(", ")}`);
  const { rounds, seconds, concurrency, contenders } = values;
  const ms = 1000 * numberIn("--seconds", seconds ?? (quick ? "0.5" : "3"));
  return {
    quick,
    onlyParity: values.parity,
    onlyPublish: values.publish,
    json: values.json,
    set: quick ? "quick" : "full",
    rounds: numberIn("--rounds", rounds ?? (quick ? "2" : "4")),
    ms,
    /** In so many pieces, those of all workloads in turn. */
    passes: quick ? 1 : 6,
    /** How long each workload runs before any is measured. */
    hotMs: quick ? 200 : 2000,
    warmUpMs: Math.min(ms, quick ? 200 : 1000),
    levelMs: Math.min(ms, 1500),
    /** So many latencies are measured however slow a contender is: of fewer a p95 would be the worst one. */
    fewest: quick ? 10 : 40,
    concurrency: numberIn("--concurrency", concurrency ?? "8"),
    contenders: contenders?.split(","),
    workloads: wanted.filter((name) => workloads[name]),
    mixed: wanted.includes("mixed"),
    growth: wanted.includes("growth"),
    /** Nobody asked for less than everything: the results may be kept. */
    complete: !quick && ![named, contenders, rounds, seconds, concurrency].some(Boolean),
  };
}

function numberIn(name, text) {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`${name} is ${text}; it must be a number above 0`);
  return number;
}
