/** CPU of server and database for one request. */
export const cpuOf = (row) =>
  row?.serverCpuMs == null || row.postgresCpuMs == null
    ? undefined
    : row.serverCpuMs + row.postgresCpuMs;

const ratio = (value, other) => (value != null && other ? value / other : undefined);

/** A target: `measure` is given a function that finds a row; nothing is judged that was not measured. */
const TARGETS = [
  {
    what: "dashboard: requests/s ÷ FLOOR-2",
    least: 0.7,
    aim: 0.85,
    measure: (row) => ratio(row("dashboard").rps, row("dashboard", "floor-2").rps),
  },
  {
    what: "dashboard: requests/s ÷ PostGraphile with RLS",
    least: 2,
    aim: 2.5,
    measure: (row) => ratio(row("dashboard").rps, row("dashboard", "postgraphile-rls").rps),
  },
  {
    what: "dashboard: p95 of the “before” ÷ ours, as many in flight",
    least: 14,
    measure: (row) => ratio(row("dashboard", "before").p95, row("dashboard").p95),
  },
  {
    what: "dashboard: SQL statements of data",
    most: 5,
    // The look-up of a key that was forgotten after five seconds is spread over thousands of requests.
    measure: (row) => row("dashboard").sql && Math.round(row("dashboard").sql * 10) / 10,
  },
  {
    what: "one post by id: requests/s ÷ FLOOR-2",
    least: 0.55,
    aim: 0.75,
    measure: (row) => ratio(row("post").rps, row("post", "floor-2").rps),
  },
  {
    what: "one post by id: requests/s ÷ PostGraphile with RLS",
    above: 1,
    measure: (row) => ratio(row("post").rps, row("post", "postgraphile-rls").rps),
  },
  {
    what: "page 500 ÷ page 1, CPU of a request",
    most: 1.05,
    measure: (row) => ratio(cpuOf(row("page-500")), cpuOf(row("page-1"))),
  },
  {
    what: "the lens when nobody looks, CPU of one post ÷ without it",
    most: 1.05,
    measure: (row) => ratio(cpuOf(row("post")), cpuOf(row("post", "ours-without-lens"))),
  },
  {
    what: "16 times the rows, CPU of a dashboard",
    most: 1.2,
    measure: (row) => ratio(cpuOf(row("growth-16")), cpuOf(row("growth-1"))),
  },
  {
    what: "cold server, ms to its first dashboard",
    most: 150,
    measure: (row) => row("cold").p50,
  },
];

/** What was promised, what it is, and whether it was kept: `{ what, target, value, verdict }`. */
export function targetsOf(rows) {
  const row = (workload, contender = "ours") =>
    rows.find((each) => each.workload === workload && each.contender === contender) ?? {};
  return TARGETS.map(({ what, least, above, most, aim, measure }) => {
    const value = measure(row);
    const target = [
      ...(least === undefined ? [] : [`at least ${least}`]),
      ...(above === undefined ? [] : [`above ${above}`]),
      ...(most === undefined ? [] : [`at most ${most}`]),
      ...(aim === undefined ? [] : [`aim ${aim}`]),
    ].join(", ");
    return { what, target, value, verdict: verdictOf(value, { least, above, most, aim }) };
  });
}

function verdictOf(value, { least, above, most, aim }) {
  if (value == null) return "not measured";
  const isMet =
    (least === undefined || value >= least) &&
    (above === undefined || value > above) &&
    (most === undefined || value <= most);
  if (!isMet) return "missed";
  return aim !== undefined && value >= aim ? "met, and the aim" : "met";
}
