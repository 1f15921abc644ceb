import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, vi } from "vitest";
import { makeProgram } from "../../src/commands/program.ts";
import { settings } from "../../src/settings.ts";
import { bundledMain } from "./bundle.ts";
import { inheritedV8Flags } from "./v8-flags.ts";

/** A run of the command. */
export interface Run {
  process: ChildProcess;
  /** What it has written to both outputs so far. */
  output(): string;
  /** Waits until the output contains this. Fails when the process ends before. */
  says(text: string | RegExp): Promise<void>;
  /** Waits for the end. */
  ended: Promise<Ended>;
}

export interface Ended {
  /** The exit code; null when a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Starts `socialhub` in a folder, with these settings and none of this process's, and gives it an input:
 * the bundle of it, unless told which file.
 */
export function start(
  words: readonly string[],
  environment: Record<string, string>,
  folder: string,
  input = "",
  main = bundledMain,
): Run {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !(name in settings) && !name.startsWith("PG") && !name.startsWith("VITEST"),
  );
  // What it is told of V8 is what vitest.config.ts tells this process.
  const child = spawn(process.execPath, [...inheritedV8Flags, main, ...words], {
    cwd: folder,
    env: { ...Object.fromEntries(inherited), NODE_ENV: "production", ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  // A command that does not read it may have ended before.
  child.stdin.on("error", () => undefined).end(input);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(() => ({ code: child.exitCode, stdout, stderr }));
  const output = () => stdout + stderr;
  return {
    process: child,
    output,
    ended,
    async says(text) {
      const there = () =>
        typeof text === "string" ? output().includes(text) : text.test(output());
      while (!there()) {
        if (child.exitCode !== null || child.signalCode !== null) {
          await ended;
          if (there()) return;
          throw new Error(`ended without saying ${String(text)}:\n${output()}`);
        }
        await sleep(20);
      }
    },
  };
}

/** Runs `socialhub` to its end. */
export async function run(
  words: readonly string[],
  environment: Record<string, string>,
  folder: string,
  main?: string,
): Promise<Ended> {
  return start(words, environment, folder, "", main).ended;
}

/**
 * Runs a command that succeeds in this process, which takes a tenth of the time of one of its own, in a
 * folder and with these settings; answers with what it printed. Only one at a time.
 */
export async function runHere(
  words: readonly string[],
  environment: Record<string, string>,
  folder: string,
): Promise<string> {
  const home = process.cwd();
  const printed = vi.spyOn(console, "log").mockReturnValue();
  const complained = vi.spyOn(console, "error").mockReturnValue();
  for (const name of Object.keys(settings)) vi.stubEnv(name, environment[name]);
  // There may be a file .env here.
  process.chdir(folder);
  try {
    await makeProgram().parseAsync(words, { from: "user" });
    expect([complained.mock.calls, process.exitCode]).toEqual([[], undefined]);
    return printed.mock.calls.map(([line]) => `${line}\n`).join("");
  } finally {
    process.chdir(home);
    vi.unstubAllEnvs();
    printed.mockRestore();
    complained.mockRestore();
  }
}

/** A folder of a test's own, with how to remove it. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "socialhub-command-"));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Whether a process runs. One that has ended but that nobody reaped does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/stat`;
  return !existsSync(status) || !/\) [ZX] /.test(readFileSync(status, "utf8"));
}
