import { SingleBar } from "cli-progress";

/** Milliseconds between two lines where there is no terminal to draw in. */
const PAUSE = 3000;

/** How far something is, shown to whoever waits for it. */
export interface Progress {
  update(done: number, total: number): void;
  /** Ends the drawing; call it also when the work has failed. */
  stop(): void;
}

/** A bar in a terminal, and elsewhere (a log, a pipe) a plain line every few seconds. */
export function showProgress(
  label: string,
  unit: string,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  return stream.isTTY ? drawBar(label, unit, stream) : writeLines(label, unit, stream);
}

function drawBar(label: string, unit: string, stream: NodeJS.WriteStream): Progress {
  const bar = new SingleBar({
    stream,
    format: `${label} [{bar}] {percentage} % {value}/{total} ${unit}, {duration_formatted}`,
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
  });
  let started = false;
  return {
    update(done, total) {
      if (started) {
        bar.update(done);
      } else {
        bar.start(total, done);
        started = true;
      }
    },
    stop() {
      if (started) bar.stop();
    },
  };
}

function writeLines(label: string, unit: string, stream: NodeJS.WritableStream): Progress {
  let last = performance.now();
  return {
    update(done, total) {
      if (performance.now() - last < PAUSE) return;
      last = performance.now();
      const percent = Math.floor((100 * done) / Math.max(1, total));
      stream.write(`${label} ${percent} % (${done} of ${total} ${unit})\n`);
    },
    stop() {},
  };
}
