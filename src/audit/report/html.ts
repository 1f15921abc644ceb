import { findingsOf, type Audit } from "../audit.ts";
import type { Tried } from "../tried.ts";
import { rules } from "../rules/run.ts";
import { byRule, countsOf, matrixOf, type Cell } from "./matrix.ts";
import { style } from "./style.ts";

const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escape = (text: string | number) =>
  String(text).replace(/[&<>"']/g, (found) => escapes[found] ?? found);

/** The audit as one page that needs nothing else: to be read, printed and shown to a customer. */
export function auditAsHtml(audit: Audit): string {
  const { catalog, sql, api, at, version, isScratch } = audit;
  const all = [...catalog, ...sql, ...api];
  const counts = countsOf(all);
  const findings = findingsOf(audit);
  const notes = all.filter(({ verdict }) => verdict === "note");
  const passed = findings.length === 0;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Isolation audit: ${passed ? "passed" : `${findings.length} findings`}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Isolation audit</h1>
<p class="verdict ${passed ? "held" : "finding"}">${passed ? "No workspace reached another." : `${findings.length} findings: isolation does not hold.`}</p>
<p>SocialHub keeps each workspace's data apart twice: in every statement, and below it in the database. This page shows what was tried to get past both, and what came back. It holds no data of any workspace.</p>
<dl>
<div><dt>Tried</dt><dd>${counts.tries}</dd></div>
<div><dt>Held</dt><dd>${counts.held}</dd></div>
<div><dt>Findings</dt><dd>${counts.findings}</dd></div>
<div><dt>Notes</dt><dd>${counts.notes}</dd></div>
<div><dt>Nothing to find</dt><dd>${counts.unproven}</dd></div>
</dl>
<p class="small">PostgreSQL ${escape(version)}, <time datetime="${escape(at)}">${escape(at.replace("T", " ").slice(0, 16))} UTC</time>${isScratch ? "; the two workspaces were made for the audit and rolled back" : ""}</p>
${listOf("Findings", findings)}
${listOf("Notes", notes)}
<h2>The database's rules</h2>
<p>The catalog of the database is held against each rule, for every table, function and role that there is.</p>
<table><thead><tr><th scope="col">Rule</th><th scope="col">Looked at</th><th scope="col">Result</th></tr></thead><tbody>
${byRule(catalog).map(ruleRow).join("\n")}
</tbody></table>
<h2>Attacks on the tables</h2>
<p>As the roles that the server logs in with, in workspace A or in none, for the rows of workspace B. Each number counts tries.</p>
${tableOf(sql, "Table")}
<h2>Attacks on the API</h2>
<p>Every field of the schema, asked by each role of workspace A, also with B's ids and cursors.</p>
${tableOf(api, "Field")}
</main>
</body>
</html>
`;
}

function listOf(title: string, tried: readonly Tried[]): string {
  if (tried.length === 0) return "";
  const items = tried.map(
    ({ name, says }) => `<li><strong>${escape(name)}</strong>: ${escape(says ?? "")}</li>`,
  );
  return `<h2>${title}</h2>\n<ul>${items.join("\n")}</ul>`;
}

function ruleRow([name, tried]: [string, readonly Tried[]]): string {
  const { findings, notes } = countsOf(tried);
  const why = rules.find((rule) => rule.name === name)?.why ?? "";
  const word = findings > 0 ? `${findings} findings` : notes > 0 ? `${notes} notes` : "holds";
  const kind = findings > 0 ? "finding" : notes > 0 ? "note" : "held";
  return `<tr><th scope="row">${escape(name)}<span class="why">${escape(why)}</span></th><td>${tried.length}</td><td class="${kind}">${word}</td></tr>`;
}

function tableOf(tried: readonly Tried[], corner: string): string {
  const { columns, rows } = matrixOf(tried);
  const head = columns.map((column) => `<th scope="col">${escape(column)}</th>`).join("");
  const body = rows.map(
    ({ target, cells }) =>
      `<tr><th scope="row"><code>${escape(target)}</code></th>${cells.map(cellHtml).join("")}</tr>`,
  );
  return `<div class="wide"><table><thead><tr><th scope="col">${corner}</th>${head}</tr></thead><tbody>
${body.join("\n")}
</tbody></table></div>`;
}

function cellHtml(cell: Cell | undefined): string {
  if (!cell) return "<td></td>";
  const words = [...cell.came].map(([word, count]) => `${count} ${escape(word)}`);
  return `<td class="${cell.findings > 0 ? "finding" : "held"}">${words.join("<br>")}</td>`;
}
