import type { Lock, Locked } from "./lock.ts";
import type { Asked, Figures, Measured } from "./measure.ts";
import { reasonsFor } from "./plan-change.ts";

/** Something that a loader does in an operation and may not. */
export interface Finding {
  operation: string;
  loader: string;
  kind: "statements grow" | "buffers grow" | "no budget" | "statements" | "buffers" | "plan";
  was: number | readonly string[] | null;
  is: number | readonly string[];
  /** The whole sentence: what, how much, and how much it may be. */
  message: string;
  why: string[];
}

/** Where all rows are read, four times the rows are four times the pages. Half way there is too far. */
const GROWTH = { times: 2, more: 4 };

/** How much more than the lock says may be touched, in the same data by another build of PostgreSQL. */
const TOLERANCE = { times: 1.1, more: 4 };

/** What a total counts grows by its nature: for it the lock alone says how much. */
const isTotal = (loader: string) => loader.endsWith(".totalCount");

const limited = (figure: number, { times, more }: typeof GROWTH) =>
  Math.floor(figure * times) + more;

/** What grows with the data. No lock makes up for it. */
export function growing(figures: Figures): Finding[] {
  return Object.entries(figures).flatMap(([operation, batches]) =>
    batches.flatMap((asked): Finding[] => {
      const { loader } = asked;
      const [was, is] = asked.times;
      if (is > was) {
        const message = `${loader} sends ${count(is)} on 4N rows, and ${was} on N`;
        const why = reasonsForTimes(asked);
        return [{ operation, loader, kind: "statements grow", was, is, message, why }];
      }
      if (!asked.buffers || isTotal(loader)) return [];
      const [few, many] = asked.buffers;
      const limit = limited(few, GROWTH);
      if (many <= limit) return [];
      const message = `${loader} touches ${many} buffers on 4N rows, and ${few} on N, which lets ${limit} pass`;
      const why = [
        "What it reads grows with the table, not with the rows that are asked for.",
        ...asked.plan,
      ];
      return [{ operation, loader, kind: "buffers grow", was: few, is: many, message, why }];
    }),
  );
}

/** What is beyond the lock. */
export function beyond(
  { figures, indexes }: Pick<Measured, "figures" | "indexes">,
  lock: Lock,
): Finding[] {
  return Object.entries(figures).flatMap(([operation, batches]): Finding[] => {
    const locked = lock.operations[operation];
    if (!locked) {
      const is = sumOf(batches.map(({ times }) => times[1]));
      const message = `nobody has agreed to its ${count(is)} yet`;
      return [{ operation, loader: "", kind: "no budget", was: null, is, message, why: [] }];
    }
    const loaders = [...new Set(batches.map(({ loader }) => loader))];
    return loaders.flatMap((loader) =>
      compareLoader(
        { operation, loader, indexes },
        batches.filter((batch) => batch.loader === loader),
        locked.filter((batch) => batch.loader === loader),
      ),
    );
  });
}

/** All that one loader asks in an operation. */
function compareLoader(
  {
    operation,
    loader,
    indexes,
  }: { operation: string; loader: string; indexes: ReadonlySet<string> },
  batches: readonly Asked[],
  locked: readonly Locked[],
): Finding[] {
  const found: Finding[] = [];
  const was = sumOf(locked.map(({ times = 1 }) => times));
  const is = sumOf(batches.map(({ times }) => times[1]));
  if (is > was) {
    const message = `${loader} sends ${count(is)}; the lock has ${was}`;
    const why = [...new Set(batches.flatMap(reasonsForTimes))];
    if (batches.length > locked.length && locked.length > 0) {
      why.push(
        `It is asked with ${batches.length} sets of arguments; the lock has ${locked.length}.`,
      );
    }
    found.push({ operation, loader, kind: "statements", was, is, message, why });
  }
  // The nth is held against the nth: what differs in its arguments comes in the order of the document.
  for (const [at, { plan, buffers }] of batches.entries()) {
    const before = locked[at];
    if (!before) continue;
    if (plan.join() !== before.plan.join()) {
      const message = `${loader} has another plan`;
      const why = reasonsFor(before.plan, plan, indexes);
      found.push({ operation, loader, kind: "plan", was: before.plan, is: plan, message, why });
    }
    for (const [size, figure] of (buffers ?? []).entries()) {
      const allowed = before.buffers?.[size] ?? 0;
      const limit = limited(allowed, TOLERANCE);
      if (figure <= limit) continue;
      const message = `${loader} touches ${figure} buffers on ${["N", "4N"][size]} rows; the lock has ${allowed}, which lets ${limit} pass`;
      const why: string[] = [];
      found.push({ operation, loader, kind: "buffers", was: allowed, is: figure, message, why });
    }
  }
  return found;
}

/** How a loader comes to more than one statement, as far as one can tell from outside. */
function reasonsForTimes({ times: [, times], keys }: Asked): string[] {
  if (times === 1) return [];
  const each = keys === 1 ? "one key" : `${keys} keys`;
  return [`It is asked ${times} times with equal arguments, at first for ${each}. ${SPLIT}`];
}

const SPLIT =
  "One statement could ask for all: something waits before it asks the loader, makes a loader of its own, or is itself answered in parts.";

/** What the lock allows and nobody needs any more. */
export function better(figures: Figures, lock: Lock): string[] {
  const names = Object.keys(lock.operations).sort();
  return names.flatMap((operation) => {
    const batches = figures[operation];
    const locked = lock.operations[operation] ?? [];
    if (!batches) return [`${operation} is not there any more`];
    const [is, was] = [
      sumOf(batches.map(({ times }) => times[1])),
      sumOf(locked.map(({ times = 1 }) => times)),
    ];
    if (is < was) return [`${operation} sends ${count(is)}; the lock has ${was}`];
    const [touched, allowed] = [
      sumOf(batches.map(({ buffers }) => buffers?.[1] ?? 0)),
      sumOf(locked.map(({ buffers }) => buffers?.[1] ?? 0)),
    ];
    if (limited(touched, TOLERANCE) >= allowed) return [];
    return [`${operation} touches ${touched} buffers; the lock has ${allowed}`];
  });
}

const count = (statements: number) =>
  `${statements} ${statements === 1 ? "statement" : "statements"}`;

const sumOf = (figures: readonly number[]) => figures.reduce((sum, figure) => sum + figure, 0);
