import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GraphQLError } from "graphql";
import { unauthenticated, unavailable, type Authentication } from "../auth/authenticate.ts";
import type { FailureNotes } from "../auth/note-failure.ts";
import type { Origin, People, SessionChange } from "../auth/people.ts";
import type { Person } from "../auth/person.ts";
import { cookieValue, type SessionCookie } from "../auth/session-cookie.ts";
import type { Sessions } from "../auth/sessions.ts";
import type { SignInAttempts } from "../auth/sign-in-attempts.ts";
import type { Config } from "../config.ts";
import { PoolError } from "../db/pool-error.ts";
import { refusal } from "../errors.ts";
import type { Logger } from "../insight/log.ts";
import { toGlobalId } from "../loaders/global-id.ts";
import { changePasswordBody, readBody, signInBody, signUpBody } from "./auth-bodies.ts";
import { answerHttpError } from "./errors.ts";
import { parseJson } from "./json.ts";
import { isUtf8, parseMediaType } from "./media-type.ts";
import type { OperationQueue } from "./operation-queue.ts";
import { checkOrigin } from "./origin.ts";
import { takeTurns, whenOver } from "./request-end.ts";

export interface AuthEndpoint {
  people: People;
  sessions: Sessions;
  attempts: SignInAttempts;
  failures: FailureNotes;
  cookie: SessionCookie;
  publicUrl: string;
  logger: Logger;
  /** Hashing a password takes a thread and 32 MB: how many may at the same time. */
  turns: OperationQueue;
  /** Makes a person who was invited: true, or false when there is no such invitation. */
  signUp(wanted: {
    invitation: string;
    email: string;
    name: string;
    password: string;
  }): Promise<boolean>;
  /** Finds out who asks. */
  identify(request: FastifyRequest, reply: FastifyReply): Promise<Authentication>;
  /** The largest JSON that is parsed. */
  json: Config["http"]["json"];
}

const PATH = "/api/auth";
const MOST_BODY_BYTES = 16_384;
const MOST_USER_AGENT = 256;

/** `/api/auth/…`: signing in and out. These and no others of better-auth's URLs are served. */
export async function authEndpoint(server: FastifyInstance, endpoint: AuthEndpoint) {
  const { people, sessions, attempts, publicUrl, turns, logger } = endpoint;
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string" },
    async (_: FastifyRequest, text: string) =>
      text === "" ? {} : parseJson(text, "The body", endpoint.json),
  );
  server.addHook("onRequest", async (request, reply) => {
    void reply.header("cache-control", "no-store");
    checkOrigin(request, publicUrl);
    if (request.method === "POST") checkJson(request);
  });
  server.setErrorHandler((error, request, reply) =>
    answerHttpError(error instanceof PoolError ? unavailable(error) : error, request, reply),
  );
  const preHandler = takeTurns(turns, logger);
  const options = { preHandler, bodyLimit: MOST_BODY_BYTES };

  server.post(`${PATH}/sign-in/email`, options, async (request, reply) => {
    const { email, password } = readBody(signInBody, request.body);
    const attempt = await attempts.begin(email, request.ip);
    const from = originOf(request);
    const signedIn = await people.signIn(email, password, from);
    if (!signedIn) {
      noteFailure(endpoint, request, reply, { email, ...from });
      throw refusal(
        "UNAUTHENTICATED",
        "The e-mail address or the password is wrong",
        {},
        CHALLENGE,
      );
    }
    attempt.succeeded();
    const answer = await welcome(endpoint, signedIn);
    const userId = answer.user?.id;
    if (userId) whenOver(request, reply, () => void sessions.prune(userId).catch(ignored(logger)));
    return setCookies(reply, signedIn.cookies).send(answer);
  });

  server.post(`${PATH}/sign-up/email`, options, async (request, reply) => {
    const wanted = readBody(signUpBody, request.body);
    const attempt = await attempts.begin(wanted.email, request.ip);
    if (!(await endpoint.signUp(wanted))) {
      throw refusal(
        "FORBIDDEN",
        "There is no open invitation with this token for this e-mail address; ask for a new one",
      );
    }
    attempt.succeeded();
    const signedIn = await people.signIn(wanted.email, wanted.password, originOf(request));
    if (!signedIn) throw new Error("a new person cannot sign in");
    return setCookies(reply, signedIn.cookies).send(await welcome(endpoint, signedIn));
  });

  server.post(`${PATH}/sign-out`, options, async (request, reply) => {
    const session = sessionOf(endpoint, request);
    const { cookies } = await people.signOut(session);
    if (session !== undefined) sessions.forget(session);
    return setCookies(reply, cookies).send({ signedOut: true });
  });

  server.post(`${PATH}/revoke-sessions`, options, async (request, reply) => {
    const { session, person } = await signedInNow(endpoint, request, reply);
    const ended = await people.signOutEverywhere(session);
    if (!ended) throw signedOut();
    sessions.forgetPerson(person.userId);
    return setCookies(reply, ended.cookies).send({ signedOut: true });
  });

  server.post(`${PATH}/change-password`, options, async (request, reply) => {
    const passwords = readBody(changePasswordBody, request.body);
    const { session, person } = await signedInNow(endpoint, request, reply);
    // Whoever found an open browser must not find out the password there.
    const attempt = await attempts.begin(person.email, request.ip);
    const changed = await people.changePassword(session, passwords, originOf(request));
    if (!changed) throw refusal("BAD_USER_INPUT", "currentPassword is not the current password");
    attempt.succeeded();
    sessions.forgetPerson(person.userId);
    return setCookies(reply, changed.cookies).send(await welcome(endpoint, changed));
  });

  server.get(`${PATH}/get-session`, async (request, reply) => {
    const { person, cookies = [] } = await endpoint.identify(request, reply).catch(nobody);
    return setCookies(reply, cookies).send(described(person));
  });
}

