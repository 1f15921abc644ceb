/** No connection within the acquire timeout: the pool is exhausted or the database is away. */
export class PoolError extends Error {
  readonly reason: "exhausted" | "unreachable";

  constructor(reason: "exhausted" | "unreachable", cause?: unknown) {
    super(reason === "exhausted" ? "all connections are busy" : "the database cannot be reached", {
      cause,
    });
    this.reason = reason;
  }
}
