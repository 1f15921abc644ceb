import { refusal } from "../errors.ts";

export interface OperationQueueOptions {
  /** How many operations run at the same time. */
  running: number;
  /** How many more may wait for their turn. */
  queued: number;
  /** How long they wait at most. */
  waitMs: number;
}

interface Waiting {
  start(): void;
  timer: NodeJS.Timeout;
}

/** A place among the running operations, or among those that wait. Given back with {@link leave}. */
export interface Place {
  /** Resolves when it is this one's turn. Throws SERVICE_UNAVAILABLE when that does not come in time. */
  turn: Promise<void> | undefined;
  /** Whoever has left can leave again: nothing happens. */
  leave: () => void;
}

/**
 * How many operations run at the same time: what they hold in memory is bounded by that. The others
 * wait, first come first served, before their credential is looked up and their document is parsed;
 * and beyond a number of those, the next is refused at once.
 */
export class OperationQueue {
  readonly #options: OperationQueueOptions;
  readonly #waiting = new Set<Waiting>();
  #running = 0;

  constructor(options: OperationQueueOptions) {
    this.#options = options;
  }

  /** How many run and how many wait. */
  get state() {
    return { running: this.#running, waiting: this.#waiting.size };
  }

  /** Takes a place. Throws SERVICE_UNAVAILABLE when there is none. */
  enter(): Place {
    const { running, queued } = this.#options;
    if (this.#running < running) return this.#start();
    if (this.#waiting.size >= queued) throw tooBusy();
    return this.#wait();
  }

  #start(): Place {
    this.#running += 1;
    let left = false;
    return {
      turn: undefined,
      leave: () => {
        if (left) return;
        left = true;
        this.#running -= 1;
        this.#next();
      },
    };
  }

  #wait(): Place {
    let place: Place | undefined;
    let forget = (): void => undefined;
    const turn = new Promise<void>((resolve, reject) => {
      const waiting: Waiting = {
        start: () => {
          forget();
          place = this.#start();
          resolve();
        },
        timer: setTimeout(() => {
          forget();
          reject(tooBusy());
        }, this.#options.waitMs),
      };
      forget = () => {
        clearTimeout(waiting.timer);
        this.#waiting.delete(waiting);
      };
      this.#waiting.add(waiting);
    });
    return {
      turn,
      leave: () => {
        forget();
        place?.leave();
      },
    };
  }

  #next() {
    if (this.#running >= this.#options.running) return;
    const [next] = this.#waiting;
    next?.start();
  }
}

const tooBusy = () =>
  refusal(
    "SERVICE_UNAVAILABLE",
    "The server has as many operations as it can take; try again in a moment",
    {},
    { "retry-after": "1" },
  );
