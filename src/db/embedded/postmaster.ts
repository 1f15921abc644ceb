import { execFile } from "node:child_process";
import { readFile, realpath, unlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import postgres from "postgres";
import { birthOf, commandOf } from "./processes.ts";

const run = promisify(execFile);

/** What postmaster.pid says. */
export interface PidFile {
  pid: number;
  port: number;
  status: string;
}

/** The server found in a data folder; or none, with the pid that a stale postmaster.pid names. */
export type Found = { port: number } | { port: null; stalePid: number | null };

const patience = 120_000;

/** Reads postmaster.pid; null when there is none, "garbled" when it is empty or half-written. */
export async function readPidFile(data: string): Promise<PidFile | "garbled" | null> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw error;
    },
  );
  if (text === null) return null;
  const lines = text.split("\n").map((line) => line.trim());
  const pid = Math.abs(Number(lines[0]));
  if (!pid) return "garbled";
  return { pid, port: Number(lines[3] ?? 0), status: lines[7] ?? "" };
}

/** Looks for a server running in the data folder, and waits for one that is just starting or stopping. */
export async function findRunning(data: string, password: string | null): Promise<Found> {
  const none = { port: null, stalePid: null };
  const deadline = Date.now() + patience;
  let garbled = 0;
  for (;;) {
    const file = await readPidFile(data);
    if (file === null) return none;
    if (file === "garbled") {
      // A power cut can leave it empty, and PostgreSQL then refuses to start.
      if (++garbled > 40) {
        await unlink(join(data, "postmaster.pid"));
        return none;
      }
    } else {
      const running = (await birthOf(file.pid)) !== null;
      const ours = running && (await isPostmaster(file.pid, data));
      if (ours === false) return { port: null, stalePid: file.pid };
      const answer = await tryPort(file, data, password);
      if (answer === "ours") return { port: file.port };
      // It cannot be told whose pid it is: PostgreSQL has checks of its own when it starts.
      if (ours === null && answer !== "busy") return none;
      if (answer === "foreign") {
        throw new Error(
          `PostgreSQL runs in ${data} (process ${file.pid}), but not with the password in ` +
            `${data}.password: stop that process, or put the right password back.`,
        );
      }
      if (Date.now() > deadline) {
        throw new Error(
          `PostgreSQL in ${data} (process ${file.pid}) has not become ready in ${patience / 1000} s ` +
            `(it says "${file.status}"); see ${data}.log.`,
        );
      }
    }
    await sleep(50);
  }
}

/** Stops the server in the data folder and waits until it is gone; false when none was running. */
export async function stopServer(data: string, pg_ctl: string): Promise<boolean> {
  const file = await readPidFile(data);
  if (file === null || file === "garbled") return false;
  if (process.platform === "win32") {
    await run(pg_ctl, ["stop", "-D", data, "-m", "fast", "-w"], { windowsHide: true });
    return true;
  }
  const birth = await birthOf(file.pid);
  if (birth === null || (await isPostmaster(file.pid, data)) === false) return false;
  // SIGINT is PostgreSQL's fast shutdown; SIGQUIT leaves at once, and the next start recovers.
  for (const signal of ["SIGINT", "SIGQUIT"] as const) {
    process.kill(file.pid, signal);
    for (const deadline = Date.now() + patience / 2; Date.now() < deadline; await sleep(20)) {
      if ((await birthOf(file.pid)) !== birth) return true;
    }
  }
  throw new Error(`PostgreSQL (process ${file.pid}) does not stop; see ${data}.log.`);
}

/** Whether the process is the server of the data folder; null when it cannot be told. */
async function isPostmaster(pid: number, data: string): Promise<boolean | null> {
  const command = await commandOf(pid);
  if (command === null) return null;
  // The other processes of a server call themselves "postgres: checkpointer" and so on.
  if (!/(^|\/)(postgres|postmaster)( |$)/.test(command)) return false;
  if (`${command} `.includes(` -D ${data} `)) return true;
  // Somebody may have started it by hand with a relative path.
  return / -D \//.test(command) ? false : null;
}

async function tryPort(
  file: PidFile,
  data: string,
  password: string | null,
): Promise<"ours" | "foreign" | "busy" | "silent"> {
  if (!file.port || file.status !== "ready") return "busy";
  if (password === null) return "foreign";
  try {
    const folder = await withDatabase("postgres", file.port, password, async (sql) => {
      const [row] = await sql<{ data_directory: string }[]>`show data_directory`;
      return row?.data_directory ?? "";
    });
    return (await realpath(folder).catch(() => folder)) === (await realpath(data))
      ? "ours"
      : "foreign";
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "28P01" || code === "28000") return "foreign";
    return code === "ECONNREFUSED" ? "silent" : "busy";
  }
}

/** Does something on a connection of the superuser's, and closes it. */
export async function withDatabase<T>(
  database: string,
  port: number,
  password: string,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = postgres({
    host: "127.0.0.1",
    port,
    database,
    username: "postgres",
    password,
    ssl: false,
    max: 1,
    connect_timeout: 10,
    fetch_types: false,
    prepare: false,
    onnotice: () => {},
  });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
