import { median } from "./measure/statistics.mjs";

/** In every row, null where it is not known. */
const FIGURES = ["rps", "p50", "p95", "p99", "serverCpuMs", "postgresCpuMs", "sql", "rssMb"];
/** Whom everybody is held against. */
const FLOORS = ["floor-1", "floor-2"];
/** Where there is something to say. */
const FURTHER = ["sqlOverhead", "bytes", "readyMs", "concurrency"];

/** Samples come in random order, and are shown in this one. */
const ORDER = [
  "dashboard",
  "post",
  "page-1",
  "page-50",
  "page-500",
  "inbox",
  "mixed",
  "cold",
  "growth-1",
  "growth-4",
  "growth-16",
];
const placeOf = (workload) => ORDER.indexOf(workload);

/** One row for each workload and contender: the medians of their rounds, and what they are of the floors'. */
export function rowsOf(samples) {
  const groups = new Map();
  for (const sample of samples) {
    const key = `${sample.workload} ${sample.contender}`;
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  const sorted = [...groups.values()].sort(([a], [b]) => placeOf(a.workload) - placeOf(b.workload));
  const rows = sorted.map(mediansOf);
  return rows.map((row) => {
    const ratios = FLOORS.flatMap((floor) => {
      const found = rows.find(
        ({ workload, contender }) => workload === row.workload && contender === floor,
      );
      return found ? [[floor, ratiosOf(row, found)]] : [];
    });
    return { ...row, ratios: Object.fromEntries(ratios) };
  });
}

function mediansOf(group) {
  const [{ workload, contender }] = group;
  const figures = [...FIGURES, ...FURTHER].flatMap((name) => {
    const value = median(group.map((sample) => sample[name]));
    if (value === null) return FURTHER.includes(name) ? [] : [[name, null]];
    return [[name, rounded(value)]];
  });
  return { workload, contender, rounds: group.length, ...Object.fromEntries(figures) };
}

const ratiosOf = (row, floor) =>
  Object.fromEntries(
    FIGURES.flatMap((name) =>
      row[name] && floor[name] ? [[name, rounded(row[name] / floor[name])]] : [],
    ),
  );

const rounded = (value) => Math.round(value * 1000) / 1000;
