import { GraphQLError } from "graphql";
import type { Authentication, Authenticator } from "../auth/authenticate.ts";
import type { ErrorCode } from "../errors.ts";
import { networkOf } from "./address.ts";
import type { Budget } from "./budget.ts";
import type { Holder } from "./level.ts";

/**
 * Finds out who asks. Whoever is not known yet pays a point from the budget of the address first,
 * before the key is looked up, and gets it back when the key is valid: guessing keys and asking
 * without one are limited by address. A client with a valid key is not held up by strangers at its
 * address, except for its first request.
 */
export async function identify(
  authenticator: Pick<Authenticator, "knows" | "authenticate">,
  budget: Budget,
  request: { authorization: string | undefined; address: string; limit: number },
): Promise<Authentication> {
  const { authorization, address, limit } = request;
  if (authenticator.knows(authorization)) return authenticator.authenticate(authorization);
  const holders: Holder[] = [{ kind: "address", id: networkOf(address), limit }];
  await budget.take(holders, 1);
  const giveBack = () => void budget.giveBack(holders, 1);
  try {
    const found = await authenticator.authenticate(authorization);
    if (found.viewer) giveBack();
    return found;
  } catch (error) {
    if (!isUnauthenticated(error)) giveBack();
    throw error;
  }
}

const isUnauthenticated = (error: unknown) =>
  error instanceof GraphQLError &&
  error.extensions["code"] === ("UNAUTHENTICATED" satisfies ErrorCode);
