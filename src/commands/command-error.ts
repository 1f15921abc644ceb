/** A command that cannot go on: one line for the person at the terminal, exit code 1. */
export class CommandError extends Error {}

/** What PostgreSQL, the network and postgres.js call their errors: 42501, ECONNREFUSED, CONNECT_TIMEOUT. */
const CODE =
  /^([0-9A-Z]{5}|E(CONN[A-Z]+|HOSTUNREACH|NETUNREACH|NOTFOUND|TIMEDOUT|PIPE|AI_AGAIN)|CONNECT(ION)?_[A-Z]+)$/;

/** An error as one line when it is of the database or of the network; others stay what they are. */
export function explainDatabase(error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const { code, message } = error;
  if (typeof code !== "string" || !CODE.test(code)) return error;
  const line = message.replace(/\s+/g, " ").trim();
  return new CommandError(`the database refused or was not reached: ${line || code}`);
}
