/** Why a request has no database connection. */
export type PoolErrorReason = keyof typeof messages;

const messages = {
  /** None was given back within the acquire timeout. */
  exhausted: "all connections are busy",
  /** None could be opened. */
  unreachable: "the database cannot be reached",
  /** The one it had is gone. */
  lost: "the connection to the database was lost",
} as const;

/** No connection: the pool is exhausted, or the database is away. `cause` says more, for the log. */
export class PoolError extends Error {
  readonly reason: PoolErrorReason;

  constructor(reason: PoolErrorReason, cause?: unknown) {
    super(messages[reason], { cause });
    this.reason = reason;
  }
}