const CHALLENGE = { "www-authenticate": 'Bearer realm="SocialHub"' };

const signedOut = () => unauthenticated("the session is unknown or has ended");

/** A form of another site could be sent without asking first; JSON cannot. */
function checkJson({ headers }: FastifyRequest) {
  const mediaType = parseMediaType(headers["content-type"] ?? "");
  if (mediaType?.type === "application/json" && isUtf8(mediaType)) return;
  throw refusal("UNSUPPORTED_MEDIA_TYPE", "Send the header content-type: application/json");
}

const sessionOf = ({ cookie }: AuthEndpoint, { headers }: FastifyRequest) =>
  cookieValue(headers.cookie, cookie);

/** Who is signed in at this moment: what was remembered is not enough for what changes passwords. */
async function signedInNow(endpoint: AuthEndpoint, request: FastifyRequest, reply: FastifyReply) {
  const session = sessionOf(endpoint, request);
  if (session === undefined) throw signedOut();
  await endpoint.identify(request, reply);
  endpoint.sessions.forget(session);
  const { found } = await endpoint.sessions.find(session);
  if (!found) throw signedOut();
  return { session, person: found.person };
}

function originOf(request: FastifyRequest): Origin {
  const userAgent = request.headers["user-agent"]?.slice(0, MOST_USER_AGENT);
  return { address: request.ip, userAgent };
}

async function welcome({ sessions }: AuthEndpoint, { cookie }: SessionChange) {
  const { found } = cookie ? await sessions.find(cookie) : { found: undefined };
  return described(found?.person);
}

function setCookies(reply: FastifyReply, cookies: readonly string[]): FastifyReply {
  for (const cookie of cookies) void reply.header("set-cookie", cookie);
  return reply;
}

/** The answer about a person; a session's token is in the cookie alone, out of reach for scripts. */
function described(person: Person | undefined) {
  return {
    user: person ? { id: person.userId, email: person.email, name: person.name } : null,
    workspaces: (person?.memberships ?? []).map(({ workspaceId, workspaceName, role }) => ({
      id: toGlobalId("Workspace", workspaceId),
      name: workspaceName,
      role,
    })),
  };
}

function nobody(error: unknown): Pick<Authentication, "person" | "cookies"> {
  const isRefused = error instanceof GraphQLError && error.extensions["code"] === "UNAUTHENTICATED";
  if (!isRefused) throw error;
  return { person: undefined };
}

function noteFailure(
  { failures, logger }: AuthEndpoint,
  request: FastifyRequest,
  reply: FastifyReply,
  attempt: { email: string } & Origin,
) {
  whenOver(request, reply, () => {
    failures.note({ ...attempt, requestId: request.id }).catch(ignored(logger));
  });
}

/** What is done after the answer can only be told to the log. */
const ignored = (logger: Logger) => (error: unknown) => {
  logger.error({ err: error }, "a sign-in was not followed up");
};
