import { Socket } from "node:net";
import type postgres from "postgres";
import { HEAD_BYTES, Incoming, ROW } from "./incoming.ts";
import { readRows } from "./row-reader.ts";

/** What one read takes from the socket at most. */
const READ_BYTES = 64 * 1024;

/** What postgres.js tells whoever opens its socket. */
export interface Address {
  host: string[];
  port: number[];
  path: string | false;
  ssl: unknown;
}

/** Of a query of postgres.js: what is called for each of its rows. */
interface Query {
  forEach(each: (row: object, result: Result) => void): unknown;
}

interface Result {
  statement: { columns: postgres.ColumnList<string> };
}

/**
 * Takes the rows out of what PostgreSQL sends, before postgres.js sees them: it reads each value by
 * calls of its own, which for a thousand rows is an eighth of all the work. The rows of a result are held
 * back until the last has come; then postgres.js is given one row of nulls in their place. So it is
 * postgres.js that knows whose they are, and that the result is whole.
 *
 * A connection that is encrypted is not tapped: postgres.js reads its rows.
 */
export class RowTap {
  #isTapped = false;
  #opened = 0;
  /** While postgres.js is given the row that stands for them. */
  #rows: Buffer | undefined;

  /** For the option `socket` of postgres.js, which asks for another one after a failure, and to cancel. */
  open({ host: hosts, port: ports, path, ssl }: Address): Socket {
    const next = this.#opened++ % hosts.length;
    const [host, port] = [hosts[next] ?? "localhost", ports[next] ?? 5432];
    this.#isTapped = !ssl;
    const socket = ssl ? new Socket() : this.#tapped();
    // What is written at once goes out at once: nothing is gained by waiting for an answer to it.
    socket.setNoDelay(true);
    // Not before postgres.js listens to what may go wrong.
    setImmediate(() => {
      if (!socket.destroyed) socket.connect(path ? { path } : { host, port });
    });
    // By it postgres.js knows the certificate of an encrypted connection.
    return Object.assign(socket, { host });
  }

  /** Where the rows of a query will be when it has settled; undefined when it has them itself. */
  rowsOf<Row>(query: Query): Row[] | undefined {
    if (!this.#isTapped) return undefined;
    const rows: Row[] = [];
    query.forEach((_, { statement }) => {
      if (this.#rows) readRows(this.#rows, statement.columns, rows as object[]);
    });
    return rows;
  }

  #tapped(): Socket {
    const incoming = new Incoming({
      rows: (bytes) => {
        this.#rows = bytes;
        socket.emit("data", nullsInsteadOf(bytes));
        this.#rows = undefined;
      },
      others: (bytes) => void socket.emit("data", bytes),
    });
    const callback = (count: number, bytes: Uint8Array) => {
      incoming.add(bytes.subarray(0, count));
      return true;
    };
    const onread = { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback };
    const options = { allowHalfOpen: false, onread };
    const socket = new Socket(options);
    return socket;
  }
}

/** By how many columns they have: postgres.js only reads them. */
const nulls = new Map<number, Buffer>();

/** A row of as many columns. */
function nullsInsteadOf(rows: Buffer): Buffer {
  const columns = rows.readUInt16BE(HEAD_BYTES);
  let row = nulls.get(columns);
  if (!row) nulls.set(columns, (row = rowOfNulls(columns)));
  return row;
}

function rowOfNulls(columns: number): Buffer {
  // The length of what is null is -1.
  const row = Buffer.alloc(HEAD_BYTES + 2 + 4 * columns, 0xff);
  row.writeUInt8(ROW);
  row.writeUInt32BE(row.length - 1, 1);
  row.writeUInt16BE(columns, HEAD_BYTES);
  return row;
}
