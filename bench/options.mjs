import { parseArgs } from "node:util";
import { workloads } from "./workloads.mjs";

const HELP = `npm run bench -- [options]

  --quick            small data, two rounds, no growth and no mixed load: under three minutes
  --json FILE        write the rows there
  --rounds N         interleaved rounds: 4
  --seconds N        how long each workload is measured in each round: 5
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
      json: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      concurrency: { type: "string", default: "8" },
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
  const seconds = numberIn("--seconds", values.seconds ?? (quick ? "0.8" : "5"));
  return {
    quick,
    json: values.json,
    set: quick ? "quarter" : "full",
    rounds: numberIn("--rounds", values.rounds ?? (quick ? "2" : "4")),
    ms: seconds * 1000,
    warmUpMs: Math.min(seconds * 1000, quick ? 400 : 3000),
    concurrency: numberIn("--concurrency", values.concurrency),
    contenders: values.contenders?.split(","),
    workloads: wanted.filter((name) => workloads[name]),
    mixed: wanted.includes("mixed"),
    growth: wanted.includes("growth"),
    /** Nobody asked for less than everything: the results may be kept. */
    complete: !quick && !named && !values.contenders && !values.rounds && !values.seconds,
  };
}

function numberIn(name, text) {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`${name} is ${text}; it must be a number above 0`);
  return number;
}
