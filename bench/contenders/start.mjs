import { spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { cpuOf, hasProc, rssOf } from "../measure/processes.mjs";

const PATIENCE_MS = 60_000;
const reporter = new URL("../measure/report-usage.mjs", import.meta.url).href;
const logs = fileURLToPath(new URL("../.cache/logs/", import.meta.url));

const running = new Set();
// Also the one that was just starting when somebody stopped the run.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a contender on a port of its own and waits until it says that it is ready. */
export async function startContender(contender, database) {
  mkdirSync(logs, { recursive: true });
  const port = await freePort();
  const begin = performance.now();
  const script = hasProc ? contender.script : ["--import", reporter, ...contender.script];
  const child = spawn(contender.node, script, {
    // A folder without `.env`: nobody's own settings are measured.
    cwd: logs,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: "production",
      PORT: String(port),
      ...contender.environment(database),
    },
    stdio: [
      "ignore",
      "pipe",
      openSync(`${logs}${contender.name}.err`, "w"),
      hasProc ? "ignore" : "ipc",
    ],
  });
  running.add(child);
  const ended = new Promise((resolve) => {
    child.once("error", resolve);
    child.once("exit", (code) => {
      running.delete(child);
      resolve(new Error(`it ended with code ${code}`));
    });
  });
  const problem = await Promise.race([isReady(child, contender.ready), ended]);
  if (problem) {
    child.kill("SIGKILL");
    throw new Error(
      `${contender.name}: ${problem.message}; see bench/.cache/logs/${contender.name}.err`,
    );
  }
  return {
    target: { port, path: contender.path },
    readyMs: performance.now() - begin,
    /** CPU time so far in milliseconds, and memory in megabytes. */
    usage: async () =>
      hasProc ? { cpuMs: cpuOf(child.pid), rssMb: rssOf(child.pid) } : ask(child),
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(late);
    },
  };
}

function ask(child) {
  return new Promise((resolve) => {
    child.once("message", resolve);
    child.send("usage");
  });
}

/** Reads all that it prints, so that no log line waits for a full pipe. */
function isReady(child, pattern) {
  return new Promise((resolve) => {
    let output = "";
    const late = setTimeout(() => resolve(new Error("it did not become ready")), PATIENCE_MS);
    child.stdout.setEncoding("utf8").on("data", (text) => {
      if (output === undefined) return;
      output += text;
      if (!pattern.test(output)) return;
      output = undefined;
      clearTimeout(late);
      resolve(undefined);
    });
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
