/** Of the page: light or dark as its reader wants it, and black on white on paper. */
export const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --paper: #fff; --line: #d1d9e0; --held: #116329; --finding: #b3261e; --note: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa4af; --paper: #0f1419; --line: #30363d; --held: #57d478; --finding: #ff8a80; --note: #e3b341; } }
@media print { :root { --ink: #000; --soft: #444; --paper: #fff; --line: #bbb; --held: #116329; --finding: #b3261e; --note: #8a5a00; } tr { break-inside: avoid; } thead { display: table-header-group; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.75rem; margin: 0 0 0.5rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 0.5rem; }
.verdict { font-size: 1.2rem; font-weight: 600; }
.held { color: var(--held); }
.finding { color: var(--finding); font-weight: 600; }
.note { color: var(--note); }
.small, .why { color: var(--soft); font-size: 0.85rem; }
.why { display: block; font-weight: normal; }
dl { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 1rem 0; }
dl div { border: 1px solid var(--line); border-radius: 8px; padding: 0.5rem 1rem; }
dt { color: var(--soft); font-size: 0.85rem; }
dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.85rem; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.6rem; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
td { white-space: nowrap; font-variant-numeric: tabular-nums; }
code { font-family: ui-monospace, monospace; font-size: 0.95em; }
`;
