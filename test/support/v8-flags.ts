import { spawnSync } from "node:child_process";

/**
 * For a process of some seconds, on processors that others want as well. V8 compiles anew, with care, what
 * has run for a while, which takes a tenth of the time that nobody gets back: here code must have run eight
 * times as long. And its threads that collect garbage side by side take another tenth waiting for each other.
 */
const wanted = ["--interrupt-budget=1000000", "--single-threaded-gc"];

const isKnown = (...flags: string[]) =>
  spawnSync(process.execPath, [...flags, "--eval", ""]).status === 0;

/** For Node's command line: those that V8 knows, because at another one Node would not start. */
export const knownV8Flags = () =>
  isKnown(...wanted) ? wanted : wanted.filter((flag) => isKnown(flag));

/** Those that this process was started with, for the processes that it starts. */
export const inheritedV8Flags = process.execArgv.filter((each) => wanted.includes(each));
