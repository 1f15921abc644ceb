/** What came of one try: only a finding fails the audit. */
export type Verdict =
  | "held"
  /** A wall that is not there. */
  | "finding"
  /** Worth knowing, and the operator's to decide. */
  | "note"
  /** There was nothing to steal, so that nothing was proved. */
  | "unproven";

/** One thing that was tried, and what came back. */
export interface Tried {
  /** The rule or the way in. */
  name: string;
  /** The table, field, role or function. */
  target: string;
  /** Where in the matrix: the kind of statement, or who asked. */
  column: string;
  /** In whose name. */
  as: string;
  /** What came back, in a word or two: never data of a tenant. */
  came: string;
  verdict: Verdict;
  /** What is wrong and what to do next; of everything that did not hold. */
  says?: string;
}
