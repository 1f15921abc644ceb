import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const plainEnvironment = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };

/** When a process started, in a form only to be compared; "unknown" where the system does not tell. */
export type Birth = string;

/** The birth of a running process, or null when there is none (a zombie counts as none). */
export async function birthOf(pid: number): Promise<Birth | null> {
  if (!answersSignals(pid)) return null;
  const status = await read(`/proc/${pid}/stat`);
  if (status !== null) {
    // The command in parentheses may itself hold spaces and parentheses: count from the last one.
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
    // In a container whose process 1 never reaps, a killed process stays a zombie for good.
    if (fields[0] === "Z" || fields[0] === "X") return null;
    const boot = (await read("/proc/sys/kernel/random/boot_id")) ?? "";
    return `${fields[19]}.${boot.slice(0, 8)}`;
  }
  const line = await ask(pid, "lstart=");
  return line === null ? "unknown" : line.replaceAll(/[^0-9A-Za-z]+/g, ".");
}

/** Whether the process with this pid is (as far as can be told) the one that was born then. */
export async function isSameProcess(pid: number, birth: Birth): Promise<boolean> {
  const now = await birthOf(pid);
  return now !== null && (now === birth || now === "unknown" || birth === "unknown");
}

/** The command line of a process, its words separated by spaces; null where the system does not tell. */
export async function commandOf(pid: number): Promise<string | null> {
  const words = await read(`/proc/${pid}/cmdline`);
  return words ? words.replaceAll("\0", " ").trimEnd() : ask(pid, "command=");
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function read(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}

async function ask(pid: number, column: string): Promise<string | null> {
  if (process.platform === "win32") return null;
  return run("ps", ["-o", column, "-p", String(pid)], { env: plainEnvironment }).then(
    ({ stdout }) => stdout.trim() || null,
    () => null,
  );
}
