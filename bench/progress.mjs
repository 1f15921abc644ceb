/** A line that tells what goes on: it is written over in a terminal, and appended to a file. */
export function showProgress(stream = process.stderr) {
  const begin = performance.now();
  let shown = "";
  return {
    /** `keeps` for what is still of interest later. */
    say(text, keeps = false) {
      const seconds = (performance.now() - begin) / 1000;
      const clock = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
      const line = `[${clock}] ${text}`;
      if (stream.isTTY) {
        const cut = line.slice(0, (stream.columns ?? 80) - 1);
        stream.write(`\r\u001b[K${keeps ? `${line}\n` : cut}`);
      } else if (line !== shown) {
        stream.write(`${line}\n`);
      }
      shown = line;
    },
    end() {
      if (stream.isTTY) stream.write("\r\u001b[K");
    },
  };
}
