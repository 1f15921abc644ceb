import { spawnSync } from "node:child_process";

// V8 compiles anew, with care, what has run for a while. In a process of some seconds that takes a tenth of
// the processor's time, which nobody gets back: here code must have run eight times as long.
const flag = "--interrupt-budget=1000000";

/** For Node's command line; empty where V8 does not know the flag, at which Node would not start. */
export const optimizeLate =
  spawnSync(process.execPath, [flag, "--eval", ""]).status === 0 ? [flag] : [];
