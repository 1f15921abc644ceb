import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, the longest first. Only the time of a run depends on this list. */
const LONGEST = [
  "looks",
  "posts",
  "people",
  "connections",
  "isolation",
  "serve-embedded",
  "plans",
  "new-entity",
  "audit-rls",
  "gates-properties",
  "commands",
  "examples",
  "serve-external",
  "cursor",
  "sign-in",
  "embedded",
  "demo-data",
  "apollo-client",
  "memory",
  "import",
  "schema-diff",
  "budget",
  "gates-refusals",
  "session",
  "time-limits",
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
