import type { Tried } from "../tried.ts";

/** What came of the tries of one kind on one thing. */
export interface Cell {
  tries: number;
  findings: number;
  /** What came back → how often. */
  came: ReadonlyMap<string, number>;
}

export interface Matrix {
  columns: readonly string[];
  rows: readonly { target: string; cells: readonly (Cell | undefined)[] }[];
}

/** Things down, kinds of tries or askers across, both in the order in which they were tried. */
export function matrixOf(tried: readonly Tried[]): Matrix {
  const columns = [...new Set(tried.map(({ column }) => column))];
  const targets = [...new Set(tried.map(({ target }) => target))];
  const byPlace = groupBy(tried, ({ target, column }) => `${target}\n${column}`);
  return {
    columns,
    rows: targets.map((target) => ({
      target,
      cells: columns.map((column) => cellOf(byPlace.get(`${target}\n${column}`))),
    })),
  };
}

function cellOf(tried: readonly Tried[] | undefined): Cell | undefined {
  if (!tried) return undefined;
  const came = new Map<string, number>();
  for (const { came: word } of tried) came.set(word, (came.get(word) ?? 0) + 1);
  const findings = tried.filter(({ verdict }) => verdict === "finding").length;
  return { tries: tried.length, findings, came };
}

/** How much was tried, and what came of it. */
export function countsOf(tried: readonly Tried[]) {
  const of = (verdict: Tried["verdict"]) => tried.filter((each) => each.verdict === verdict).length;
  return {
    tries: tried.length,
    held: of("held"),
    findings: of("finding"),
    notes: of("note"),
    unproven: of("unproven"),
  };
}

/** Tries by the name of their rule, in order. */
export const byRule = (tried: readonly Tried[]) => [...groupBy(tried, ({ name }) => name)];

function groupBy(tried: readonly Tried[], key: (tried: Tried) => string): Map<string, Tried[]> {
  const groups = new Map<string, Tried[]>();
  for (const each of tried) {
    const group = groups.get(key(each));
    if (group) group.push(each);
    else groups.set(key(each), [each]);
  }
  return groups;
}
