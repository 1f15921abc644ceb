/** A file gets a line no more often than this. */
const PAUSE_MS = 5000;

/** A line that tells what goes on: it is written over in a terminal, and now and then appended to a file. */
export function showProgress(stream = process.stderr) {
  const begin = performance.now();
  /** Seconds that were planned, those of them that are done, and when that began. */
  let plan = { total: 0, done: 0, begin };
  let shownAt = -PAUSE_MS;

  /** By how the plan went so far. */
  function remaining() {
    const { total, done, begin: since } = plan;
    if (total === 0) return "";
    // The plan itself counts for a tenth, or the first seconds would say everything.
    const slowness = ((performance.now() - since) / 1000 + total / 10) / (done + total / 10);
    return `, ${clockOf((total - done) * slowness)} left`;
  }

  return {
    /** `keeps` for what is still of interest later. */
    say(text, keeps = false) {
      const line = `[${clockOf((performance.now() - begin) / 1000)}${remaining()}] ${text}`;
      if (stream.isTTY) {
        const cut = line.slice(0, (stream.columns ?? 80) - 1);
        stream.write(`\r\u001b[K${keeps ? `${line}\n` : cut}`);
      } else if (keeps || performance.now() - shownAt >= PAUSE_MS) {
        stream.write(`${line}\n`);
        shownAt = performance.now();
      }
    },
    /** How long the rest is planned to take, in seconds. */
    expect(total) {
      plan = { total, done: 0, begin: performance.now() };
    },
    /** A part of the plan is done. */
    advance(seconds) {
      plan.done += seconds;
    },
    end() {
      if (stream.isTTY) stream.write("\r\u001b[K");
    },
  };
}

const clockOf = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
