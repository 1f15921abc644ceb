import { GraphQLError } from "graphql";
import type { Authentication } from "../auth/authenticate.ts";
import type { Credential } from "../auth/credential.ts";
import type { ErrorCode } from "../errors.ts";
import type { Soon } from "../soon.ts";
import { networkOf } from "./address.ts";
import type { Budget } from "./budget.ts";
import type { Holder, Level } from "./level.ts";

/**
 * Finds out who asks. Whoever is not known yet pays a point from the budget of the address first,
 * before the credential is looked up, and gets it back when it is valid: guessing keys and asking
 * without one are limited by address. A client with a valid credential is not held up by strangers at
 * its address, except for its first request. Whoever waits for the look-up of another request pays when
 * that finds nothing. `tell` hears how full the budget of a stranger's address is.
 */
export function identify(
  credential: Credential,
  budget: Budget,
  from: { address: string; limit: number },
  tell: (levels: readonly Level[]) => void,
): Soon<Authentication> {
  return credential.recall() ?? lookUp(credential, budget, from, tell);
}

async function lookUp(
  credential: Credential,
  budget: Budget,
  from: Parameters<typeof identify>[2],
  tell: Parameters<typeof identify>[3],
): Promise<Authentication> {
  const holder = (): Holder => ({
    kind: "address",
    id: networkOf(from.address),
    limit: from.limit,
  });
  const pay = () => budget.take([holder()], 1);
  let levels = credential.isKnown ? undefined : await pay();
  const giveBack = () => levels && void budget.giveBack({ levels, points: 1 });
  try {
    const found = await credential.authenticate();
    if (found.viewer || found.person) giveBack();
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
