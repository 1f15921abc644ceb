/** A table as the formatter would write it: `columns` are `[title, isNumber]`. */
export function markdownTable(columns, rows) {
  const widths = columns.map(([title], index) =>
    Math.max(3, title.length, ...rows.map((row) => row[index].length)),
  );
  const line = (cells) =>
    `| ${cells
      .map((cell, index) =>
        columns[index][1] ? cell.padStart(widths[index]) : cell.padEnd(widths[index]),
      )
      .join(" | ")} |`;
  const rule = widths.map((width, index) =>
    columns[index][1] ? `${"-".repeat(width - 1)}:` : "-".repeat(width),
  );
  return [line(columns.map(([title]) => title)), line(rule), ...rows.map(line)].join("\n");
}

/** Puts a text between `<!-- name:begin … -->` and `<!-- name:end -->`. */
export function between(document, name, text) {
  const pattern = new RegExp(`(<!-- ${name}:begin[^>]*-->\n)[^]*?(\n<!-- ${name}:end -->)`);
  if (!pattern.test(document)) throw new Error(`there is no <!-- ${name}:begin --> … end -->`);
  return document.replace(pattern, (_, begin, end) => `${begin}\n${text}\n${end}`);
}
