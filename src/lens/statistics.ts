import { aloneText } from "../db/alone.ts";
import type { Pool } from "../db/pool.ts";
import type { Statement } from "../db/statement.ts";
import { readStatementStatistics, type StatementMeans } from "../db/statement-statistics.ts";
import { round } from "../insight/sql-record.ts";
import type { Kept } from "./ring.ts";
import type { StatementFigures, StatementStatistics } from "./wire.ts";

type Figures = StatementFigures & { statement: Statement<unknown> };

/** So many statements are told of: those that took most time. */
const MOST = 50;

/**
 * The statements that a workspace has sent lately, those that took most time first, each with the means of
 * pg_stat_statements. That counts for all workspaces together: neither its totals nor statements that this
 * workspace did not send are told, because they show what others do.
 */
export async function statementStatistics(
  kept: readonly Kept[],
  pool: Pool,
): Promise<StatementStatistics> {
  const figures = new Map<string, Figures>();
  for (const { loader, ms, statement } of kept.flatMap(({ operation }) => operation.batches)) {
    const { text } = statement;
    const known = figures.get(text) ?? {
      statement,
      text,
      loaders: [],
      calls: 0,
      totalMs: 0,
      meanMs: null,
      meanRows: null,
      hitRatio: null,
    };
    if (!known.loaders.includes(loader)) known.loaders.push(loader);
    known.calls += 1;
    known.totalMs += ms;
    figures.set(text, known);
  }
  const heaviest = [...figures.values()]
    .sort((one, other) => other.totalMs - one.totalMs)
    .slice(0, MOST);
  const found = await readStatementStatistics(pool);
  const means = "means" in found ? found.means : [];
  return {
    available: "means" in found,
    why: "missing" in found ? found.missing : null,
    statements: withMeans(heaviest, means),
  };
}

function withMeans(figures: readonly Figures[], means: readonly StatementMeans[]) {
  const byText = new Map(means.map((each) => [normalized(each.text), each]));
  return figures.map(({ statement, ...each }): StatementFigures => {
    const found =
      byText.get(normalized(each.text)) ?? byText.get(normalized(aloneText(statement) ?? ""));
    return {
      ...each,
      totalMs: round(each.totalMs),
      meanMs: found ? round(found.meanMs) : null,
      meanRows: found ? round(found.meanRows) : null,
      hitRatio: found?.hitRatio == null ? null : round(found.hitRatio),
    };
  });
}

/** pg_stat_statements puts $n for constants, and numbers them on. */
const normalized = (text: string) =>
  text
    .replace(/'(?:[^']|'')*'|\$\d+|\b(?:\d+|true|false)\b/g, "?")
    .replace(/\s+/g, " ")
    .trim();
