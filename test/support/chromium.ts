import { spawnSync } from "node:child_process";
import { chromium, type Browser } from "playwright-core";

/** Of the names of Chromium, the first that answers. */
const executablePath = [
  process.env["CHROMIUM_PATH"],
  "chromium",
  "chromium-browser",
  "google-chrome",
]
  .filter((name) => name !== undefined)
  .map((name) => spawnSync("which", [name], { encoding: "utf8" }).stdout?.trim())
  .find(Boolean);

/** Whether this machine has a browser. */
export const hasChromium = executablePath !== undefined;

/** Starts the machine's own Chromium, without a window. */
export const launchChromium = (): Promise<Browser> => {
  if (executablePath === undefined) {
    throw new Error("There is no Chromium: install chromium, or set CHROMIUM_PATH.");
  }
  return chromium.launch({
    executablePath,
    // Root has no sandbox.
    chromiumSandbox: process.getuid?.() !== 0,
    // No name is looked up: whatever a page wants of another host fails.
    args: ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--disable-dev-shm-usage"],
  });
};
