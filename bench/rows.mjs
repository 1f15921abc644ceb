import { median } from "./measure/statistics.mjs";

const FIGURES = [
  "rps",
  "p50",
  "p95",
  "p99",
  "serverCpuMs",
  "postgresCpuMs",
  "sql",
  "sqlOverhead",
  "bytes",
  "rssMb",
  "readyMs",
  "concurrency",
  "errors",
];

/** One row for each workload and contender: the medians of their rounds. */
export function rowsOf(samples) {
  const groups = new Map();
  for (const sample of samples) {
    const key = `${sample.workload} ${sample.contender}`;
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return [...groups.values()].map((group) => {
    const [{ workload, contender }] = group;
    const figures = FIGURES.flatMap((name) => {
      const value = median(group.map((sample) => sample[name]));
      return value === null ? [] : [[name, Math.round(value * 1000) / 1000]];
    });
    return { workload, contender, rounds: group.length, ...Object.fromEntries(figures) };
  });
}
