import { findingsOf, type Audit } from "../audit.ts";
import type { Tried } from "../tried.ts";
import { byRule, countsOf, matrixOf, type Cell } from "./matrix.ts";

/** What came back, in a letter. */
const LETTERS: Readonly<Record<string, string>> = {
  nothing: "n",
  refused: "r",
  forbidden: "f",
  own: "o",
};

/** The whole audit for a terminal. */
export function describeAudit(audit: Audit): string[] {
  const { catalog, sql, api, version, isScratch } = audit;
  const all = [...catalog, ...sql, ...api];
  const counts = countsOf(all);
  const findings = findingsOf(audit);
  const notes = all.filter(({ verdict }) => verdict === "note");
  return [
    `PostgreSQL ${version}: ${counts.tries} things tried, ${counts.held} held, ${counts.findings} findings, ${counts.notes} notes; ${counts.unproven} had nothing to find`,
    "",
    "The catalog, rule by rule",
    ...byRule(catalog).map(([rule, tried]) => `  ${mark(tried)} ${rule} (${tried.length})`),
    "",
    `The tables, attacked from workspace A for the rows of B${isScratch ? " (both made for this, and rolled back)" : ""}`,
    ...describeMatrix(sql),
    "",
    "The API, asked by everybody of workspace A",
    ...describeMatrix(api),
    "",
    "  n nothing came back, r refused, f forbidden, o one's own, ✗ findings",
    ...(notes.length > 0 ? ["", "Notes", ...sentences(notes)] : []),
    ...(findings.length > 0 ? ["", "Findings", ...sentences(findings)] : []),
    "",
    findings.length === 0
      ? `Isolation holds: ${counts.tries} things tried, no finding.`
      : `Isolation does not hold: ${findings.length} findings.`,
  ];
}

const mark = (tried: readonly Tried[]) => {
  const { findings, notes } = countsOf(tried);
  return findings > 0 ? `✗ ${findings}` : notes > 0 ? "!" : "✓";
};

const sentences = (tried: readonly Tried[]) =>
  tried.map(({ name, says }) => `  ${name}: ${says ?? ""}`);

function describeMatrix(tried: readonly Tried[]): string[] {
  const { columns, rows } = matrixOf(tried);
  const lines = [
    ["", ...columns],
    ...rows.map(({ target, cells }) => [target, ...cells.map(cellText)]),
  ];
  const widths = ["", ...columns].map((_, index) =>
    Math.max(...lines.map((line) => (line[index] ?? "").length)),
  );
  return lines.map((line) =>
    `  ${line.map((word, index) => word.padEnd(widths[index] ?? 0)).join("  ")}`.trimEnd(),
  );
}

function cellText(cell: Cell | undefined): string {
  if (!cell) return "";
  const words = [...cell.came]
    .filter(([word]) => word in LETTERS)
    .map(([word, count]) => `${count}${LETTERS[word] ?? ""}`);
  if (cell.findings > 0) words.unshift(`✗${cell.findings}`);
  return words.join(" ");
}
