/** What begins a line of its own. */
const CLAUSE =
  /^(select distinct on|select|from|where|and|order by|limit|cross join lateral|cross join|join|on|union|intersect)\b/;

/**
 * Our own statements over several lines, for people: clauses on lines of their own, sub-queries
 * indented. Only white space is changed. Knows no more SQL than the statements have.
 */
export function formatSql(text: string): string {
  const tokens = text.match(/"(?:[^"]|"")*"|'(?:[^']|'')*'|[()]|\s+|[^\s()"']+/g) ?? [];
  const source = tokens.map((token) => (/^\s+$/.test(token) ? " " : token)).join("");

  /** For each open parenthesis whether it holds a query. */
  const open: boolean[] = [];
  let lines = "";
  let rest = source.trim();
  const newLine = () => {
    const depth = open.filter(Boolean).length;
    lines = `${lines.trimEnd()}\n${"  ".repeat(depth)}`;
  };
  while (rest) {
    const inQuery = open.at(-1) ?? true;
    const clause = inQuery && /(^|[\s(])$/.test(lines) && CLAUSE.exec(rest)?.[0];
    const quoted = /^("(?:[^"]|"")*"|'(?:[^']|'')*')/.exec(rest)?.[0];
    let taken = quoted ?? rest.charAt(0);
    if (clause) {
      if (lines) newLine();
      if (clause === "and" || clause === "on") lines += "  ";
      taken = clause;
    } else if (taken === "(") {
      open.push(/^\( ?select\b/.test(rest));
    } else if (taken === ")" && open.pop()) {
      newLine();
    }
    lines += taken;
    rest = rest.slice(taken.length);
    if (clause || taken === "(") rest = rest.trimStart();
    if (clause) lines += " ";
  }
  return lines;
}
