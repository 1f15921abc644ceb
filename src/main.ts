#!/usr/bin/env node
import { Command } from "commander";
import { registerKey } from "./commands/key.ts";
import { registerMigrate } from "./commands/migrate.ts";
import { registerServe } from "./commands/serve.ts";
import { registerWorkspace } from "./commands/workspace.ts";

const program = new Command("socialhub")
  .description("SocialHub: a GraphQL API server for social-media management")
  .showHelpAfterError();

registerServe(program);
registerMigrate(program);
registerWorkspace(program);
registerKey(program);

try {
  await program.parseAsync();
} catch (error) {
  // A line says what is wrong; a stack would hide it. Errors that nobody foresaw show theirs.
  const known = error instanceof Error && error.constructor !== Error && error.name === "Error";
  console.error(`socialhub: ${known ? error.message : ((error as Error).stack ?? String(error))}`);
  process.exitCode = 1;
}
