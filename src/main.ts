#!/usr/bin/env node
import { Command } from "commander";
import { CommandError, explainDatabase } from "./commands/command-error.ts";
import { registerImport } from "./commands/import.ts";
import { registerKey } from "./commands/key.ts";
import { registerMigrate } from "./commands/migrate.ts";
import { registerSeed } from "./commands/seed.ts";
import { registerServe } from "./commands/serve.ts";
import { registerWorkspace } from "./commands/workspace.ts";

const program = new Command("socialhub")
  .description("SocialHub: a GraphQL API server for social-media management")
  .showHelpAfterError();

registerServe(program);
registerMigrate(program);
registerSeed(program);
registerImport(program);
registerWorkspace(program);
registerKey(program);

// `socialhub` alone serves. As commander's default command, serve would get every misspelt command too.
const words = process.argv.slice(2);

try {
  await program.parseAsync(words.length > 0 ? words : ["serve"], { from: "user" });
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
