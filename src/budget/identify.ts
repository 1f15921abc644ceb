import { GraphQLError } from "graphql";
import type { Authentication, Authenticator } from "../auth/authenticate.ts";
import type { ErrorCode } from "../errors.ts";
import { networkOf } from "./address.ts";
import type { Budget } from "./budget.ts";
import type { Level } from "./level.ts";

/**
 * Finds out who asks. Whoever is not known yet pays a point from the budget of the address first,
 * before the key is looked up, and gets it back when the key is valid: guessing keys and asking
 * without one are limited by address. A client with a valid key is not held up by strangers at its
 * address, except for its first request. Whoever waits for the look-up of another request pays when
 * that finds nothing. `tell` hears how full the budget of a stranger's address is.
 */
export async function identify(
  authenticator: Authenticator,
  budget: Budget,
  request: { authorization: string | undefined; address: string; limit: number },
  tell: (levels: readonly Level[]) => void,
): Promise<Authentication> {
  const { authorization, address, limit } = request;
  const pay = () => budget.take([{ kind: "address", id: networkOf(address), limit }], 1);
  let levels = authenticator.knows(authorization) ? undefined : await pay();
  const giveBack = () => levels && void budget.giveBack({ levels, points: 1 });
  try {
    const found = await authenticator.authenticate(authorization);
    if (found.viewer) giveBack();
    else if (levels) tell(levels);
    return found;
  } catch (error) {
    if (isUnauthenticated(error)) tell((levels ??= await pay()));
    else giveBack();
    throw error;
  }
}

const isUnauthenticated = (error: unknown) =>
  error instanceof GraphQLError &&
  error.extensions["code"] === ("UNAUTHENTICATED" satisfies ErrorCode);
