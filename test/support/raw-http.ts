import { once } from "node:events";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Json, TestApp } from "./app.ts";

/** A connection that says what no HTTP client would, and keeps what it hears. */
export interface RawConnection {
  socket: Socket;
  /** What has come so far. */
  heard: () => string;
  /** What has come when the server ends the connection, and how long that took. */
  ended: Promise<{ text: string; ms: number }>;
}

/** Lets the app listen; closing the app ends it. */
export async function listen(app: TestApp): Promise<number> {
  await app.server.listen({ port: 0, host: "127.0.0.1" });
  return (app.server.server.address() as AddressInfo).port;
}

export async function open(port: number, text = ""): Promise<RawConnection> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const start = performance.now();
  let heard = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => void (heard += chunk));
  socket.on("error", () => undefined);
  const ended = once(socket, "close").then(() => ({
    text: heard,
    ms: performance.now() - start,
  }));
  if (text) socket.write(text);
  return { socket, heard: () => heard, ended };
}

/** A request in its bytes; `more` are further header lines. */
export function post(key: string, query: string, more: string[] = []): string {
  const body = JSON.stringify({ query });
  return [
    "POST /graphql HTTP/1.1",
    "host: localhost",
    `authorization: Bearer ${key}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    ...more,
    "",
    body,
  ].join("\r\n");
}

export function get(key: string, query: string): string {
  return [
    `GET /graphql?query=${encodeURIComponent(query)} HTTP/1.1`,
    "host: localhost",
    `authorization: Bearer ${key}`,
    "apollo-require-preflight: yes",
    "",
    "",
  ].join("\r\n");
}

/** The parts of an answer that is there as a whole. */
export function parse(text: string): {
  status: number;
  headers: Record<string, string>;
  body: Json;
} {
  const [head = "", body = ""] = text.split("\r\n\r\n", 2);
  const [line = "", ...lines] = head.split("\r\n");
  const headers = lines.map((header) => header.split(": ", 2) as [string, string]);
  return {
    status: Number(line.split(" ")[1]),
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    body: body.startsWith("{") ? JSON.parse(body) : body,
  };
}
