import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify";
import { OutOfTimeError, type ReadSession } from "../db/session.ts";
import { logRefused } from "../insight/hooks.ts";
import type { Logger } from "../insight/log.ts";
import type { OperationQueue } from "./operation-queue.ts";

/**
 * Tells once, when the answer is out or nobody waits for it any more. Of several requests that a
 * client sends one behind the other on a connection, Node closes only the response of the first
 * when the connection ends: so this looks at the connection as well.
 */
export function whenOver(request: FastifyRequest, reply: FastifyReply, tell: () => void): void {
  const { socket } = request.raw;
  const response: Watched = reply.raw;
  if (response.closed || socket.destroyed) {
    tell();
    return;
  }
  const known = response[TELLINGS];
  if (known) {
    known.push(tell);
    return;
  }
  const tellings = [tell];
  response[TELLINGS] = tellings;
  const answering = answeringOn(socket);
  const over = () => {
    if (!answering.delete(over)) return;
    for (const each of tellings) each();
  };
  answering.add(over);
  response.on("close", over);
}

/** Whom to tell of a request's end: one watch over it is enough. */
const TELLINGS = Symbol("tellings");
type Watched = ServerResponse & { [TELLINGS]?: (() => void)[] };

/** Ends the requests of a connection that are not over: it is listened to once for all of them. */
function answeringOn(socket: Connection): Set<() => void> {
  const known = socket[ANSWERING];
  if (known) return known;
  const answering = new Set<() => void>();
  socket[ANSWERING] = answering;
  socket.on("close", () => {
    for (const over of answering) over();
  });
  return answering;
}

const ANSWERING = Symbol("answering");
type Connection = Socket & { [ANSWERING]?: Set<() => void> };

/** What the log says of a request whose client hung up before its turn: nginx's word for it. */
const CLIENT_CLOSED_REQUEST = 499;

/**
 * A hook that lets a request wait for its turn. It keeps its place until its answer has been sent,
 * so that slow readers hold no more answers in memory than there are places.
 */
export function takeTurns(queue: OperationQueue, logger: Logger) {
  const wait = async (
    { turn, leave }: ReturnType<OperationQueue["enter"]>,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => {
    let isGone = false;
    const gone = new Promise<void>((resolve) => {
      whenOver(request, reply, () => {
        isGone = true;
        leave();
        resolve();
      });
    });
    await Promise.race([turn, gone]);
    if (!isGone) return;
    logRefused(logger, request.id, CLIENT_CLOSED_REQUEST, reply.elapsedTime);
    void reply.hijack();
  };
  return (request: FastifyRequest, reply: FastifyReply, next: HookHandlerDoneFunction) => {
    const place = queue.enter();
    if (place.turn) return wait(place, request, reply);
    whenOver(request, reply, place.leave);
    next();
  };
}

/**
 * However a request ends (answered, failed, hung up, out of time), its session is closed, so that its
 * SQL is cancelled and its connection goes back. Whoever does not take the answer for as long again
 * loses the connection.
 */
export function closeAtEnd(
  request: FastifyRequest,
  reply: FastifyReply,
  session: ReadSession,
  timeoutMs: number,
): void {
  let timer = setTimeout(() => {
    void session.close(new OutOfTimeError(timeoutMs));
    timer = setTimeout(() => request.raw.socket.destroy(), timeoutMs);
  }, timeoutMs);
  whenOver(request, reply, () => {
    clearTimeout(timer);
    void session.close();
  });
}
