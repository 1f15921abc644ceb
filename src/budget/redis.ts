import { createClient } from "@redis/client";
import type { Logger } from "../insight/log.ts";

/** After Redis was too slow, for how long nobody waits for it; then one request tries again. */
const PAUSE_MS = 1_000;

const LONGEST_RECONNECT_MS = 2_000;

export interface RedisOptions {
  url: string;
  /** How long a request waits for Redis before this process counts on its own. */
  patienceMs: number;
}

/**
 * What the package's Redis limiter needs of a client, and no more: whether it may be asked now, and
 * running a script. A Redis that is down delays nobody; one that hangs delays one request a second.
 */
export class Redis {
  readonly #client: ReturnType<typeof openClient>;
  readonly #patienceMs: number;
  readonly #logger: Logger;
  #pausedUntil = 0;
  #isAway = false;

  /** Does not wait for the connection: the server starts without Redis as well. */
  constructor({ url, patienceMs }: RedisOptions, logger: Logger) {
    this.#patienceMs = patienceMs;
    this.#logger = logger;
    this.#client = openClient(url);
    this.#client.on("error", (error: unknown) => this.#away(error));
    this.#client.on("ready", () => this.#back());
    this.#client.connect().catch((error: unknown) => this.#away(error));
  }

  /** Read by the limiter before each call. */
  get isReady(): boolean {
    return this.#client.isReady && performance.now() >= this.#pausedUntil;
  }

  /** Called by the limiter, which counts locally when this rejects. */
  async eval(script: string, call: { keys: string[]; arguments: string[] }): Promise<unknown> {
    // While one request finds out whether Redis has come back, the others do not wait for it.
    if (this.#isAway) this.#pausedUntil = performance.now() + PAUSE_MS;
    const impatience = impatient(this.#patienceMs);
    try {
      const answer = await Promise.race([this.#client.eval(script, call), impatience.over]);
      this.#back();
      return answer;
    } catch (error) {
      this.#pausedUntil = performance.now() + PAUSE_MS;
      this.#away(error);
      throw error;
    } finally {
      impatience.end();
    }
  }

  close(): void {
    this.#client.destroy();
  }

  #away(error: unknown) {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#logger.warn({ err: error }, "no Redis: rate budgets are counted in this process alone");
  }

  #back() {
    this.#pausedUntil = 0;
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#logger.info("Redis is back: rate budgets are shared again");
  }
}

/** Its type is whatever comes out: comparing it with a written one takes the compiler two seconds. */
function openClient(url: string) {
  return createClient({
    url,
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    socket: {
      connectTimeout: 5_000,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, LONGEST_RECONNECT_MS),
    },
  });
}

/** Rejects after a time in which an answer could have been read: a busy process does not count. */
function impatient(ms: number) {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new Error(`no answer in ${ms} ms`));
    // Timers run before sockets are read.
    timer = setTimeout(() => setImmediate(giveUp), ms);
  });
  return { over, end: () => clearTimeout(timer) };
}
