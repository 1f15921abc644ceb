/** What was measured, and what does not count and why. */
export function openLedger(say) {
  const samples = [];
  const excluded = new Map();

  const counts = (workload, contender) =>
    !excluded.has(`${workload} ${contender}`) && !excluded.has(`all ${contender}`);

  return {
    keep: (sample) => samples.push(sample),
    counts,
    /** `all` for everything that a contender did. */
    exclude(workload, contender, why) {
      excluded.set(`${workload} ${contender}`, { workload, contender, why });
      say(`${contender} does not count for ${workload}: ${why}`, true);
    },
    samples: () => samples.filter(({ workload, contender }) => counts(workload, contender)),
    excluded: () => [...excluded.values()],
  };
}
