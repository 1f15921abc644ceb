import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Whether the system tells what each process uses. */
export const hasProc = existsSync("/proc/self/stat");

const tickMs = hasProc
  ? 1000 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }))
  : 0;

/** Processes by their parents. */
function readProcesses() {
  const processes = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readOrNothing(`/proc/${name}/stat`);
    if (!stat) continue;
    // The command in parentheses may itself hold spaces and parentheses: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number);
    processes.set(Number(name), {
      parent: Number(fields[1]),
      own: (user + system) * tickMs,
      // Of children that have ended: a backend that left took its time along.
      ended: (childUser + childSystem) * tickMs,
    });
  }
  return processes;
}

function treeOf(root, processes) {
  const found = [root];
  for (const pid of found) {
    for (const [child, { parent }] of processes) if (parent === pid) found.push(child);
  }
  return found;
}

/** CPU time that a process and all below it have used so far, in milliseconds; null where nobody knows. */
export function cpuOf(root) {
  if (!hasProc) return null;
  const processes = readProcesses();
  return treeOf(root, processes).reduce((total, pid) => {
    const { own = 0, ended = 0 } = processes.get(pid) ?? {};
    return total + own + ended;
  }, 0);
}

/** Memory of a process and all below it, in megabytes; null where nobody knows. */
export function rssOf(root) {
  if (!hasProc) return null;
  const kilobytes = treeOf(root, readProcesses()).map((pid) =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readOrNothing(`/proc/${pid}/status`))?.[1] ?? 0),
  );
  return kilobytes.reduce((total, each) => total + each, 0) / 1024;
}

function readOrNothing(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
