#!/usr/bin/env node
import { CommandError, explainDatabase } from "./commands/command-error.ts";
import { makeProgram } from "./commands/program.ts";

// `socialhub` alone serves. As commander's default command, serve would get every misspelt command too.
const words = process.argv.slice(2);

try {
  await makeProgram().parseAsync(words.length > 0 ? words : ["serve"], { from: "user" });
} catch (error) {
  console.error(`socialhub: ${describe(error)}`);
  process.exitCode = 1;
}

/** A line says what is wrong; a stack would hide it. Errors that nobody foresaw show theirs. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Drizzle wraps what PostgreSQL said into an error of its own.
  const told = [error, error.cause]
    .map(explainDatabase)
    .find((each) => each instanceof CommandError);
  if (told) return told.message;
  const known = error.constructor !== Error && error.name === "Error";
  return known ? error.message : (error.stack ?? error.message);
}
