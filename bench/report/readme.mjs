import { markdownTable } from "./markdown.mjs";
import { targetsOf } from "./targets.mjs";

const RANKED = ["dashboard", "post", "page-500", "inbox", "mixed"];

const NOTE =
  "CPU is that of a request. The mixed load is that of 100 workspaces with more and more in flight, until p99 passes " +
  "400 ms; “-” where it does so with a single one. Cold is the first dashboard of a server that has just become ready.";

/** What the project's README shows of a run. */
export function readmeSection(result) {
  const { rows, date, command, machine, versions, data, load, parity, excluded } = result;
  const nodes = Object.keys(versions.node).map((version) => version.replace(/^v/, ""));
  const facts = [
    `${date.slice(0, 10)}, \`${command}\`, ${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB,`,
    `PostgreSQL ${versions.postgres}, Node ${nodes.sort().reverse().join(" and ")}; ${thousands(data.posts)} posts and`,
    `${thousands(data.comments)} comments in ${data.workspaces} workspaces, ${load.inFlight} requests in flight, medians of`,
    `${load.rounds} interleaved rounds. Ours is as shipped: isolation, gates, budgets and logging on.`,
  ];
  const proof = parity
    ? `The “before” is TypeORM with lazy relations; ${parity.same} operations of the tests' collection are answered with the same JSON${parity.different > 0 ? `, ${parity.different} are not` : ""}${parity.unsupported > 0 ? `, ${parity.unsupported} it does not support` : ""}.`
    : "";
  return [
    "![SocialHub and its peers: requests per second and p95](docs/images/bench.svg)",
    facts.join("\n"),
    dashboardTable(rows),
    ranking(rows),
    NOTE,
    targetTable(rows),
    [
      proof,
      ...excluded.map(
        ({ workload, contender, why }) =>
          `\`${contender}\` does not count for ${workload}: ${why}.`,
      ),
    ]
      .filter(Boolean)
      .join("\n"),
  ]
    .filter(Boolean)
    .join("\n\n");
}

function dashboardTable(rows) {
  const found = rows.filter(({ workload }) => workload === "dashboard");
  found.sort((a, b) => b.rps - a.rps);
  const floor = found.find(({ contender }) => contender === "floor-2");
  const columns = [
    ["the dashboard", false],
    ["req/s", true],
    ["÷ floor-2", true],
    ["p50 ms", true],
    ["p95 ms", true],
    ["p99 ms", true],
    ["CPU ms", true],
    ["PostgreSQL ms", true],
    ["SQL", true],
    ["MB", true],
  ];
  return markdownTable(
    columns,
    found.map((row) => [
      row.contender === "ours" ? "**ours**" : row.contender,
      number(row.rps),
      floor ? (row.rps / floor.rps).toFixed(2) : "",
      number(row.p50),
      number(row.p95),
      number(row.p99),
      number(row.serverCpuMs),
      number(row.postgresCpuMs),
      number(row.sql),
      number(row.rssMb, 0),
    ]),
  );
}

/** Requests a second of everybody, workload by workload. */
function ranking(rows) {
  const shown = RANKED.filter((workload) => rows.some((row) => row.workload === workload));
  const names = [...new Set(rows.map(({ contender }) => contender))];
  const find = (workload, contender) =>
    rows.find((row) => row.workload === workload && row.contender === contender);
  names.sort((a, b) => (find("dashboard", b)?.rps ?? 0) - (find("dashboard", a)?.rps ?? 0));
  return markdownTable(
    [
      ["requests/s", false],
      ...shown.map((workload) => [titles[workload] ?? workload, true]),
      ["cold, ms", true],
    ],
    names.map((name) => [
      name === "ours" ? "**ours**" : name,
      ...shown.map((workload) => {
        const row = find(workload, name);
        return row?.rps == null ? "-" : number(row.rps);
      }),
      number(find("cold", name)?.p50, 0),
    ]),
  );
}

const titles = { mixed: "mixed, p99 ≤ 400 ms", post: "one post", "page-500": "page 500" };

function targetTable(rows) {
  return markdownTable(
    [
      ["what was promised of ours", false],
      ["target", false],
      ["measured", true],
      ["", false],
    ],
    targetsOf(rows).map(({ what, target, value, verdict }) => [
      what,
      target,
      value == null ? "-" : value >= 100 ? value.toFixed(0) : value.toFixed(2),
      verdict === "missed" ? "**missed**" : verdict,
    ]),
  );
}

function number(value, digits = 1) {
  if (value == null) return "-";
  const text = value.toFixed(value >= 100 ? 0 : digits);
  return text.endsWith(".0") ? text.slice(0, -2) : text;
}

const thousands = (count) => count.toLocaleString("en-US");
