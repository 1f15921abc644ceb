import type {
  FinishedOperation,
  OperationObserver,
  RefusedRequest,
} from "../insight/finished-operation.ts";
import { refusedOperation } from "./refused-operation.ts";

/** What is remembered of an operation: references to what the request made anyway. */
export interface Kept {
  /** Grows within a workspace, and over restarts. */
  readonly cursor: number;
  /** When it ended, as clocks tell time. */
  readonly at: number;
  readonly operation: FinishedOperation;
  readonly weight: number;
}

/** Told of each operation of a workspace when it is kept. */
export type Watch = (kept: Kept) => void;

/** What all of it may weigh, in bytes, about. */
const MOST_BYTES = 32_000_000;

/** About what an operation, a batch and a bound key take. */
const OPERATION_BYTES = 1_000;
const BATCH_BYTES = 500;
const KEY_BYTES = 64;

/**
 * The last operations, in memory, in bounds of number and weight.
 *
 * Room is shared: when there is none left, the oldest goes of the workspace that has most, so that a busy
 * one pushes out its own and not those of another.
 */
export class Ring implements OperationObserver {
  readonly most: number;
  readonly #mostBytes: number;
  readonly #workspaces = new Map<string, Shelf>();
  /** Workspaces by how many operations of them are kept; of those with as many, the one first that has had so longest. */
  readonly #bySize = new Map<number, Set<Shelf>>();
  #largest = 0;
  #count = 0;
  #bytes = 0;

  constructor(most: number, mostBytes = MOST_BYTES) {
    this.most = most;
    this.#mostBytes = mostBytes;
  }

  /** How many are kept, and about what they weigh. */
  get size(): { operations: number; bytes: number } {
    return { operations: this.#count, bytes: this.#bytes };
  }

  /** Keeps it when it is a workspace's. Only here it costs the request anything: it formats nothing. */
  finished(operation: FinishedOperation): void {
    const { workspaceId } = operation;
    if (workspaceId === undefined) return;
    const shelf = this.#shelf(workspaceId);
    const at = Date.now();
    shelf.cursor = Math.max(shelf.cursor + 1, at);
    const kept: Kept = { cursor: shelf.cursor, at, operation, weight: weigh(operation) };
    shelf.order.push(kept);
    shelf.weight += kept.weight;
    this.#count += 1;
    this.#bytes += kept.weight;
    this.#resize(shelf, sizeOf(shelf) - 1);
    while (this.#count > this.most || this.#bytes > this.#mostBytes) this.#dropOne();
    for (const watch of shelf.watches) watch(kept);
  }

  /** Keeps what was refused before anybody looked at the operation, where it is known whose it is. */
  refused(request: RefusedRequest): void {
    if (request.workspaceId !== undefined) this.finished(refusedOperation(request));
  }

  /** Those of a workspace, the oldest first. */
  of(workspaceId: string): Kept[] {
    const shelf = this.#workspaces.get(workspaceId);
    return shelf ? shelf.order.slice(shelf.head) : [];
  }

  find(workspaceId: string, id: string): Kept | undefined {
    return this.of(workspaceId).find(({ operation }) => operation.requestId === id);
  }

  /** What comes from now on has a higher one. */
  cursorOf(workspaceId: string): number {
    return this.#workspaces.get(workspaceId)?.cursor || Date.now() - 1;
  }

  /** Tells of what comes from now on, until the answer is called. */
  watch(workspaceId: string, watch: Watch): () => void {
    const shelf = this.#shelf(workspaceId);
    shelf.watches.add(watch);
    return () => {
      shelf.watches.delete(watch);
      this.#tidy(workspaceId, shelf);
    };
  }

  #shelf(workspaceId: string): Shelf {
    let shelf = this.#workspaces.get(workspaceId);
    if (!shelf) {
      shelf = { order: [], head: 0, watches: new Set(), cursor: 0, weight: 0 };
      this.#workspaces.set(workspaceId, shelf);
    }
    return shelf;
  }

  /** The oldest of the workspace that has most: by number, or by weight when that is what is too much. */
  #dropOne() {
    const [first] = this.#bySize.get(this.#largest) ?? [];
    const shelf = this.#count > this.most ? first : this.#heaviest();
    const oldest = shelf?.order[shelf.head];
    if (!shelf || !oldest) throw new Error("the ring counts what it does not keep");
    const { workspaceId = "" } = oldest.operation;
    shelf.head += 1;
    if (shelf.head > sizeOf(shelf)) {
      shelf.order.splice(0, shelf.head);
      shelf.head = 0;
    }
    shelf.weight -= oldest.weight;
    this.#count -= 1;
    this.#bytes -= oldest.weight;
    this.#resize(shelf, sizeOf(shelf) + 1);
    this.#tidy(workspaceId, shelf);
  }

  /** Rarely asked, so that nobody keeps count. */
  #heaviest(): Shelf | undefined {
    let heaviest: Shelf | undefined;
    for (const shelf of this.#workspaces.values()) {
      if (shelf.weight > (heaviest?.weight ?? 0)) heaviest = shelf;
    }
    return heaviest;
  }

  /** To be told when one operation came or went, so that the largest is found without looking at all. */
  #resize(shelf: Shelf, before: number) {
    const size = sizeOf(shelf);
    const left = this.#bySize.get(before);
    left?.delete(shelf);
    const joined = this.#bySize.get(size);
    if (joined) joined.add(shelf);
    else if (size > 0) this.#bySize.set(size, new Set([shelf]));
    const isEmptied = before === this.#largest && left?.size === 0;
    if (size > this.#largest || isEmptied) this.#largest = size;
  }

  #tidy(workspaceId: string, shelf: Shelf) {
    if (sizeOf(shelf) === 0 && shelf.watches.size === 0) this.#workspaces.delete(workspaceId);
  }
}

/** What is kept of one workspace, and who watches it. */
interface Shelf {
  /** In the order in which they came, from `head` on: the first of a Map is found behind all that were deleted. */
  order: Kept[];
  head: number;
  watches: Set<Watch>;
  cursor: number;
  weight: number;
}

/** How many operations are kept. */
const sizeOf = ({ order, head }: Shelf) => order.length - head;

function weigh({ source, variables, batches, errors }: FinishedOperation): number {
  let weight = OPERATION_BYTES + (source?.length ?? 0) + errors.length * BATCH_BYTES;
  if (variables) weight += weightOf(variables);
  for (const { keys } of batches) weight += BATCH_BYTES + keys * KEY_BYTES;
  return weight;
}

/** About the size of a value of JSON. */
function weightOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return KEY_BYTES / 8;
  let weight = KEY_BYTES;
  for (const each of Object.values(value)) weight += weightOf(each);
  return weight;
}
