import { median } from "./measure/statistics.mjs";

/** In every row, null where it is not known. */
const FIGURES = ["rps", "p50", "p95", "p99", "serverCpuMs", "postgresCpuMs", "sql", "rssMb"];
/** Where there is something to say. */
const FURTHER = ["sqlOverhead", "bytes", "readyMs", "concurrency"];

/** One row for each workload and contender: the medians of their rounds. */
export function rowsOf(samples) {
  const groups = new Map();
  for (const sample of samples) {
    const key = `${sample.workload} ${sample.contender}`;
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return [...groups.values()].map((group) => {
    const [{ workload, contender }] = group;
    const figures = [...FIGURES, ...FURTHER].flatMap((name) => {
      const value = median(group.map((sample) => sample[name]));
      if (value === null) return FURTHER.includes(name) ? [] : [[name, null]];
      return [[name, Math.round(value * 1000) / 1000]];
    });
    return { workload, contender, rounds: group.length, ...Object.fromEntries(figures) };
  });
}
