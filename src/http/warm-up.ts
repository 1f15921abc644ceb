import { ApolloServer, type ApolloServerOptions } from "@apollo/server";
import { createKey } from "../auth/api-key.ts";
import type { Credentials } from "../auth/credential.ts";
import type { RequestContext } from "../context.ts";
import { NO_WORKSPACE } from "../db/no-workspace.ts";
import type { Asking } from "./endpoint.ts";
import type { GraphQLParameters } from "./parameters.ts";
import { nobody } from "./rehearsal.ts";

/** After so many times hardly anything is done for the first time. */
const TIMES = 3;

/**
 * Looks up a key that nobody has, and runs an operation in the workspace of nobody: what takes a hundred
 * milliseconds the first time (connecting, compiling, parsing the document, planning its statements) is
 * done before the first client asks. A database that cannot be reached is no reason not to start.
 */
export async function warmUp(
  options: ApolloServerOptions<RequestContext>,
  asked: GraphQLParameters,
  createContext: (asking: Asking) => RequestContext,
  credentials: Pick<Credentials, "of">,
): Promise<void> {
  const apollo = new ApolloServer(options);
  const { key } = createKey(NO_WORKSPACE);
  const authorization = `Bearer ${key}`;
  const shown = { authorization, cookie: undefined, workspaceId: undefined };
  const run = async () => {
    for (let time = 0; time < TIMES; time += 1) {
      const contextValue = createContext(nobody());
      await apollo.executeOperation(asked, { contextValue });
    }
    await apollo.stop();
  };
  await Promise.allSettled([credentials.of(shown).authenticate(), run()]);
}
