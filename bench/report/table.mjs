import { cpuOf, targetsOf } from "./targets.mjs";

const COLUMNS = [
  ["contender", (row) => row.contender],
  ["req/s", (row) => number(row.rps)],
  ["÷ floor-1", (row, floors) => ratio(row.rps, floors["floor-1"]?.rps)],
  ["÷ floor-2", (row, floors) => ratio(row.rps, floors["floor-2"]?.rps)],
  ["p50", (row) => number(row.p50)],
  ["p95", (row) => number(row.p95)],
  ["p99", (row) => number(row.p99)],
  ["CPU ms", (row) => number(row.serverCpuMs, 2)],
  ["PG ms", (row) => number(row.postgresCpuMs, 2)],
  ["CPU ÷ f-2", (row, floors) => ratio(cpuOf(row), cpuOf(floors["floor-2"]))],
  ["SQL", (row) => statements(row)],
  ["MB", (row) => number(row.rssMb, 0)],
];

/** A cold start has one request: when the server was ready, and when it had answered. */
const COLD = [
  ["contender", (row) => row.contender],
  ["ready after ms", (row) => number(row.readyMs, 0)],
  ["first answer ms", (row) => number(row.p50, 0)],
];
const MIXED = [
  "in flight",
  (row) => (row.concurrency ? number(row.concurrency, 0) : "too slow for 1"),
];

const columnsOf = (workload) => {
  if (workload === "cold") return COLD;
  return workload === "mixed" ? [...COLUMNS, MIXED] : COLUMNS;
};

/** The report as text: a table for each workload, the quickest first, and what did not count. */
export function tableOf({ rows, excluded = [], smoke }) {
  const parts = [];
  for (const workload of new Set(rows.map((row) => row.workload))) {
    const found = rows.filter((row) => row.workload === workload);
    const floors = Object.fromEntries(found.map((row) => [row.contender, row]));
    found.sort((a, b) => (b.rps ?? 0) - (a.rps ?? 0) || (a.p50 ?? 0) - (b.p50 ?? 0));
    const columns = columnsOf(workload);
    const cells = found.map((row) => columns.map(([, cell]) => cell(row, floors)));
    parts.push(
      `${titleOf(workload, found)}\n${aligned([columns.map(([name]) => name), ...cells])}`,
    );
  }
  for (const { workload, contender, why } of excluded) {
    parts.push(`${workload}: ${contender} does not count: ${why}`);
  }
  parts.push(targetLines(rows));
  if (smoke) parts.push("A run that was not complete: these figures are no results.");
  return parts.join("\n\n");
}

function targetLines(rows) {
  const measured = targetsOf(rows).filter(({ value }) => value != null);
  const lines = measured.map(({ what, target, value, verdict }) => [
    what,
    number(value, 2),
    target,
    verdict.toUpperCase(),
  ]);
  return aligned([["targets of ours", "", "", ""], ...lines]);
}

function titleOf(workload, rows) {
  const bytes = rows.find(({ contender }) => contender === "ours")?.bytes;
  return bytes ? `${workload} (${(bytes / 1000).toFixed(1)} kB)` : workload;
}

const statements = ({ sql, sqlOverhead }) => {
  if (sql == null) return "";
  return sqlOverhead >= 0.5 ? `${number(sql, 1)} + ${number(sqlOverhead, 1)}` : number(sql, 1);
};

const ratio = (value, floor) => (value && floor ? (value / floor).toFixed(2) : "");

function number(value, digits = 1) {
  if (value == null) return "";
  const text = value.toFixed(value >= 100 ? 0 : digits);
  return digits === 1 && text.endsWith(".0") ? text.slice(0, -2) : text;
}

function aligned(table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
        )
        .join("  "),
    )
    .join("\n");
}
