import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { lastLines, openLog } from "./log-file.ts";
import type { Places } from "./places.ts";
import { claimFolder, explainSpawnError, handOver, spawnAs, type RunAs } from "./run-as.ts";

/** Makes the data folder if there is none yet, as a whole or not at all; clears up what a killed attempt left. */
export async function prepareData(places: Places, binaries: Binaries, as: RunAs): Promise<void> {
  await removeScratch(places);
  const content = await readdir(places.data).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (content.includes("PG_VERSION")) return claimFolder(as, places.data);
  if (content.length > 0) {
    throw new Error(
      `${places.data} is neither empty nor a PostgreSQL data folder: name another one.`,
    );
  }
  await makeData(places, binaries, as);
}

/** The superuser's password of an existing data folder. */
export async function readPassword(places: Places): Promise<string> {
  const text = await readFile(places.password, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    throw new Error(
      `${places.password} is missing: nobody knows the password of the database in ${places.data} ` +
        `any more. Put the file back, or delete both and start afresh.`,
      { cause: error },
    );
  });
  return text.trim();
}

async function makeData(places: Places, binaries: Binaries, as: RunAs): Promise<void> {
  const scratch = await mkdtemp(places.scratch);
  try {
    const data = join(scratch, "data");
    const passwordFile = join(scratch, "password");
    const password = randomBytes(24).toString("hex");
    await mkdir(data, { mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    for (const path of [scratch, data, passwordFile]) await handOver(as, path);
    await runInitdb(places, binaries, as, data, passwordFile);
    // The password must be there before the folder that cannot be opened without it.
    await writeFile(places.password, `${password}\n`, { mode: 0o600, flush: true });
    await chmod(places.password, 0o600);
    await rename(data, places.data);
  } finally {
    await remove(scratch);
  }
}

async function runInitdb(
  places: Places,
  binaries: Binaries,
  as: RunAs,
  data: string,
  passwordFile: string,
): Promise<void> {
  const log = await openLog(places.log);
  const parameters = [
    `--pgdata=${data}`,
    `--pwfile=${passwordFile}`,
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // PostgreSQL's own locale: rows sort alike on every machine, whatever libc it has.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
  ];
  try {
    const child = spawnAs(as, binaries.initdb, parameters, {
      stdio: ["ignore", log.handle.fd, log.handle.fd],
    });
    const code = await new Promise<number | string | null>((done, fail) => {
      child.once("error", (error) => fail(explainSpawnError(as, binaries.initdb, error)));
      child.once("exit", (status, signal) => done(status ?? signal));
    });
    if (code === 0) return;
    throw new Error(
      `initdb could not make the data folder (${code}). ${lastLines(await log.tail(), places.log)}`,
    );
  } finally {
    await log.handle.close();
  }
}

async function removeScratch(places: Places): Promise<void> {
  const folder = dirname(places.scratch);
  for (const name of await readdir(folder)) {
    if (name.startsWith(basename(places.scratch))) await remove(join(folder, name));
  }
}

/** An orphaned initdb may still be writing there: what cannot be removed now is removed next time. */
async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
}
