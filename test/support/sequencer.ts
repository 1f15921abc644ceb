import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, the longest first. Only the time of a run depends on this list. */
const LONGEST = [
  "looks",
  "posts",
  "people",
  "connections",
  "plans",
  "serve-embedded",
  "isolation",
  "serve-external",
  "gates-properties",
  "new-entity",
  "executor-parity",
  "embedded",
  "audit-rls",
  "cursor",
  "demo-data",
  "apollo-client",
  "commands",
  "import",
  "examples",
  "time-limits",
  "sql-budget",
  "batching",
  "memory",
  "budget",
  "session",
  "schema",
  "sign-in",
  "gates-refusals",
  "sessions",
  "bulk",
  "schema-diff",
];

/** Starts the long files first, so that both workers end at the same time, also in a fresh clone. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = LONGEST.indexOf(basename(moduleId, ".test.ts"));
      return found < 0 ? LONGEST.length : found;
    };
    return (await super.sort(files)).sort((left, right) => place(left) - place(right));
  }
}
