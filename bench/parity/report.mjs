/** The proof in text: a line for each operation, and for each difference what it is. */
export function parityTable(results) {
  const names = [...new Set(results.map(({ operation }) => operation))];
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => {
    const found = results.filter(({ operation }) => operation === name);
    const why = found.find((each) => each.why)?.why;
    const reason = why ? `: ${why}` : "";
    return `  ${name.padEnd(width)}  ${verdictOf(found)}${reason}${statementsOf(found)}`;
  });
  const { same, different, unsupported, workspaces } = summaryOf(results);
  return [
    `parity of ours and the "before", in ${workspaces} workspaces:`,
    ...lines,
    `${same} operations the same, ${different} different, ${unsupported} not supported by the "before"`,
  ].join("\n");
}

/** Of the operations, how many are the same in all workspaces. */
export function summaryOf(results) {
  const names = [...new Set(results.map(({ operation }) => operation))];
  const verdicts = names.map((name) =>
    verdictOf(results.filter(({ operation }) => operation === name)),
  );
  const count = (verdict) => verdicts.filter((each) => each === verdict).length;
  return {
    same: count("same"),
    different: count("different"),
    unsupported: count("unsupported"),
    workspaces: new Set(results.map(({ workspace }) => workspace)).size,
  };
}

const verdictOf = (results) =>
  ["different", "unsupported"].find((each) => results.some(({ verdict }) => verdict === each)) ??
  "same";

/** Of the workspace where it takes the most. */
function statementsOf(results) {
  const counts = results.flatMap(({ statements }) => statements ?? []);
  if (counts.length === 0) return "";
  const most = counts.reduce((a, b) => (b.before > a.before ? b : a));
  return `, ${most.before} statements before, ${most.ours} now`;
}
