const SHOWN = [
  ["dashboard", "Dashboard"],
  ["post", "One post"],
  ["page-500", "Page 500"],
];
const LEFT = 124;
const BAR = 18;
const WIDTH = 150;
const COLUMN = LEFT + WIDTH + 62;

/** An SVG of requests a second, one panel for each of three workloads; reads well on light and dark. */
export function chartOf({ rows, machine, date, smoke }) {
  const panels = SHOWN.map(([workload, title]) => ({
    title,
    bars: rows.filter((row) => row.workload === workload && row.rps).sort((a, b) => b.rps - a.rps),
  })).filter(({ bars }) => bars.length > 0);
  const most = Math.max(0, ...panels.map(({ bars }) => bars.length));
  const height = 70 + most * (BAR + 8);
  const note = `${smoke ? "Smoke run, no results. " : ""}Requests a second, medians. ${date.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${COLUMN * panels.length} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="Requests a second of SocialHub and its peers">
<rect width="100%" height="100%" rx="8" fill="#ffffff"/>
${panels.map((panel, index) => panelOf(panel, index * COLUMN)).join("\n")}
<text x="16" y="${height - 12}" font-size="11" fill="#57606a">${escaped(note)}</text>
</svg>
`;
}

function panelOf({ title, bars }, x) {
  const most = bars[0].rps;
  const lines = bars.map(({ contender, rps }, index) => {
    const y = 44 + index * (BAR + 8);
    const width = Math.max(2, (rps / most) * WIDTH);
    const fill =
      contender === "ours" ? "#1a7f64" : contender.startsWith("floor") ? "#b6bec8" : "#7d8fa9";
    return `<text x="${x + LEFT - 8}" y="${y + 13}" text-anchor="end" fill="#1f2328">${escaped(contender)}</text><rect x="${x + LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2" fill="${fill}"/><text x="${(x + LEFT + width + 6).toFixed(1)}" y="${y + 13}" fill="#1f2328">${rps < 100 ? rps.toFixed(1) : rps.toFixed(0)}</text>`;
  });
  return `<text x="${x + LEFT}" y="28" font-weight="600" font-size="15" fill="#1f2328">${escaped(title)}</text>\n${lines.join("\n")}`;
}

const escaped = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
