import type { FastifyBaseLogger, FastifyHttpOptions, FastifyInstance } from "fastify";
import { randomUUID } from "node:crypto";
import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Config } from "../config.ts";
import { errorStatus, refusal, type ErrorCode } from "../errors.ts";
import type { Logger } from "../insight/log.ts";
import { GRAPHQL_METHODS } from "./edge.ts";

/** Node looks for connections that are out of time only every so often: by default twice a minute. */
const CHECK_EVERY_MS = 1_000;

/** How long a connection may take the last words, before it is cut. */
const FAREWELL_MS = 1_000;

/** The options of Fastify that bound what a connection may do before there is a request. */
export function connectionLimits({ http }: Config, logger: Logger): FastifyHttpOptions<Server> {
  const { headersTimeoutMs, bodyTimeoutMs, maxHeaderBytes } = http;
  // Of headers and body together.
  const requestTimeout = headersTimeoutMs + bodyTimeoutMs;
  return {
    requestTimeout,
    keepAliveTimeout: http.keepAliveTimeoutMs,
    http: {
      requestTimeout,
      headersTimeout: headersTimeoutMs,
      maxHeaderSize: maxHeaderBytes,
      // Node refuses without a word; see below.
      requireHostHeader: false,
      connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, headersTimeoutMs, bodyTimeoutMs),
    },
    clientErrorHandler: (error, socket) => refuseConnection(logger, error, socket),
  };
}

/** Bounds the number of connections, and of headers. */
export function limitConnections(server: FastifyInstance, { http }: Config) {
  const { server: node } = server;
  node.maxConnections = http.maxConnections;
  // Whoever is turned away finds a place at the next attempt, if others only keep theirs warm.
  node.on("drop", () => node.closeIdleConnections());
  // Node answers what it does not know with an empty 417; HTTP allows not to look at it.
  node.on("checkExpectation", (request, response) => node.emit("request", request, response));
  // Without this Node hangs up on whoever takes it for a proxy.
  node.on("connect", (_, socket) => {
    const message = "This is no proxy: it does not take CONNECT; send a query by GET or POST";
    say(server.log, socket, "METHOD_NOT_ALLOWED", message, [`allow: ${GRAPHQL_METHODS}`]);
  });
  server.addHook("onRequest", ({ raw }, _, next) => {
    checkSingle(raw);
    // Node's own bound forgets further headers without a word, among them perhaps the credential.
    const count = raw.rawHeaders.length / 2;
    if (count > http.maxHeaders) {
      throw refusal(
        "HEADERS_TOO_LARGE",
        `The request has ${count} headers; at most ${http.maxHeaders} are allowed`,
      );
    }
    next();
  });
}

/** Headers of which two would let a proxy believe the one and this server the other. */
const SINGLE = ["host", "authorization", "content-type"];

/** A name, an IPv4 address or an IPv6 address in brackets, and perhaps a port; nothing at all, too. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;

/** Node forgets the second of two such headers without a word. RFC 9112 has exactly one Host. */
function checkSingle({ headers, rawHeaders, httpVersion }: IncomingMessage) {
  for (const single of SINGLE) {
    let count = 0;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index];
      if (name?.length === single.length && name.toLowerCase() === single) count += 1;
    }
    if (count > 1)
      throw refusal("BAD_REQUEST", `The request has ${count} ${single} headers; send one`);
  }
  if (headers.host === undefined) {
    if (httpVersion === "1.1") throw refusal("BAD_REQUEST", "The request has no Host header");
  } else if (!HOST.test(headers.host)) {
    throw refusal("BAD_REQUEST", "The Host header is no host name with or without a port");
  }
}

/** Whether part of an answer is out, of which another one would become the end. */
const isAnswering = (socket: Socket & { _httpMessage?: ServerResponse | null }) =>
  socket._httpMessage?.headersSent ?? false;

/** What Node's parser complains about. */
const clientErrors: Record<string, [ErrorCode, string]> = {
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ["PAYLOAD_TOO_LARGE", "The extensions of a chunk are too large"],
  HPE_HEADER_OVERFLOW: ["HEADERS_TOO_LARGE", "The headers of the request are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: ["REQUEST_TIMEOUT", "The request did not arrive in time"],
};

/** Answers what never became a request, in the form of all errors, and ends the connection. */
function refuseConnection(logger: Logger, error: Error & { code?: string }, socket: Socket) {
  // Nobody listens any more, or it has been said; what still comes in is not looked at.
  if (error.code === "ECONNRESET" || !socket.writable) return;
  if (isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const [code, message] = clientErrors[error.code ?? ""] ?? [
    "BAD_REQUEST",
    "The request is not HTTP/1.1",
  ];
  say(logger, socket, code, message);
}

/** An answer without a request, after which the connection ends. */
function say(
  logger: FastifyBaseLogger,
  socket: Duplex,
  code: ErrorCode,
  message: string,
  headers: string[] = [],
) {
  const status = errorStatus[code];
  const requestId = randomUUID();
  logger.info({ requestId, operation: null, statements: 0, errors: 1, status }, "operation");
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
      "content-type: application/json; charset=utf-8",
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${requestId}`,
      "connection: close",
      ...headers,
      "",
      body,
    ].join("\r\n"),
  );
  setTimeout(() => socket.destroy(), FAREWELL_MS).unref();
}
