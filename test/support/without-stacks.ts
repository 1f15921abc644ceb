/**
 * Makes the errors of something without a stack each: nobody reads those of thousands of documents and
 * cursors that are refused, and they take a tenth of the time. What is waited for in it has stacks again.
 */
export function withoutStacks<Value>(work: () => Value): Value {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
