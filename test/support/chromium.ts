import type { Browser } from "playwright-core";

const executablePath = process.env["CHROMIUM_PATH"];

/** Whether the browser tests run: where somebody wants them, not wherever there happens to be a browser. */
export const hasChromium = Boolean(executablePath);

/** Starts the Chromium that was named, without a window. */
export async function launchChromium(): Promise<Browser> {
  if (!executablePath) {
    throw new Error("There is no Chromium: set CHROMIUM_PATH, as scripts/with-chromium.mjs does.");
  }
  const { chromium } = await import("playwright-core");
  return chromium.launch({
    executablePath,
    // Root has no sandbox.
    chromiumSandbox: process.getuid?.() !== 0,
    // No name is looked up: whatever a page wants of another host fails.
    args: ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--disable-dev-shm-usage"],
  });
}
