import { connect as connectSocket } from "node:net";
import type { Writable } from "node:stream";
import { connect, OWNER_ROLE, type Client } from "./client.ts";
import type { WorkspaceTransaction } from "./workspace-transaction.ts";

/** A value of a row to be copied; numbers must be exact, moments and UUIDs are text. */
export type CopyValue = string | number | null;
export type CopyRow = readonly CopyValue[];

/** Characters sent in one message: many small ones cost more than they carry. */
const CHUNK = 64 * 1024;

const SPECIAL = /[\\\t\n\r\0]/;
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

function escape(value: string) {
  return value.replace(/[\\\t\n\r\0]/g, (character) => {
    const escaped = ESCAPES[character];
    if (escaped === undefined) throw new Error("PostgreSQL's text cannot hold U+0000");
    return escaped;
  });
}

/**
 * A client for loads: one connection, as the tables' owner.
 * A COPY ends with a small message after large ones, which TCP by default holds back until the large ones
 * are acknowledged: 40 ms for every COPY. postgres.js has no setting for that but to make the socket.
 */
export function connectForLoad(ownerUrl: string, name: string): Client {
  const client = connect(ownerUrl, {
    role: OWNER_ROLE,
    max: 1,
    // Reading and preparing rows may take longer than an idle connection is kept.
    idleTimeoutMs: 3_600_000,
    name,
  });
  let attempt = 0;
  const makeSocket = ({ host, port, path }: { host: string[]; port: number[]; path?: string }) => {
    if (path) return connectSocket(path);
    const index = attempt % host.length;
    attempt += 1;
    const to = { host: host[index] ?? "localhost", port: port[index] ?? 5432 };
    // postgres.js reads the name for TLS from the socket's `host`.
    return Object.assign(connectSocket({ ...to, noDelay: true }), { host: to.host });
  };
  (client.options as { socket?: typeof makeSocket }).socket = makeSocket;
  return client;
}

/** One row in COPY's text format. Throws on U+0000, which PostgreSQL's text cannot hold. */
export function copyLine(row: CopyRow): string {
  let line = "";
  let separator = "";
  for (const value of row) {
    line += separator;
    separator = "\t";
    if (typeof value === "string") line += SPECIAL.test(value) ? escape(value) : value;
    else line += value === null ? "\\N" : String(value);
  }
  return `${line}\n`;
}

/** Rows in COPY's text format, in pieces of a size that is good to send. */
export function* copyChunks(rows: Iterable<CopyRow>): Generator<string> {
  let chunk = "";
  for (const row of rows) {
    chunk += copyLine(row);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk) yield chunk;
}

/**
 * Sends text made by {@link copyChunks} through `COPY target FROM STDIN`, waiting whenever the server is
 * slower than the text. PostgreSQL refuses COPY into a table with row-level security, so the target is a
 * staging table. `target` is SQL: the table and, in brackets, its columns.
 */
export async function copyInto(
  transaction: WorkspaceTransaction,
  target: string,
  chunks: Iterable<string | Buffer> | AsyncIterable<string | Buffer>,
): Promise<void> {
  const query = transaction.unsafe(`copy ${target} from stdin`);
  // postgres.js has settled the query once the stream is there: an error that the server finds after the
  // last byte would be lost, and the stream would never finish. The query's own `reject` still hears of it.
  const settle = query as unknown as { reject(error: unknown): void };
  const reject = settle.reject.bind(query);
  let fail: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, rejectFailure) => {
    fail = rejectFailure;
  });
  failure.catch(() => undefined);
  settle.reject = (error) => {
    fail(error);
    reject(error);
  };
  const stream = await query.writable();
  stream.on("error", () => undefined);
  try {
    for await (const chunk of chunks) await Promise.race([write(stream, chunk), failure]);
    await Promise.race([finish(stream), failure]);
  } catch (error) {
    stream.destroy(error as Error);
    throw error;
  }
}

function write(stream: Writable, chunk: string | Buffer) {
  return new Promise<void>((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

function finish(stream: Writable) {
  return new Promise<void>((resolve, reject) => {
    stream.end((error?: Error | null) => (error ? reject(error) : resolve()));
  });
}
