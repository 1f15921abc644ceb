import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { birthOf, isSameProcess } from "./processes.ts";

// Who uses the data folder, and whose turn it is to start or stop PostgreSQL: empty files whose names
// say it all, kind~number~pid~birth~unique. Whatever a dead process left is discounted at once, so
// kill -9 delays nobody, unlike a lock with a time-out.

type Kind = "user" | "choosing" | "ticket";

interface Entry {
  name: string;
  number: number;
  owner: string;
}

const patience = 180_000;

/** A name for one caller in this process: its files can be told from those of a later process with the same pid. */
export async function introduceSelf(): Promise<string> {
  const birth = (await birthOf(process.pid)) ?? "unknown";
  return `${process.pid}~${birth}~${randomUUID().slice(0, 8)}`;
}

/** Notes the caller down as a user of the data folder. */
export async function register(folder: string, self: string): Promise<void> {
  await writeFile(join(folder, fileName("user", 0, self)), "");
}

/** Strikes the caller out and says whether somebody else is still using the data folder. */
export async function unregister(folder: string, self: string): Promise<boolean> {
  await rm(join(folder, fileName("user", 0, self)), { force: true });
  return (await living(folder, "user")).length > 0;
}

/**
 * Waits until it is the caller's turn and returns the function that ends it: Lamport's bakery, which
 * needs no atomic test-and-set from the file system.
 */
export async function takeTurn(folder: string, self: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const choosing = join(folder, fileName("choosing", 0, self));
  let number = 1;
  try {
    await writeFile(choosing, "");
    number += Math.max(0, ...(await living(folder, "ticket")).map((ticket) => ticket.number));
    await writeFile(join(folder, fileName("ticket", number, self)), "");
  } finally {
    await rm(choosing, { force: true });
  }
  const endTurn = () => rm(join(folder, fileName("ticket", number, self)), { force: true });
  const before = (ticket: Entry) =>
    ticket.number < number || (ticket.number === number && ticket.owner < self);

  const deadline = Date.now() + patience;
  for (;;) {
    // Two separate looks, in this order: one look could miss a ticket written while it goes on.
    const undecided = await living(folder, "choosing");
    const ahead = (await living(folder, "ticket")).filter(before);
    const first = undecided[0] ?? ahead[0];
    if (!first) return endTurn;
    if (Date.now() > deadline) {
      await endTurn();
      throw new Error(
        `Process ${first.owner.split("~")[0]} has been starting or stopping the embedded PostgreSQL for ` +
          `${patience / 1000} s; if it is not, delete ${join(folder, first.name)}.`,
      );
    }
    await sleep(25);
  }
}

async function living(folder: string, kind: Kind): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of await readdir(folder)) {
    const [itsKind, number, pid, birth, unique] = name.split("~");
    if (itsKind !== kind || !pid || !birth) continue;
    if (await isSameProcess(Number(pid), birth)) {
      entries.push({ name, number: Number(number), owner: `${pid}~${birth}~${unique}` });
    } else {
      await rm(join(folder, name), { force: true });
    }
  }
  return entries;
}

function fileName(kind: Kind, number: number, owner: string): string {
  return `${kind}~${number}~${owner}`;
}
