/**
 * What should be done at once is done by then, however busy the machine is: it may stall for seconds. What
 * hangs takes longer, so whatever is asserted with it must otherwise take ten seconds at least.
 */
export const AT_ONCE_MS = 8_000;
