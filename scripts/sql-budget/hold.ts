import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { better, beyond, growing, type Finding } from "./compare.ts";
import { LOCK_FILE, lockOf, readLock, writeLock, type Lock } from "./lock.ts";
import type { Measured } from "./measure.ts";

/** What came of holding figures against the lock. */
export interface Verdict {
  findings: Finding[];
  output: string;
  code: 0 | 1;
}

/**
 * Holds what was measured against the lock, or with `write` makes it the lock. What grows with the data
 * is never agreed to.
 */
export function hold(
  measured: Measured,
  { lockFile, write }: { lockFile: string; write: boolean },
): Verdict {
  const { figures, postgresql } = measured;
  const lock: Lock = existsSync(lockFile)
    ? readLock(readFileSync(lockFile, "utf8"))
    : { ...lockOf(measured), operations: {} };
  const grown = growing(figures);
  const findings = write ? grown : [...beyond(measured, lock), ...grown];
  const lines = describe(findings);
  if (findings.length > 0) {
    if (!write && lock.postgresql !== postgresql) {
      lines.push(
        `The lock is of PostgreSQL ${lock.postgresql}, this is ${postgresql}: plans may differ for that.`,
      );
    }
    lines.push(
      grown.length > 0
        ? "What grows with the data is not to be agreed to."
        : `If that is meant: npm run budget -- --write, and review ${LOCK_FILE} with your change.`,
    );
    return { findings, output: `${lines.join("\n")}\n`, code: 1 };
  }

  if (write) {
    writeFileSync(lockFile, writeLock(lockOf(measured)));
  } else {
    for (const line of better(figures, lock)) {
      lines.push(`better than the lock: ${line} (npm run budget -- --write)`);
    }
  }
  const batches = Object.values(figures).flat();
  const statements = batches.reduce((sum, { times }) => sum + times[1], 0);
  const what = `${Object.keys(figures).length} operations, ${statements} statements`;
  lines.push(write ? `${LOCK_FILE} now holds ${what}` : `${what}: none beyond ${LOCK_FILE}`);
  return { findings, output: `${lines.join("\n")}\n`, code: 0 };
}

/** Operation by operation, in the order in which their loaders were asked: what is wrong begins at the first. */
function describe(findings: readonly Finding[]): string[] {
  const names = [...new Set(findings.map(({ operation }) => operation))];
  return names.flatMap((name) => [
    `✗ ${name}`,
    ...findings
      .filter(({ operation }) => operation === name)
      .flatMap(({ message, why }) => [`    ${message}`, ...why.map((line) => `        ${line}`)]),
  ]);
}
