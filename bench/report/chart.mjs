const PANELS = [
  { title: "Dashboard, requests/s", workload: "dashboard", of: (row) => row.rps },
  {
    title: "Dashboard, p95 in ms",
    workload: "dashboard",
    of: (row) => row.p95,
    lessIsBetter: true,
  },
  { title: "One post by id, requests/s", workload: "post", of: (row) => row.rps },
  { title: "Page 500, requests/s", workload: "page-500", of: (row) => row.rps },
];
const LEFT = 132;
const BAR = 16;
const STEP = BAR + 7;
const WIDTH = 210;
const COLUMN = LEFT + WIDTH + 74;
const TOP = 48;

/** A card of its own colours, so that it can be read on any page; dark for who prefers dark. */
const STYLE = `
.card{fill:#fff;stroke:#d1d9e0}.ink{fill:#1f2328}.faint{fill:#59636e}
.ours{fill:#1a7f64}.floor{fill:#c3cad2}.peer{fill:#7d8fa9}.before{fill:#c4705a}
@media (prefers-color-scheme:dark){
.card{fill:#161b22;stroke:#3d444d}.ink{fill:#e6edf3}.faint{fill:#9198a1}
.ours{fill:#3fb68b}.floor{fill:#4a535e}.peer{fill:#62748f}.before{fill:#b8644f}}`;

/** An SVG of who answers how fast, the best first in each panel. */
export function chartOf({ rows, machine, date, smoke }) {
  const panels = PANELS.map(({ title, workload, of, lessIsBetter }) => {
    const bars = rows
      .filter((row) => row.workload === workload && of(row) != null)
      .map((row) => ({ contender: row.contender, value: of(row) }))
      .sort((a, b) => (lessIsBetter ? a.value - b.value : b.value - a.value));
    return { title, bars };
  }).filter(({ bars }) => bars.length > 0);
  const rowHeight = TOP + STEP * Math.max(0, ...panels.map(({ bars }) => bars.length));
  const height = rowHeight * Math.ceil(panels.length / 2) + 40;
  const width = COLUMN * 2;
  const note = `${smoke ? "Smoke run, no results. " : ""}Medians, ${date.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores.`;
  const drawn = panels.map((panel, index) =>
    panelOf(panel, (index % 2) * COLUMN, Math.floor(index / 2) * rowHeight),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12.5" role="img" aria-label="SocialHub and its peers, measured side by side">
<style>${STYLE}
</style>
<rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${drawn.join("\n")}
<text x="16" y="${height - 14}" font-size="11" class="faint">${escaped(note)}</text>
</svg>
`;
}

function panelOf({ title, bars }, x, top) {
  const most = Math.max(...bars.map(({ value }) => value));
  const lines = bars.map(({ contender, value }, index) => {
    const y = top + TOP + index * STEP;
    const width = Math.max(2, (value / most) * WIDTH);
    const weight = contender === "ours" ? ' font-weight="600"' : "";
    return `<text x="${x + LEFT - 8}" y="${y + 12.5}" text-anchor="end" class="ink"${weight}>${escaped(contender)}</text><rect x="${x + LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2" class="${colourOf(contender)}"/><text x="${(x + LEFT + width + 6).toFixed(1)}" y="${y + 12.5}" class="ink"${weight}>${value < 100 ? value.toFixed(1) : value.toFixed(0)}</text>`;
  });
  return `<text x="${x + LEFT}" y="${top + 32}" font-weight="600" font-size="14.5" class="ink">${escaped(title)}</text>\n${lines.join("\n")}`;
}

function colourOf(contender) {
  if (contender.startsWith("ours")) return "ours";
  if (contender.startsWith("floor")) return "floor";
  return contender === "before" ? "before" : "peer";
}

const escaped = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
