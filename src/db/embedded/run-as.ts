import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { chmod, chown, lstat, readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, parse } from "node:path";

/** As whom PostgreSQL runs: ourselves (account null), or another account because we are root. */
export interface RunAs {
  account: Account | null;
  /** set when that account cannot get at the files by itself: the place where it is stopped */
  obstacle: string | null;
}

interface Account {
  name: string;
  uid: number;
  gid: number;
}

/**
 * Decides as whom to run: PostgreSQL refuses to run as root, so under root the owner of the data
 * folder, else the system user postgres, else nobody (initdb wants an entry in the passwd file).
 */
export async function chooseAccount(dataDir: string, native: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { account: null, obstacle: null };
  const owner = await stat(dataDir).catch(() => null);
  const account =
    owner && owner.uid !== 0
      ? { name: await nameOf(owner.uid), uid: owner.uid, gid: owner.gid }
      : await unprivilegedAccount();
  const samples = ["bin/postgres", "lib/postgresql/plpgsql.so", "share/postgresql/postgres.bki"];
  const paths = [dirname(dataDir), ...samples.map((sample) => join(native, sample))];
  for (const path of paths) {
    const obstacle = await findObstacle(path, account);
    if (obstacle) return { account, obstacle };
  }
  return { account, obstacle: null };
}

/** Starts a program in its own session (Ctrl-C does not reach it), as decided, with next to no environment. */
export function spawnAs(
  as: RunAs,
  program: string,
  parameters: string[],
  options: { stdio: StdioOptions; environment?: Record<string, string> },
): ChildProcess {
  const common = {
    cwd: parse(program).root,
    env: {
      PATH: "/usr/sbin:/sbin:/usr/bin:/bin",
      LC_ALL: "C",
      TZ: "UTC",
      ...options.environment,
    },
    stdio: options.stdio,
    detached: true,
    windowsHide: true,
  };
  if (!as.account) return spawn(program, parameters, common);
  const { uid, gid } = as.account;
  if (!as.obstacle) return spawn(program, parameters, { ...common, uid, gid });
  // The account may keep one privilege of root, to get past folders such as /root (mode 0700).
  const privilege = "-all,+dac_override";
  const confinement = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    `--inh-caps=${privilege}`,
    `--ambient-caps=${privilege}`,
    // Without this access(2), by which initdb looks at its own binary, goes by the account alone.
    "--securebits=+no_setuid_fixup",
    "--no-new-privs",
  ];
  return spawn("setpriv", [...confinement, program, ...parameters], common);
}

/** What to tell when spawnAs could not start the program at all. */
export function explainSpawnError(as: RunAs, program: string, error: NodeJS.ErrnoException): Error {
  if (as.obstacle && error.code === "ENOENT") {
    return new Error(
      `PostgreSQL does not run as root, and ${as.account?.name}, as whom it would run, may not use ` +
        `${as.obstacle}: install setpriv (package util-linux), or move the project to a folder that ` +
        `everybody may enter, or start as an ordinary user, or set DATABASE_URL.`,
      { cause: error },
    );
  }
  return new Error(`Could not run ${program}: ${error.message}`, { cause: error });
}

/** Makes an existing data folder acceptable to PostgreSQL, which insists on its owner and mode. */
export async function claimFolder(as: RunAs, dataDir: string): Promise<void> {
  const { uid, mode } = await stat(dataDir);
  if (as.account && uid === 0) await chownTree(dataDir, as.account);
  if (process.platform !== "win32" && (mode & 0o027) !== 0) await chmod(dataDir, 0o700);
}

/** Gives a file or folder that we have just made to the account PostgreSQL runs as. */
export async function handOver(as: RunAs, path: string): Promise<void> {
  if (as.account) await chown(path, as.account.uid, as.account.gid);
}

async function unprivilegedAccount(): Promise<Account> {
  const accounts = await listAccounts();
  for (const wanted of ["postgres", "nobody"]) {
    const account = accounts.find(({ name, uid }) => name === wanted && uid !== 0);
    if (account) return account;
  }
  throw new Error(
    "PostgreSQL does not run as root, and /etc/passwd has neither a user postgres nor a user nobody: " +
      "start as an ordinary user, or set DATABASE_URL.",
  );
}

async function nameOf(uid: number): Promise<string> {
  return (await listAccounts()).find((account) => account.uid === uid)?.name ?? `user ${uid}`;
}

async function listAccounts(): Promise<Account[]> {
  const lines = (await readFile("/etc/passwd", "utf8").catch(() => "")).split("\n");
  return lines.flatMap((line) => {
    const [name, , uid, gid] = line.split(":");
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/** The first place on the way to the path that the account may not pass or (the path itself) read. */
async function findObstacle(path: string, account: Account): Promise<string | null> {
  const way = [path];
  while (dirname(way[0]!) !== way[0]) way.unshift(dirname(way[0]!));
  for (const place of way) {
    const status = await stat(place).catch(() => null);
    if (!status) return null;
    const needed = status.isDirectory() ? 0o1 : 0o4;
    const shift = status.uid === account.uid ? 6 : status.gid === account.gid ? 3 : 0;
    if (((status.mode >> shift) & needed) === 0) return place;
  }
  return null;
}

async function chownTree(path: string, account: Account): Promise<void> {
  const status = await lstat(path);
  if (status.isDirectory()) {
    for (const name of await readdir(path)) await chownTree(join(path, name), account);
  }
  if (!status.isSymbolicLink()) await chown(path, account.uid, account.gid);
}
