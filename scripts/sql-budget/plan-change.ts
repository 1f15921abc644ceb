/** What differs between two plans, and what that means, a line each. */
export function reasonsFor(
  was: readonly string[],
  is: readonly string[],
  indexes: ReadonlySet<string>,
): string[] {
  const gone = without(was, is);
  const added = without(is, was);
  if (gone.length === 0 && added.length === 0) return ["The same nodes in another order:", ...is];

  const says = (lines: readonly string[], pattern: RegExp) =>
    lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
  const missing = says(gone, /Index (?:Only )?Scan (\S+)/).filter((index) => !indexes.has(index));
  const sorts = says(added, /Sort by (.*)/);
  const whole = says(added, /Seq Scan on (\S+)/);
  const bitmaps = says(added, /Bitmap Heap Scan on (\S+)/);
  const filters = says(added, /on (\S+) with a filter/);
  return [
    ...gone.map((line) => `- ${line}`),
    ...added.map((line) => `+ ${line}`),
    ...missing.map((index) => `The index ${index} is not in the database any more.`),
    ...sorts.map(
      (order) => `Nothing that is read comes in the order of ${order}: all that fits is sorted.`,
    ),
    ...whole.map((table) => `All of ${table} is read, whoever's rows they are.`),
    ...bitmaps.map(
      (table) => `Rows of ${table} are gathered in the order of the table, not of an index.`,
    ),
    ...filters.map((table) => `Rows of ${table} are read to be thrown away.`),
  ];
}

/** The lines of one plan that another one does not have as often, wherever they stand. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = others.map((line) => line.trim());
  return lines
    .map((line) => line.trim())
    .filter((line) => {
      const at = left.indexOf(line);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
}
