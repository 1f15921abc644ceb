import { destination, pino, type DestinationStream, type Logger } from "pino";
import type { Config } from "../config.ts";

/** Lines wait so long for others that go out in the same write: a write costs as much as some statements. */
const GATHER_MS = 20;
const MOST_CHARACTERS = 8_192;

/** Structured lines: pretty in a terminal, JSON otherwise. Credentials are never written. */
export function createLogger({ level, format }: Config["log"]): Logger {
  const options = { level, redact: ["req.headers.authorization", "req.headers.cookie"] };
  const pretty = format === "pretty" || (format === "auto" && process.stdout.isTTY);
  if (!pretty) return pino(options, (gathered ??= gather()));
  return pino({
    ...options,
    transport: {
      target: "pino-pretty",
      options: { translateTime: "HH:MM:ss.l", ignore: "pid,hostname,reqId" },
    },
  });
}

/** One for all loggers of a process. */
let gathered: DestinationStream | undefined;

/** Standard output, several lines at a time; however the process exits, none is left behind. */
function gather(): DestinationStream {
  const output = destination({ dest: 1, sync: true });
  // Not gathered by the destination: for each line that would copy all that it has of the same write.
  let lines = "";
  let due: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(due);
    due = undefined;
    const text = lines;
    lines = "";
    if (text !== "") output.write(text);
  };
  process.on("exit", flush);
  return {
    write(line) {
      lines += line;
      if (lines.length >= MOST_CHARACTERS) flush();
      else due ??= setTimeout(flush, GATHER_MS).unref();
    },
  };
}

export type { Logger };
