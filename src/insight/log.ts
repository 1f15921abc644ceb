import { pino, type Logger } from "pino";
import type { Config } from "../config.ts";

/** Structured lines: pretty in a terminal, JSON otherwise. Credentials are never written. */
export function createLogger({ level, format }: Config["log"]): Logger {
  const pretty = format === "pretty" || (format === "auto" && process.stdout.isTTY);
  return pino({
    level,
    redact: ["req.headers.authorization", "req.headers.cookie"],
    ...(pretty
      ? {
          transport: {
            target: "pino-pretty",
            options: { translateTime: "HH:MM:ss.l", ignore: "pid,hostname,reqId" },
          },
        }
      : {}),
  });
}

export type { Logger };
