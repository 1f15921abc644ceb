import { pino } from "pino";
import type { Logger } from "../../src/insight/log.ts";
import type { Json } from "./app.ts";

/** A logger, and the lines that were written with it. */
export function captureLog(): { logger: Logger; lines: Json[]; operations: () => Json[] } {
  const lines: Json[] = [];
  const logger = pino({ level: "info" }, { write: (line) => void lines.push(JSON.parse(line)) });
  return { logger, lines, operations: () => lines.filter(({ msg }) => msg === "operation") };
}
