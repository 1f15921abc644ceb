/** A command that cannot go on: one line for the person at the terminal, exit code 1. */
export class CommandError extends Error {}
