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
  const groups = Map.groupBy
    ? Map.groupBy(samples, keyOf)
    : samples.reduce(
        (map, sample) => map.set(keyOf(sample), [...(map.get(keyOf(sample)) ?? []), sample]),
        new Map(),
      );
  return [...groups.values()].map((group) => {
    const [{ workload, contender }] = group;
    const figures = FIGURES.flatMap((name) => {
      const value = median(group.map((sample) => sample[name]));
      return value === null ? [] : [[name, Math.round(value * 1000) / 1000]];
    });
    return { workload, contender, rounds: group.length, ...Object.fromEntries(figures) };
  });
}

const keyOf = ({ workload, contender }) => `${workload} ${contender}`;
